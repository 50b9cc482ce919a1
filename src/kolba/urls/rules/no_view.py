"""route-without-view: a rule whose endpoint has no view function; each request for it is a 500."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask

from kolba.urls.problems import Problem
from kolba.urls.routes import Route


def find(app: Flask, routes: list[Route]) -> Iterator[Problem]:
    for route in routes:
        if route.view is None:
            endpoint = route.rule.endpoint
            yield Problem(
                "route-without-view",
                f"the route {route.path} names the endpoint {endpoint!r}, which has no view",
                f"Write @app.endpoint({endpoint!r}) above its view, or remove the route",
                subject=route.path,
            )
