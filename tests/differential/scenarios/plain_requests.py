"""Requests at which nobody looks but their view: what views and servers do late is noticed."""

from __future__ import annotations

import contextvars
import gc
from collections.abc import Callable, Iterable
from typing import Any

import flask
from flask import Flask, current_app, g, has_app_context, request
from flask.globals import app_ctx, request_ctx
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import NotFound

from tests.differential.collect import table
from tests.differential.environs import environ
from tests.differential.trace import Trace


class _Freed:
    """Notes the moment when nobody holds it any more."""

    def __init__(self, t: Trace, name: str) -> None:
        self.t, self.name = t, name

    def __del__(self) -> None:
        self.t.note(self.name, "freed", "in" if has_app_context() else "after", "the context")


def _raise(error: BaseException) -> Any:
    raise error


def _keep(kept: list[Any], context: Any) -> str:
    kept.append(context._get_current_object())
    return "kept"


_ENDS: dict[str, Callable[[list[Any]], Any]] = {
    "text": lambda kept: "text",
    "response": lambda kept: flask.Response("response"),
    "abort": lambda kept: _raise(NotFound()),
    "error": lambda kept: 1 / 0,
    "exit": lambda kept: _raise(SystemExit("exit")),
    "kept": lambda kept: _keep(kept, request_ctx),
    "tokens": lambda kept: f"{_keep(kept, request_ctx)} {len(request_ctx._cv_tokens)}",
}


@table([f"{end} {hooks}" for end in _ENDS for hooks in ("alone", "hooks")])
def what_g_holds_is_freed_with_its_request(t: Trace, row: str) -> None:
    """The end of a request frees `g`, though an error's traceback or a kept context lives on."""
    end, hooks = row.split()
    app = t.app()
    kept: list[Any] = []

    @app.get("/")
    def index() -> Any:
        g.connection = _Freed(t, "g")
        return _ENDS[end](kept)

    if hooks == "hooks":
        app.teardown_request(lambda error: t.note("teardown"))
    gc.disable()
    for _ in range(3):
        t.send(app)
    t.note("context kept:", [len(context._cv_tokens) for context in kept])


_AT_START: dict[str, Callable[[Trace, Flask], Any]] = {
    "pushes a request": lambda t, app: app.test_request_context("/pushed").push(),
    "pushes an app": lambda t, app: app.app_context().push(),
    "pushes both again": lambda t, app: (request_ctx.push(), app_ctx.push()),
    "pops the request": lambda t, app: request_ctx.pop(),
    "pops the app": lambda t, app: app_ctx.pop(),
    "takes the tokens": lambda t, app: t.note(len(request_ctx._cv_tokens), len(app_ctx._cv_tokens)),
    "opens files": lambda t, app: setattr(request, "files", {"file": _Closed(t)}),
    "replaces a method": lambda t, app: setattr(
        app, "do_teardown_request", lambda *error: t.note("teardown", error)
    ),
    "makes it HEAD": lambda t, app: request.environ.update(REQUEST_METHOD="HEAD"),
}


class _Closed:
    def __init__(self, t: Trace) -> None:
        self.t = t

    def close(self) -> None:
        self.t.note("closed")


@table(_AT_START)
def a_start_response_that_does_more(t: Trace, row: str) -> None:
    """What start_response does to contexts, request and app counts at the end of the request."""
    app = t.app()
    app.add_url_rule("/", "index", lambda: "text")
    app.add_url_rule("/made", "made", lambda: flask.Response("made"))
    plain = app.wsgi_app
    armed: list[int] = []

    def wsgi_app(env: Any, start_response: Any) -> Iterable[bytes]:
        def start(*arguments: Any) -> Any:
            if armed:
                _AT_START[row](t, app)
            return start_response(*arguments)

        return plain(env, start)

    app.wsgi_app = wsgi_app  # type: ignore[method-assign]
    for path in ("/", "/made"):
        armed.clear()
        contextvars.Context().run(t.send, app, path)
        armed.append(1)
        contextvars.Context().run(t.send, app, path)


class _Text(flask.Response):
    default_mimetype = "text/plain"


class _Noting(SecureCookieSessionInterface):
    def __init__(self, t: Trace) -> None:
        self.t = t

    def save_session(self, app: Flask, session: Any, response: flask.Response) -> None:
        self.t.note("saved", type(session).__name__, dict(session), response.status)


_BY_VIEW: dict[str, Callable[[Trace, Flask], Any]] = {
    "response class": lambda t, app: setattr(app, "response_class", _Text),
    "session interface": lambda t, app: setattr(app, "session_interface", _Noting(t)),
    "method of the interface": lambda t, app: setattr(
        app.session_interface, "save_session", lambda *given: t.note("saved", given[1])
    ),
    "request's close": lambda t, app: setattr(request, "close", lambda: t.note("closed")),
    "request": lambda t, app: setattr(request_ctx, "request", _Closing(t, request.environ)),
    "environ's method": lambda t, app: request.environ.pop("REQUEST_METHOD"),
}


class _Closing(flask.Request):
    def __init__(self, t: Trace, env: Any) -> None:
        super().__init__(env)
        self.t = t

    def close(self) -> None:
        self.t.note("closed", self.path)


@table([f"{change}, {kind}" for change in _BY_VIEW for kind in ("text", "made", "hooks")])
def a_view_that_changes_what_answers_it(t: Trace, row: str) -> None:
    """What a view replaces counts for its own answer, as it does for those that follow."""
    change, kind = row.split(", ")
    app = t.app()
    armed: list[int] = []

    @app.get("/")
    def index() -> Any:
        if armed:
            _BY_VIEW[change](t, app)
        return flask.Response("made") if kind == "made" else f"text of {current_app.name}"

    if kind == "hooks":
        app.after_request(lambda response: t.note("after", response.mimetype) or response)
        app.teardown_request(lambda error: t.note("teardown"))
    t.send(app)
    armed.append(1)
    t.call(app, environ("/"))
    armed.clear()
    t.send(app)
