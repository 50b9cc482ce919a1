"""Signals: when they are sent, with what, to whom, and what a failing receiver does."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import flask
import wrapt
from flask import signals as flask_signals
from flask.signals import _signals
from werkzeug.datastructures import Headers

from tests.differential.collect import table
from tests.differential.trace import Trace, error_text

_NAMES = [
    "appcontext-popped",
    "appcontext-pushed",
    "appcontext-tearing-down",
    "before-render-template",
    "got-request-exception",
    "message-flashed",
    "request-finished",
    "request-started",
    "request-tearing-down",
    "template-rendered",
]


def _app(t: Trace, name: str = "shop") -> flask.Flask:
    app = t.app(name)
    app.add_url_rule("/", "index", lambda: t.note("view") or "hello")
    app.add_url_rule("/page", "page", lambda: flask.render_template_string("<p>{{ x }}", x=1))
    app.add_url_rule("/flash", "flash", lambda: flask.flash("hi", "info") or "-")
    app.add_url_rule("/boom", "boom", lambda: 1 / 0)
    app.add_url_rule("/stream", "stream", lambda: iter("ab"))
    app.before_request(lambda: t.note("before"))
    app.after_request(lambda r: t.note("after") or r)
    app.teardown_request(lambda e: t.note("teardown_request", error_text(e)))
    app.teardown_appcontext(lambda e: t.note("teardown_appcontext", error_text(e)))
    return app


_PATHS = ("/", "/page", "/flash", "/boom", "/stream", "/none")


def all_signals(t: Trace) -> None:
    """All signals of all kinds of request come in order, with their arguments."""
    app = _app(t)
    t.watch_signals(app)
    for path in _PATHS:
        t.send(app, path)


@table(_NAMES)
def one_signal_connected_late(t: Trace, name: str) -> None:
    """A receiver connected after requests hears the next one, and none after it disconnects."""
    app, other = _app(t), _app(t, "other")
    receiver = lambda sender, **kw: t.note("heard", name, sender.name, sorted(kw))  # noqa: E731
    for step in ("before", "connected", "gone"):
        t.note(step)
        if step == "connected":
            _signals.signal(name).connect(receiver, app)
        if step == "gone":
            _signals.signal(name).disconnect(receiver, app)
        for path in _PATHS:
            t.send(app, path)
        t.send(other, "/")
    with _signals.signal(name).connected_to(receiver):
        t.send(app, "/")
        t.send(other, "/flash")
        t.send(other, "/page")
        t.send(other, "/boom")
    t.send(app, "/")


@table(_NAMES)
def a_receiver_that_raises(t: Trace, name: str) -> None:
    """An error in a receiver takes the path that Flask's code gives it at that place."""
    app = _app(t)

    def fail(sender: flask.Flask, **arguments: object) -> None:
        t.note("receiver of", name)
        raise LookupError(f"in {name}")

    _signals.signal(name).connect(fail, app)
    for handler in (False, True):
        if handler:
            app.error_handler_spec[None][None][LookupError] = lambda e: (f"handled {e}", 500)
        for path in _PATHS:
            t.send(app, path)


def any_sender_and_weak_receivers(t: Trace) -> None:
    """Receivers for any sender hear every app; a weak one that dies is heard no more."""
    app, other = _app(t), _app(t, "other")

    def strong(sender: flask.Flask, **kw: object) -> None:
        t.note("any", sender.name)

    flask_signals.request_started.connect(strong)

    class Listener:
        def hear(self, sender: flask.Flask, **kw: object) -> None:
            t.note("weak", sender.name)

    listener = Listener()
    flask_signals.request_started.connect(listener.hear)
    for each in (app, other):
        t.send(each)
    del listener
    for each in (app, other):
        t.send(each)


def receivers_see_contexts(t: Trace) -> None:
    """In each signal request, session and g are current or not, exactly as under Flask."""
    app = _app(t)

    def look(name: str) -> object:
        def receive(sender: flask.Flask, **kw: object) -> None:
            t.note(
                name,
                flask.has_app_context(),
                flask.has_request_context(),
                flask.request.path if flask.request else None,
            )
            t.attempt("endpoint", lambda: flask.request.endpoint)
            t.attempt("session", lambda: dict(flask.session))

        return receive

    for name in _NAMES:
        _signals.signal(name).connect(look(name), app, weak=False)
    for path in _PATHS:
        t.send(app, path)


def a_receiver_changes_the_response(t: Trace) -> None:
    """request_finished receivers may change the response in place, before it is sent."""
    app = _app(t)

    def change(sender: flask.Flask, response: flask.Response, **kw: object) -> None:
        response.headers["X-Finished"] = "1"
        response.set_cookie("finished", "1")

    flask_signals.request_finished.connect(change, app)
    for path in _PATHS:
        t.send(app, path)


def a_receiver_asks_for_the_request(t: Trace) -> None:
    """request_started may set g, the session and request attributes for the view."""
    app = t.app()
    app.add_url_rule(
        "/", "index", lambda: f"{flask.g.user} {flask.request.user} {dict(flask.session)}"
    )

    def start(sender: flask.Flask, **kw: object) -> None:
        flask.g.user = flask.request.user = "eve"
        flask.session["started"] = True

    flask_signals.request_started.connect(start, app)
    t.send(app)


def async_receivers(t: Trace) -> None:
    """A coroutine receiver is awaited through app.ensure_sync."""
    app = _app(t)

    async def receive(sender: flask.Flask, **kw: object) -> None:
        t.note("async receiver", sorted(kw))

    for name in _NAMES:
        _signals.signal(name).connect(receive, app)
    for path in _PATHS:
        t.send(app, path)


def signals_muted(t: Trace) -> None:
    """A signal that is muted is not sent."""
    app = _app(t)
    t.watch_signals(app)
    with _signals.signal("request-started").muted():
        t.send(app)
    t.send(app)


_TO_THE_ANSWER: dict[str, Callable[[Trace, flask.Response], object]] = {
    "nothing": lambda t, response: None,
    "another status": lambda t, response: setattr(response, "status", "418 I'M A TEAPOT"),
    "one header more": lambda t, response: response.headers.add("X-Late", "1"),
    "other headers": lambda t, response: setattr(response, "headers", Headers([("X-Only", "1")])),
    "other text": lambda t, response: response.set_data("other"),
    "a chunk more": lambda t, response: response.response.append(b"more"),
    "another chunk": lambda t, response: response.response.__setitem__(0, b"other"),
    "an iterator": lambda t, response: setattr(response, "response", iter([b"a", b"b"])),
    "a cookie": lambda t, response: response.set_cookie("late", "1"),
    "an end": lambda t, response: response.call_on_close(lambda: t.note("closed")),
    "is kept": lambda t, response: setattr(flask.g, "kept", response),
    "its headers are kept": lambda t, response: setattr(flask.g, "kept", response.headers),
    "its body is kept": lambda t, response: setattr(flask.g, "kept", response.response),
    "is watched": lambda t, response: setattr(flask.g, "kept", weakref.ref(response)),
    "the session": lambda t, response: flask.session.update(late=1),
    "reads the session": lambda t, response: t.note(dict(flask.session)),
    "one more hook": lambda t, response: flask.after_this_request(lambda r: t.note("hook") or r),
    "an error": lambda t, response: {}["no such key"],
    "a class": lambda t, response: setattr(response, "__class__", _Shouting),
}


class _Shouting(flask.Response):
    def get_wsgi_headers(self, environ: object) -> Headers:
        headers = super().get_wsgi_headers(environ)  # type: ignore[arg-type]
        headers["X-Class"] = "own"
        return headers


@table([f"{deed}{end}" for deed in _TO_THE_ANSWER for end in ("", ": with hooks")])
def what_request_finished_does_to_the_answer(t: Trace, row: str) -> None:
    """An answer of text is the receiver's to change, also after hooks and with a session saved."""
    deed, _, hooked = row.partition(": ")
    app = t.app()

    def finished(sender: flask.Flask, response: flask.Response) -> None:
        t.note("finished", response.status, list(response.headers))
        if "do" in flask.request.args:
            _TO_THE_ANSWER[deed](t, response)

    flask_signals.request_finished.connect(finished, app, weak=False)
    if hooked:
        app.after_request(lambda response: t.note("after") or response)
    app.teardown_request(
        lambda error: t.note(type(flask.g.get("kept")).__name__, error_text(error))
    )
    app.add_url_rule("/", "index", lambda: "hello")
    app.add_url_rule("/keep", "keep", lambda: flask.session.update(n=1) or "kept")
    app.add_url_rule("/read", "read", lambda: f"{flask.session.get('n')}")
    app.add_url_rule("/this", "this", _asks_for_this)
    browser = t.browser(app)
    for path in ("/", "/?do", "/keep?do", "/read?do", "/read", "/this?do"):
        browser.send(path)
        browser.send(path, "HEAD")
    browser.send("/none?do")


def _asks_for_this() -> str:
    flask.after_this_request(lambda response: flask.Response(b"this one"))
    return "text"


@table(["url", "method", "hooks", "answer", "error", "view", "preprocessor", "session"])
def what_request_started_does(t: Trace, deed: str) -> None:
    """A receiver of request_started comes before hooks and view, and may change what they find."""
    app = t.app()

    def started(sender: flask.Flask) -> None:
        t.note("started", flask.request.endpoint, flask.request.view_args)
        if "do" not in flask.request.args:
            return
        if deed == "url":
            other = next(sender.url_map.iter_rules("other"))
            flask.request.url_rule, flask.request.view_args = other, {"n": "7"}
        elif deed == "method":
            flask.request.environ["REQUEST_METHOD"] = "OPTIONS"
        elif deed == "hooks":
            sender.before_request_funcs.setdefault(None, []).append(lambda: t.note("new hook"))
        elif deed == "answer":
            sender.before_request_funcs.setdefault(None, []).append(lambda: "by a hook")
        elif deed == "error":
            flask.abort(403)
        elif deed == "view":
            sender.view_functions["index"] = lambda: "another view"
        elif deed == "preprocessor":
            sender.url_value_preprocessors.setdefault(None, []).append(
                lambda endpoint, values: t.note("preprocessor", endpoint, values)
            )
        else:
            flask.session["started"] = True

    flask_signals.request_started.connect(started, app, weak=False)
    shop = flask.Blueprint("shop", __name__)
    shop.before_request(lambda: t.note("hook of the shop"))
    shop.add_url_rule("/other/<n>", "other", lambda n: f"other {n}")
    app.register_blueprint(shop)
    app.add_url_rule("/other/<n>", "other", lambda n: f"own {n}")
    app.add_url_rule("/", "index", lambda: "index")
    browser = t.browser(app)
    for path in ("/", "/?do", "/", "/other/3", "/other/3?do", "/none?do"):
        browser.send(path)
        browser.send(path, "HEAD")


def a_proxy_around_sending(t: Trace) -> None:
    """A proxy that an agent puts around `Signal.send` after requests sees what is sent."""
    app = t.app()
    app.add_url_rule("/", "index", lambda: "index")
    t.watch_signals(app)
    t.send(app)

    def wrapper(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        t.note("sent", instance.name)
        return wrapped(*args, **kwargs)

    wrapt.wrap_function_wrapper("blinker", "Signal.send", wrapper)
    t.send(app)
