"""Answers that nobody keeps or changes go to the server without Werkzeug's code.

Whether somebody keeps a response is told by its count of references. One reference more in
the engine's own code would leave every answer to Werkzeug, and no answer would show it.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import flask
import pytest
from flask import Blueprint, Flask, Response, after_this_request, g, session
from werkzeug.test import EnvironBuilder

from kolba import Kolba, engine
from kolba.engine.responses import send

engine.install()

Hook = Callable[[Response], Response]


def made() -> Response:
    """A response that the view changes before it gives it away."""
    response = flask.make_response("made", 201)
    response.set_cookie("theme", "dark")
    response.headers["X-Made"] = "yes"
    return response


VIEWS: dict[str, Callable[[], Any]] = {
    "text": lambda: "hello",
    "template": lambda: flask.render_template_string("{{ request.path }}"),
    "session": lambda: session.update(user="ada") or "hello",
    "JSON": lambda: {"a": [1, 2]},
    "jsonify": lambda: flask.jsonify(1, 2),
    "redirect": lambda: flask.redirect("/text"),
    "redirect with a session": lambda: session.update(user="ada") or flask.redirect("/text"),
    "made": made,
    "tuple": lambda: ("hello", 201, {"X-Own": "1"}),
    "file": lambda: flask.send_file(__file__),
}


def alone(response: Response) -> Response:
    return response


def looking(response: Response) -> Response:
    """Reads what hooks read, and keeps nothing of it."""
    g.seen = response.status_code, response.content_type, len(response.headers)
    return response


def adding(response: Response) -> Response:
    response.headers["X-Frame-Options"] = "DENY"
    return response


HOOKS: dict[str, tuple[Hook, ...]] = {
    "no hook": (),
    "a hook": (alone,),
    "a hook that looks": (looking,),
    "a hook that adds": (adding,),
    "three hooks": (alone, looking, adding),
}


def shop(cls: type[Flask], hooks: tuple[Hook, ...] = ()) -> Flask:
    """An app with all the views, of its own and of a blueprint with the same hooks."""
    app, bp = cls(__name__), Blueprint("bp", __name__, url_prefix="/bp")
    app.secret_key = "a key of thirty-two characters!!"
    for hook in hooks:
        app.after_request(hook)
        bp.after_request(hook)
    for owner in (app, bp):
        for name, view in VIEWS.items():
            owner.add_url_rule(f"/{name}", name.replace(" ", "_"), view)
    app.register_blueprint(bp)
    return app


def way_out(app: Flask, path: str, method: str = "GET") -> list[CodeType]:
    """What was running when the server was told the status, from the inside out.

    The stack is read, since who replaces or profiles `Response.__call__` has it called.
    """
    running: list[CodeType] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> Callable[[bytes], None]:
        assert status[0] in "23", (status, path)
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            running.append(frame.f_code)
            frame = frame.f_back
        return lambda data: None

    answer: Any = app(EnvironBuilder(path, method=method).get_environ(), start_response)
    list(answer)
    getattr(answer, "close", lambda: None)()
    assert running
    return running


def by_werkzeug(app: Flask, path: str, method: str = "GET") -> bool:
    return Response.__call__.__code__ in way_out(app, path, method)


@pytest.mark.parametrize("cls", [Flask, Kolba])
@pytest.mark.parametrize("hooks", HOOKS)
def test_an_answer_goes_out_without_werkzeug(hooks: str, cls: type[Flask]) -> None:
    """Text, JSON, redirects and files, with hooks that keep nothing or with none."""
    app = shop(cls, HOOKS[hooks])
    asked = [
        (f"{prefix}/{view}", method)
        for prefix in ("", "/bp")
        for view in VIEWS
        for method in ("GET", "HEAD", "GET")
        if (view, method) != ("file", "HEAD")
    ]
    assert [one for one in asked if by_werkzeug(app, *one)] == []


@pytest.mark.parametrize("hooks", ["no hook", "a hook", "a hook that looks"])
@pytest.mark.parametrize("view", ["text", "template", "session"])
def test_a_page_of_text_goes_out_as_bytes(view: str, hooks: str) -> None:
    """Where no hook has changed it, a page is not even sent as a response."""
    app = shop(Flask, HOOKS[hooks])
    for _ in range(2):
        assert send.__code__ not in way_out(app, f"/{view}")
    assert send.__code__ in way_out(app, "/made")


@pytest.mark.parametrize("view", VIEWS)
def test_a_hook_of_this_request_costs_no_way(view: str) -> None:
    """`after_this_request` with a hook that leaves the response alone is no keeper of it."""
    app = shop(Flask)
    app.before_request(lambda: after_this_request(alone) and None)
    assert not by_werkzeug(app, f"/{view}")


def closing(response: Response) -> Response:
    """Has something done when the answer has been sent, without keeping the answer."""
    closed = g.closed = []
    response.call_on_close(lambda: closed.append(True))
    return response


@pytest.mark.parametrize("cls", [Flask, Kolba])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("view", [view for view in VIEWS if view != "file"])
def test_an_answer_that_is_to_be_closed_goes_out_without_werkzeug(
    view: str, method: str, cls: type[Flask]
) -> None:
    """What waits for the end of an answer does not make it a slow one; and it is no list, as
    Granian closes none."""
    app, closed = shop(cls, (closing,)), []
    app.teardown_request(lambda error: closed.append(g.closed))
    assert not by_werkzeug(app, f"/{view}", method)
    assert closed == [[True]]
    answer: Any = app(EnvironBuilder(f"/{view}", method=method).get_environ(), lambda *args: None)
    assert not isinstance(answer, list)


def keeping(response: Response) -> Response:
    g.kept = response
    return response


def keeping_the_body(response: Response) -> Response:
    g.kept = response.response
    return response


def watching(response: Response) -> Response:
    g.kept = weakref.ref(response)
    return response


@pytest.mark.parametrize("view", [view for view in VIEWS if view != "file"])
@pytest.mark.parametrize("hook", [keeping, keeping_the_body, watching])
def test_an_answer_that_is_kept_is_left_to_werkzeug(hook: Hook, view: str) -> None:
    """Who keeps a response, its body or a weak reference is seen, as the tests above would."""
    assert by_werkzeug(shop(Flask, (hook,)), f"/{view}")
