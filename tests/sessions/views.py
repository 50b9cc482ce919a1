"""Asking an app as a browser does, without writing a route for each question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def visit(
    client: FlaskClient, view: Callable[[], Any], path: str = "/", **options: Any
) -> TestResponse:
    """The answer of a request whose view is `view`; text that is no answer is made one."""
    app = client.application
    app.config["_view"] = view
    _serve(app)
    return client.open(path, buffered=True, **options)


def _serve(app: Flask) -> None:
    if app.config.get("_serving"):
        return
    app.config["_serving"] = True

    def page(path: str = "") -> Any:
        answer = app.config["_view"]()
        return (
            ""
            if answer is None
            else str(answer)
            if isinstance(answer, (bool, int, list))
            else answer
        )

    methods = ["GET", "POST", "PUT", "HEAD"]
    app.add_url_rule("/", "page", page, methods=methods)
    app.add_url_rule("/<path:path>", "page", page, methods=methods)


def seen(client: FlaskClient) -> dict[Any, Any]:
    """What the next request finds in its session."""
    found: list[dict[Any, Any]] = []

    def look() -> str:
        found.append(dict(session))
        return ""

    visit(client, look)
    return found[0]


def write(client: FlaskClient, **values: Any) -> TestResponse:
    """A request that assigns values."""
    return visit(client, lambda: session.update(values))


def cookie_of(client: FlaskClient) -> str | None:
    """The session id that the browser holds."""
    cookie = client.get_cookie("session")
    return cookie.value if cookie else None
