"""Looking at a request's environ makes nothing, and sees what `request.environ` holds."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask.globals import _cv_request

from kolba import Kolba, install
from kolba.http.environs import environ_in, environ_of

install()


def test_it_is_the_environ_and_stays_unmade() -> None:
    """On the engine no request is made to look; what is seen is the environ that was sent."""
    app, sent = Flask(__name__), object()

    @app.get("/")
    def look() -> str:
        context: Any = _cv_request.get()
        assert environ_in(context)["a.mark"] is sent
        assert "request" not in vars(context)
        made = context.request
        assert environ_of(made)["a.mark"] is environ_in(context)["a.mark"] is sent
        assert "environ" not in vars(made)
        return "seen"

    answer = app.test_client().get("/", environ_overrides={"a.mark": sent})
    assert answer.text == "seen"


def test_what_was_changed_is_seen() -> None:
    """Once `request.environ` has been touched, it is the one that is looked at."""
    app = Kolba(__name__)

    @app.get("/")
    def look() -> str:
        request.environ["a.mark"] = "changed"
        return str(environ_in(_cv_request.get())["a.mark"])

    assert app.test_client().get("/").text == "changed"


def test_without_the_engine_it_is_the_same() -> None:
    """A context that Flask made has its request, and that its environ."""
    with Flask(__name__).test_request_context("/", environ_overrides={"a.mark": "sent"}):
        context = _cv_request.get()
        assert environ_in(context) is environ_of(context.request) is request.environ
