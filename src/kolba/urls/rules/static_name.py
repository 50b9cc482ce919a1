"""static-endpoint: a view takes the name that links to static files have.

Flask refuses it, with other words, while an app has a static folder: see `refusal`.
Without one the name is free, and every `url_for("static", filename=...)` leads to the view.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask

from kolba.places import is_flasks_own, place
from kolba.urls.problems import Problem, StaticEndpoint, at
from kolba.urls.routes import Route

_MEND = 'Name it otherwise, such as endpoint="assets"'


def find(app: Flask, routes: list[Route]) -> Iterator[Problem]:
    for route in routes:
        if route.rule.endpoint == "static" and not _serves_files(route):
            yield Problem(
                "static-endpoint",
                f"the view {route.shown} of {route.path} takes the endpoint 'static': url_for("
                "'static', filename=...) here, in templates and in extensions leads to it",
                _MEND,
                subject=route.path,
            )


def _serves_files(route: Route) -> bool:
    """A view of one's own that takes a file name does what the links expect."""
    return route.view is None or "filename" in route.rule.arguments


def refusal(app: Flask, endpoint: str, view: Any) -> StaticEndpoint | None:
    """The error for a view that would take the endpoint of the app's own static files."""
    taken = app.view_functions.get(endpoint)
    if taken is None or view is None or taken is view or not is_flasks_own(place(taken)):
        return None
    if endpoint.rpartition(".")[2] != "static":
        return None
    where = place(view)
    return StaticEndpoint(
        f"static-endpoint: the view {where.name!r} ({at(where.file, where.line)}) would take the"
        f" endpoint {endpoint!r}, which belongs to the static files: url_for({endpoint!r},"
        f" filename=...) would stop to find them in every template. {_MEND}."
    )
