"""What is to be called when an answer has been sent: when, how often, and by whom it is not."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

import flask
from flask import Response, g

from tests.differential.collect import table
from tests.differential.environs import environ
from tests.differential.trace import Trace, error_text

_ANSWERS: dict[str, Callable[[], Any]] = {
    "text": lambda: "text",
    "json": lambda: {"a": 1},
    "redirect": lambda: flask.redirect("/é"),
    "pieces": lambda: Response([b"a", b"", b"b"]),
    "texts": lambda: Response(["a", "é"]),
    "both": lambda: Response([b"a", "é"]),
    "nothing": lambda: Response(),
    "no piece": lambda: Response([]),
    "tuple": lambda: Response((b"a", b"b")),
    "iterator": lambda: Response(iter([b"a", b"b"])),
    "204": lambda: ("text", 204),
    "304": lambda: ("text", 304),
    "500": lambda: ("text", 500),
    "length": lambda: Response("four", headers={"content-length": "2"}),
    "passed through": lambda: Response([b"a"], direct_passthrough=True),
    "file": lambda: flask.send_file(io.BytesIO(b"file"), "text/plain"),
    "cookie": lambda: flask.session.update(a=1) or "text",
}


def _app(t: Trace, answer: Callable[[], Any], cls: type[Response] = Response) -> flask.Flask:
    """An app that tells of the end of each request."""
    app = t.app()
    app.response_class = cls
    app.add_url_rule("/", "index", answer)
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    app.teardown_appcontext(lambda e: t.note("app teardown", error_text(e)))
    t.watch_signals(app, "request-finished", "got-request-exception", "appcontext-popped")
    return app


def _send_all(t: Trace, app: flask.Flask) -> None:
    for method in ("GET", "HEAD", "GET"):
        t.send(app, "/", method)
    for take in (0, 1):
        t.send(app, "/", take=take)


def _telling(t: Trace, *names: object) -> Callable[[Response], Response]:
    """A hook that has it told when an answer is closed."""

    def hook(response: Response) -> Response:
        for name in names:
            response.call_on_close(lambda name=name: t.note(name, flask.has_app_context()))
        return response

    return hook


@table(_ANSWERS)
def any_answer(t: Trace, kind: str) -> None:
    """Callbacks run after teardowns and signals, in their order, once, whatever the body is."""
    app = _app(t, _ANSWERS[kind])
    app.after_request(_telling(t, "first", "second"))
    _send_all(t, app)
    t.send(app, refuse=RuntimeError("refused"))


@table(("text", "json", "redirect", "204"))
def a_callback_that_fails(t: Trace, kind: str) -> None:
    """Its error goes to the server, past all handlers, and those behind it are not called."""
    app = _app(t, _ANSWERS[kind])
    app.register_error_handler(ZeroDivisionError, lambda e: "never")

    @app.after_request
    def hook(response: Response) -> Response:
        _telling(t, "before")(response)
        response.call_on_close(lambda: 1 / 0)
        return _telling(t, "behind")(response)

    _send_all(t, app)


def _more(callbacks: list[Callable[[], object]], t: Trace) -> None:
    callbacks.append(lambda: t.note("more"))


_LATE: dict[str, Callable[[Trace, Any, list[Any], list[Any]], object]] = {
    "a callback": lambda t, response, body, callbacks: response.call_on_close(
        lambda: t.note("late")
    ),
    "one in the list": lambda t, response, body, callbacks: _more(callbacks, t),
    "none": lambda t, response, body, callbacks: callbacks.clear(),
    "a piece": lambda t, response, body, callbacks: body.append(b" more"),
    "a text": lambda t, response, body, callbacks: body.append(" more"),
    "another body": lambda t, response, body, callbacks: response.set_data("other"),
    "its close": lambda t, response, body, callbacks: setattr(
        response, "close", lambda: t.note("closed")
    ),
}
_WHEN = ("teardown", "callback", "between pieces")
_KEPT = ("response", "parts")


@table(f"{change}, {when}, {kept}" for change in _LATE for when in _WHEN for kept in _KEPT)
def a_late_change(t: Trace, row: str) -> None:
    """What somebody adds after the answer has been given away is done as under Flask."""
    change, when, kept = row.split(", ")
    app = _app(t, lambda: Response([b"a", b"b"]))
    keeps: list[Any] = []

    @app.after_request
    def hook(response: Response) -> Response:
        _telling(t, "first")(response)
        callbacks: Any = response._on_close
        if when == "callback":
            response.call_on_close(late)
        keeps[:] = [response if kept == "response" else None, response.response, callbacks]
        return response

    def late(error: object = None) -> None:
        if keeps[0] is not None or change in ("one in the list", "none", "a piece", "a text"):
            _LATE[change](t, *keeps)

    if when == "teardown":
        app.teardown_request(late)
    if when != "between pieces":
        return _send_all(t, app)
    answer: Any = app(environ("/"), lambda status, headers: t.note(status, headers))
    pieces = iter(answer)
    t.note(next(pieces))
    late()
    t.note(*pieces)
    answer.close()
    return None


@table(("text", "json", "pieces", "204"))
def a_server_that_never_closes(t: Trace, kind: str) -> None:
    """Nothing is called then; and whatever is given to the server is what Flask gives it."""
    app = _app(t, _ANSWERS[kind])
    app.after_request(_telling(t, "first"))
    answer: Any = app(environ("/"), lambda status, headers: t.note(status, headers))
    t.note(type(answer).__name__, iter(answer) is answer, hasattr(answer, "__len__"))
    t.note(*answer)
    t.note("again", *answer)
    del answer
    t.note("gone")


def a_server_that_closes_twice(t: Trace) -> None:
    """Everything is called twice."""
    app = _app(t, _ANSWERS["text"])
    app.after_request(_telling(t, "first"))
    answer: Any = app(environ("/"), lambda status, headers: None)
    for _ in range(2):
        answer.close()
    t.note(*answer)


def _overriding(t: Trace, name: str) -> type[Response]:
    """A response class with a method of its own, which tells that it is called."""

    def own(self: Any, *args: Any) -> Any:
        t.note("own", name)
        return getattr(Response, name)(self, *args)

    return type("Own", (Response,), {name: own})


@table(("close", "get_app_iter", "iter_encoded", "call_on_close", "get_wsgi_response", "__call__"))
def a_class_with_its_own(t: Trace, name: str) -> None:
    """A method that a response class overrides is called for answers that are to be closed."""
    cls = _overriding(t, name)
    for answer in (lambda: "text", lambda: cls("made"), lambda: Response("plain")):
        app = _app(t, answer, cls)
        app.after_request(_telling(t, "first"))
        _send_all(t, app)


@table(("close", "get_app_iter", "iter_encoded"))
def an_answer_with_its_own(t: Trace, name: str) -> None:
    """So is what was put on one response."""
    app = _app(t, _ANSWERS["text"])

    @app.after_request
    def hook(response: Any) -> Response:
        theirs = getattr(response, name)
        setattr(response, name, lambda *args: t.note("own", name) or theirs(*args))
        return _telling(t, "first")(response)

    _send_all(t, app)


@table(("close", "get_app_iter", "iter_encoded"))
def a_method_that_is_replaced_late(t: Trace, name: str) -> None:
    """So is what a tool puts in the place of Werkzeug's method while the app runs."""
    app = _app(t, _ANSWERS["text"])
    app.after_request(_telling(t, "first"))
    t.send(app)
    theirs = getattr(Response, name)

    def own(self: Any, *args: Any) -> Iterable[bytes]:
        t.note("own", name)
        return theirs(self, *args)  # type: ignore[no-any-return]

    setattr(Response, name, own)
    _send_all(t, app)


def a_callback_that_knows_its_request(t: Trace) -> None:
    """It may hold on to the response, the request and what the view has put by."""
    app = _app(t, lambda: setattr(g, "user", "ada") or "text")

    @app.after_request
    def hook(response: Response) -> Response:
        user, request = g.user, flask.request._get_current_object()
        response.call_on_close(lambda: t.note(user, request.path, response.status, response.data))
        return response

    _send_all(t, app)
