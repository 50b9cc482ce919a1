"""route-without-view: a rule whose endpoint has no view function; each request for it is a 500.

Unless another route answers first: then it is a second name for that URL, as in
`app.add_url_rule("/", endpoint="index")` beside a blueprint's own `/`.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask

from kolba.urls.problems import Problem
from kolba.urls.routes import Route


def find(app: Flask, routes: list[Route]) -> Iterator[Problem]:
    answered: dict[tuple[str, str], set[str]] = {}
    for route in routes:
        taken = answered.setdefault((route.domain, route.pattern), set())
        before = set(taken)
        taken |= route.methods
        if route.view is None and not route.methods <= before:
            endpoint = route.rule.endpoint
            yield Problem(
                "route-without-view",
                f"the route {route.path} names the endpoint {endpoint!r}, which has no view",
                f"Write @app.endpoint({endpoint!r}) above its view, or remove the route",
                subject=route.path,
            )
