"""Registries, responses and proxies that are not what they should be, and fail as in Flask."""

from __future__ import annotations

import contextvars
import operator
from collections.abc import Callable
from typing import Any

import flask
from flask import current_app, g, request, session
from flask.globals import app_ctx, request_ctx
from werkzeug.wsgi import ClosingIterator

from tests.differential.collect import table
from tests.differential.trace import Trace, error_text

_PARTS = (
    *("before_request_funcs", "url_value_preprocessors", "after_request_funcs"),
    *("teardown_request_funcs", "teardown_appcontext_funcs", "error_handler_spec"),
    *("view_functions", "config", "json", "request_class", "response_class", "session_interface"),
)
_MOMENTS = ("start", "view", "before", "after", "teardown", "started", "finished")


def _breaking(t: Trace, app: flask.Flask, moment: str, act: Callable[..., None]) -> None:
    """Let `act` be called at this moment of a request."""
    if moment == "before":
        app.before_request(act)
    elif moment == "after":
        app.after_request(lambda response: act() or response)
    elif moment == "teardown":
        app.teardown_request(act)
    elif moment == "started":
        flask.request_started.connect(act, app)
    elif moment == "finished":
        flask.request_finished.connect(act, app)
    elif moment == "start":
        act()


def _broken(t: Trace, name: str, value: object, moment: str) -> None:
    app = t.app()
    t.note(name, value, moment)

    def act(*_: object, **__: object) -> None:
        setattr(app, name, value)

    app.add_url_rule("/", "index", lambda: "page")
    app.add_url_rule("/act", "act", lambda: act() or "page")
    app.add_url_rule("/json", "json", lambda: {"a": 1})
    _breaking(t, app, moment, act)
    for path in ("/", "/act" if moment == "view" else "/json", "/", "/nowhere"):
        t.send(app, path)


@table(_PARTS)
def a_part_of_the_app(t: Trace, name: str) -> None:
    """What is set to nothing, or to something else, is missed at Flask's moment."""
    for value in (None, 7, ()):
        for moment in _MOMENTS:
            contextvars.copy_context().run(_broken, t, name, value, moment)


@table(["headers", "_status", "_status_code", "response", "direct_passthrough", "_on_close"])
def a_part_of_a_response(t: Trace, name: str) -> None:
    """What a hook deletes is missed with Flask's error, which has no other as its context."""
    app = t.app(PROPAGATE_EXCEPTIONS=True)
    app.add_url_rule("/", "index", lambda: "page")
    app.add_url_rule("/json", "json", lambda: {"a": 1})
    app.add_url_rule("/file", "file", lambda: app.send_static_file("app.css"))

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        delattr(response, name)
        if request.args:
            response.more = 1  # type: ignore[attr-defined]
        return response

    for path in ("/", "/json", "/file", "/?more=1", "/file?more=1", "/nowhere"):
        for method in ("GET", "HEAD"):
            error = t.send(app, path, method).error
            t.note("in place of", error_text(error.__context__ if error else None))


_OPERATIONS: dict[str, Callable[[Any], Any]] = {
    "iter": iter,
    "list": list,
    "len": len,
    "next": next,
    "reversed": reversed,
    "bool": bool,
    "in": lambda proxy: "x" in proxy,
    "item": lambda proxy: proxy["x"],
    "set item": lambda proxy: operator.setitem(proxy, "x", 1),
    "delete item": lambda proxy: operator.delitem(proxy, "x"),
    "attribute": lambda proxy: proxy.nothing,
    "call": lambda proxy: proxy(),
    "int": int,
    "index": operator.index,
    "unpack": lambda proxy: [*proxy],
    "unpack names": lambda proxy: {**proxy},
    "for": lambda proxy: [one for one in proxy],  # noqa: C416
    "sorted": sorted,
    "dict": dict,
    "hint": operator.length_hint,
    "get": lambda proxy: proxy.get("x", 1),
    "pop": lambda proxy: proxy.pop("y", 1),
}


def _all_operations() -> list[str]:
    found = []
    proxies: dict[str, Any] = {"g": g, "request": request, "session": session, "app": current_app}
    for name, proxy in {**proxies, "of app": app_ctx, "of request": request_ctx}.items():
        for operation, call in _OPERATIONS.items():
            try:
                shown = type(call(proxy)).__name__
            except Exception as error:
                shown = f"{error_text(error)} {error_text(error.__context__)}"
            found.append(f"{name} {operation} {shown}")
    return found


def proxies_with_nothing_behind_them(t: Trace) -> None:
    """Each operation on a proxy fails outside of contexts, and acts within them, as Flask's does."""
    app = t.app()
    app.add_url_rule("/", "index", _all_operations)
    t.note(*_all_operations())
    t.send(app, "/")
    with app.app_context():
        t.note(*_all_operations())


def _shape(body: Any) -> list[Any]:
    if type(body) is ClosingIterator:
        return ["closing", *_shape(body._next.args[0]), len(body._callbacks)]  # type: ignore[attr-defined]
    return [type(body).__name__]


def what_the_response_of_an_error_holds(t: Trace) -> None:
    """A hook finds in the response of an error the kind of stream that Flask leaves there."""
    app = t.app()
    app.add_url_rule("/", "index", lambda: "page", methods=["POST"])
    app.add_url_rule("/slash/", "slash", lambda: "page")
    app.add_url_rule("/abort", "abort", lambda: flask.abort(418))
    app.add_url_rule("/redirect", "redirect", lambda: flask.redirect("/x"))

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        t.note(response.status, *_shape(response.response), response.is_streamed)
        return response

    for path in ("/", "/nowhere", "/slash", "/abort", "/redirect"):
        for method in ("GET", "HEAD", "POST", "OPTIONS", "TRACE"):
            t.send(app, path, method)
