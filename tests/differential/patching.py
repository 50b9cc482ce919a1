"""An example app that uses most of Flask, and the wrappers that count who calls what of it.

Invariant: a wrapper changes nothing but the trace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
from flask import Blueprint, request, session, url_for

from tests.differential.trace import Trace

_NOT_OURS = {
    "__class__",
    "__init__",
    "__new__",
    "__init_subclass__",
    "__subclasshook__",
    "__getattribute__",
    "__setattr__",
    "__delattr__",
    "__dir__",
    "__reduce__",
    "__reduce_ex__",
    "__sizeof__",
    "__getstate__",
}


def methods_of(cls: type) -> list[str]:
    """The callables that an instance shows, without object's machinery and without Kolba's own."""
    return [
        name
        for name in dir(cls)
        if name not in _NOT_OURS
        and "kolba" not in name.lower()
        and callable(getattr(cls, name))
        and not isinstance(getattr(cls, name), type)
    ]


def example(t: Trace, cls: type[flask.Flask] = flask.Flask) -> flask.Flask:
    """An app that, over all of `visit`, uses most of what Flask can do."""
    app = t.app(cls=cls)
    app.before_request(lambda: None)
    app.teardown_request(lambda e: None)
    app.teardown_appcontext(lambda e: None)
    app.after_request(lambda r: r)
    app.url_defaults(lambda e, v: None)
    app.url_value_preprocessor(lambda e, v: None)
    app.context_processor(lambda: {"c": 1})
    app.register_error_handler(KeyError, lambda e: ("key", 400))
    app.add_url_rule("/", "index", lambda: "index")
    app.add_url_rule(
        "/item/<int:n>",
        "item",
        lambda n: f"{url_for('item', n=n)} {url_for('index', _external=True)}",
    )
    app.add_url_rule("/dir/", "dir", lambda: "dir")
    app.add_url_rule(
        "/count",
        "count",
        lambda: session.__setitem__("n", session.get("n", 0) + 1) or str(session["n"]),
    )
    app.add_url_rule(
        "/page",
        "page",
        lambda: flask.render_template_string("{{ c }}{{ url_for('index') }}{{ session.n }}"),
    )
    app.add_url_rule("/file", "file", lambda: flask.render_template("notes.txt", name="n"))
    app.add_url_rule(
        "/json", "json", lambda: {"a": request.get_json(silent=True)}, methods=["GET", "POST"]
    )
    app.add_url_rule("/boom", "boom", lambda: 1 / 0)
    app.add_url_rule("/key", "key", lambda: {}["k"])
    app.add_url_rule("/abort", "abort", lambda: flask.abort(403))
    app.add_url_rule("/redirect", "redirect", lambda: flask.redirect(url_for("index")))
    app.add_url_rule("/build", "build", lambda: url_for("nowhere"))
    app.add_url_rule("/tuple", "tuple", lambda: ("t", 201, {"X": "y"}))
    app.add_url_rule("/stream", "stream", lambda: iter("ab"))
    app.add_url_rule("/form", "form", lambda: request.form["a"], methods=["POST"])

    bp = Blueprint("bp", __name__, url_prefix="/bp")
    bp.before_request(lambda: None)
    bp.add_url_rule("/", "index", lambda: flask.jsonify(url_for(".index")))
    app.register_blueprint(bp)
    return app


_PATHS = (
    "/",
    "/item/3",
    "/dir",
    "/count",
    "/page",
    "/file",
    "/boom",
    "/key",
    "/abort",
    "/redirect",
    "/build",
    "/tuple",
    "/stream",
    "/bp/",
    "/none",
    "/static/file.txt",
)


def visit(t: Trace, app: flask.Flask) -> None:
    """Use all of `example`."""
    browser = t.browser(app)
    for path in _PATHS:
        browser.send(path)
    browser.send("/form", "POST", form={"a": "1"})
    browser.send("/json", "POST", json={"x": 1})
    browser.send("/item/3", "OPTIONS")
    browser.send("/", "POST")


def glance(t: Trace, app: flask.Flask) -> None:
    """A few requests, so that the app has served some before it changes."""
    for path in ("/", "/item/3", "/count", "/none"):
        t.send(app, path)


def counting(t: Trace, label: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """`method`, noting each call with the kinds of its arguments, and how it ended."""

    def counted(*args: Any, **kwargs: Any) -> Any:
        kinds = [type(a).__name__ for a in args], sorted(kwargs)
        try:
            result = method(*args, **kwargs)
        except BaseException as error:
            t.note("call", label, *kinds, "raised", type(error).__name__)
            raise
        t.note("call", label, *kinds, _kind(label, result))
        return result

    return counted


def _kind(label: str, result: object) -> str:
    """The kind of a result; an answer to the server may be any iterable (docs/fallbacks.md)."""
    return "answer" if label.endswith(("wsgi_app", "__call__")) else type(result).__name__
