"""Responses that their class, a hook or a keeper makes odd: Kolba sees it before it skips anything."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import Any

import flask
from flask import Response, g, redirect, request, session
from werkzeug.datastructures import Headers

from tests.differential.collect import table
from tests.differential.trace import Trace

_HOOKS = {"no hook": False, "a hook": True}


def _views(app: flask.Flask) -> tuple[str, ...]:
    """A view of each kind of answer; the paths to them."""
    views: dict[str, Callable[[], Any]] = {
        "text": lambda: "page",
        "read": lambda: f"page {session.get('user')}",
        "write": lambda: session.update(user="ada") or "page",
        "json": lambda: {"a": 1},
        "away": lambda: redirect("/text"),
        "made": lambda: Response("made", 201),
    }
    for name, view in views.items():
        app.add_url_rule(f"/{name}", name, view)
    return (*(f"/{name}" for name in views), "/static/file.txt")


# -- cookies by the response class ---------------------------------------------------------------
class _Strict(Response):
    def set_cookie(self, key: str, *args: Any, **kwargs: Any) -> None:
        kwargs["samesite"] = "Strict"
        super().set_cookie(key, *args, **kwargs)


class _Telling(Response):
    def set_cookie(self, key: str, *args: Any, **kwargs: Any) -> None:
        super().set_cookie(key, *args, **kwargs)
        self.headers.add("X-Cookie", key)


class _Refusing(Response):
    def set_cookie(self, key: str, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"no cookie {key} without consent")


_COOKIE_CLASSES = {"strict": _Strict, "telling": _Telling, "refusing": _Refusing}


@table(f"{cls}, {hook}" for cls in _COOKIE_CLASSES for hook in _HOOKS)
def a_class_that_sets_cookies_its_own_way(t: Trace, row: str) -> None:
    """The cookie of a session is set by `set_cookie` of the app's response class."""
    cls, hook = row.split(", ")
    app = t.app()
    app.response_class = _COOKIE_CLASSES[cls]
    if _HOOKS[hook]:
        app.after_request(lambda response: response)
    _views(app)
    app.add_url_rule(
        "/stay", "stay", lambda: setattr(session, "permanent", True) or session.update(n=1) or "p"
    )
    app.add_url_rule("/clear", "clear", lambda: session.clear() or "cleared")
    browser = t.browser(app)
    for path in ("/text", "/write", "/read", "/stay", "/text", "/read", "/clear", "/text"):
        browser.send(path)
    browser.send("/write", "HEAD")


# -- classes that keep or guard parts of theirs --------------------------------------------------
def _kept_as(name: str, seen: Callable[[Any], Any]) -> type[Response]:
    """A class with a property for a part that Werkzeug puts on the instance; reading shows `seen`."""
    elsewhere = f"own_{name}"
    part = property(
        lambda self: seen(getattr(self, elsewhere)),
        lambda self, value: setattr(self, elsewhere, value),
    )
    return type("Own", (Response,), {name: part})


def _shown(headers: Headers) -> Headers:
    headers["X-Own"] = "1"
    return headers


def _with_finalizer(t: Trace) -> type[Response]:
    return type("Last", (Response,), {"__del__": lambda self: t.note("deleted")})


_CLASSES: dict[str, Callable[[Trace], type[Response]]] = {
    "headers": lambda t: _kept_as("headers", _shown),
    "response": lambda t: _kept_as("response", lambda body: [b"own ", *body]),
    "_status": lambda t: _kept_as("_status", lambda status: "299 Own"),
    "_status_code": lambda t: _kept_as("_status_code", lambda code: 204),
    "_on_close": lambda t: _kept_as("_on_close", lambda calls: [lambda: t.note("closed")]),
    "direct_passthrough": lambda t: _kept_as("direct_passthrough", lambda value: True),
    "__del__": _with_finalizer,
}


@table(f"{cls}, {hook}" for cls in _CLASSES for hook in _HOOKS)
def a_class_with_a_part_of_its_own(t: Trace, row: str) -> None:
    """A property in place of a part, or a finalizer, of a response class has its effect in its turn."""
    cls, hook = row.split(", ")
    app = t.app()
    app.response_class = _CLASSES[cls](t)
    if _HOOKS[hook]:
        app.after_request(lambda response: t.note("after", type(response).__name__) or response)
    app.teardown_request(lambda error: t.note("teardown"))
    for path in _views(app):
        t.send(app, path)
        t.send(app, path, "HEAD")


# -- classes changed under way -------------------------------------------------------------------
class _Calling(Response):
    def __call__(self, environ: Any, start_response: Any) -> Any:
        start_response("299 Own", [("X-Own", "1")])
        return [b"own"]


class _Heading(Response):
    def get_wsgi_headers(self, environ: Any) -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers["X-Own"] = "1"
        return headers


class _Writing(Response):
    def get_app_iter(self, environ: Any) -> Any:
        return [b"own"]


class _Listing(Headers):
    def __iter__(self) -> Iterator[tuple[str, str]]:
        yield from super().__iter__()
        yield "X-Own", "1"


_TURNS: dict[str, Callable[[Response], None]] = {
    "a response with a __call__": lambda response: setattr(response, "__class__", _Calling),
    "a response with own headers": lambda response: setattr(response, "__class__", _Heading),
    "a response with an own body": lambda response: setattr(response, "__class__", _Writing),
    "headers with an __iter__": lambda r: setattr(r.headers, "__class__", _Listing),
}


@table(_TURNS)
def a_hook_that_changes_a_class(t: Trace, turn: str) -> None:
    """A response, or its headers, that a hook gives another class is sent as that class does it."""
    app = t.app()

    @app.after_request
    def after(response: Response) -> Response:
        _TURNS[turn](response)
        return response

    for path in (*_views(app), "/none"):
        t.send(app, path)
        t.send(app, path, "HEAD")


# -- responses that are kept ---------------------------------------------------------------------
_WATCHES: dict[str, Callable[[Trace, Response], Any]] = {
    "ref": lambda t, response: weakref.ref(response),
    "ref with a callback": lambda t, r: weakref.ref(r, lambda ref: t.note("gone")),
    "finalize": lambda t, response: weakref.finalize(response, t.note, "finalized"),
    "a set": lambda t, response: weakref.WeakSet([response]),
}
_ALIVE: dict[str, Callable[[Any], bool]] = {
    "ref": lambda watch: watch() is not None,
    "ref with a callback": lambda watch: watch() is not None,
    "finalize": lambda watch: watch.alive,
    "a set": lambda watch: len(watch) == 1,
}


@table(_WATCHES)
def a_hook_that_watches_the_response(t: Trace, kind: str) -> None:
    """What refers to a response weakly finds it alive in teardowns, and hears when it is gone."""
    app = t.app()
    watches: list[Any] = []

    @app.after_request
    def after(response: Response) -> Response:
        watches.append(_WATCHES[kind](t, response))
        return response

    @app.teardown_request
    def teardown(error: BaseException | None) -> None:
        t.note("alive", _ALIVE[kind](watches[-1]))

    for path in _views(app):
        t.send(app, path)
        t.note("left", _ALIVE[kind](watches[-1]))
        t.send(app, path, take=0)


_LATE_CHANGES: dict[str, Callable[[Trace, Any], object]] = {
    "call_on_close": lambda t, response: response.call_on_close(lambda: t.note("closed")),
    "a piece more": lambda t, response: response.response.append(b" more"),
    "another piece": lambda t, response: response.response.__setitem__(0, b"other"),
    "no piece": lambda t, response: response.response.clear(),
}


def _app_that_keeps(t: Trace, change: str) -> flask.Flask:
    """An app whose teardown changes what a hook or a view has kept in `g`."""
    app = t.app()

    @app.teardown_request
    def teardown(error: BaseException | None) -> None:
        _LATE_CHANGES[change](t, g.kept)
        t.note("teardown", g.kept.status, [*g.kept.headers])

    return app


@table(_LATE_CHANGES)
def a_hook_that_keeps_the_response(t: Trace, change: str) -> None:
    """What a teardown does to the response that a hook has kept in `g` reaches the client."""
    app = _app_that_keeps(t, change)
    app.after_request(lambda response: setattr(g, "kept", response) or response)
    for path in _views(app):
        t.send(app, path)
        t.send(app, path, "HEAD")
        t.send(app, path, take=1)


@table(_LATE_CHANGES)
def a_view_that_keeps_the_response(t: Trace, change: str) -> None:
    """What a teardown does to the response that a view has kept in `g` reaches the client."""
    app = _app_that_keeps(t, change)

    @app.get("/")
    def index() -> Response:
        g.kept = Response("kept")
        if request.args.get("user"):
            session["user"] = request.args["user"]
        return g.kept  # type: ignore[no-any-return]

    @app.get("/away")
    def away() -> Any:
        g.kept = redirect("/")
        return g.kept

    @app.get("/json")
    def json() -> Any:
        g.kept = flask.jsonify([1])
        return g.kept

    for path in ("/", "/?user=ada", "/away", "/json"):
        t.send(app, path)
        t.send(app, path, "HEAD")
        t.send(app, path, take=1)


# -- responses that lack something ---------------------------------------------------------------
_PARTS = ("headers", "response", "_status", "_status_code", "direct_passthrough", "_on_close")


@table(_PARTS)
def a_hook_that_deletes_an_attribute(t: Trace, name: str) -> None:
    """A response that lacks a part fails where and as it does under Flask, or not at all."""
    app = t.app()

    @app.after_request
    def after(response: Response) -> Response:
        delattr(response, name)
        if request.args.get("more"):
            response.seen = True  # type: ignore[attr-defined]
        return response

    for path in (*_views(app), "/none"):
        t.send(app, path)
        t.send(app, f"{path}?more=1")
