"""url_for: every option, value and failure, inside and outside of requests."""

from __future__ import annotations

import datetime
import decimal
import uuid

import flask
from flask import Blueprint, g, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BaseConverter, BuildError

from tests.differential.collect import table
from tests.differential.trace import Trace

_ENDPOINTS = [
    "index",
    "item",
    "user",
    "path",
    "two",
    "float",
    "uuid",
    "any",
    "dir",
    "bp.page",
    "bp.child.page",
    ".page",
    "static",
    "none",
    "",
    ".",
    "..",
    "bp.",
    "multi",
    "post",
    "slashes",
    "dashed",
]


_LINK = "{{ url_for('index') }}"


def _app(t: Trace, **options: object) -> flask.Flask:
    app = t.app(**options)

    def view(**values: object) -> str:
        return "-"

    for rule, endpoint in (
        ("/", "index"),
        ("/item/<int:n>", "item"),
        ("/user/<name>", "user"),
        ("/path/<path:p>", "path"),
        ("/two/<a>/<int:b>", "two"),
        ("/f/<float:x>", "float"),
        ("/u/<uuid:u>", "uuid"),
        ("/any/<any(a,b):k>", "any"),
        ("/dir/", "dir"),
        ("/slashes//<path:p>/", "slashes"),
        ("/d-<int(fixed_digits=3):n>.<ext>", "dashed"),
    ):
        app.add_url_rule(rule, endpoint, view)
    app.add_url_rule("/multi/", "multi", view, defaults={"page": 1})
    app.add_url_rule("/multi/<int:page>", "multi", view)
    app.add_url_rule("/multi/<int:page>/<sort>", "multi", view)
    app.add_url_rule("/post", "post", view, methods=["POST"])
    app.add_url_rule("/post/get", "post", view, methods=["GET"])
    bp, child = (
        Blueprint("bp", __name__, url_prefix="/bp"),
        Blueprint("child", __name__, url_prefix="/child"),
    )
    for owner in (bp, child):
        owner.add_url_rule("/page", "page", lambda: build())
        owner.add_url_rule("/here", "here", lambda: "-")

    def build() -> str:
        calls = app.extensions["calls"]
        for endpoint, values in calls:
            t.attempt(f"{endpoint} {values}", url_for, endpoint, **values)
        return "built"

    app.add_url_rule("/build", "build", build, methods=["GET", "POST", "HEAD"])
    bp.register_blueprint(child)
    app.register_blueprint(bp)
    app.extensions["calls"] = []
    return app


_VALUES: list[dict[str, object]] = [
    {},
    {"n": 1},
    {"n": "1"},
    {"n": "x"},
    {"n": -1},
    {"n": None},
    {"n": 1.5},
    {"n": True},
    {"n": 10**30},
    {"n": [1, 2]},
    {"name": "eve"},
    {"name": ""},
    {"name": "a/b c?d#é&"},
    {"name": Markup("<b>")},
    {"name": 5},
    {"name": b"x"},
    {"name": "\ud800"},
    {"p": "a/b//c"},
    {"p": "/abs"},
    {"p": ""},
    {"a": "x", "b": 2},
    {"a": "x"},
    {"b": 2},
    {"x": 1},
    {"x": 1.25},
    {"x": "nan"},
    {"u": uuid.UUID(int=3)},
    {"u": "not"},
    {"k": "a"},
    {"k": "c"},
    {"page": 1},
    {"page": 2},
    {"page": 2, "sort": "up"},
    {"filename": "a b/é.css"},
    {"n": 7, "ext": "txt"},
]


@table(_ENDPOINTS)
def values_of_every_kind(t: Trace, endpoint: str) -> None:
    """Each endpoint with each value builds Werkzeug's URL or raises its error."""
    app = _app(t)
    app.extensions["calls"] = [(endpoint, values) for values in _VALUES]
    t.send(app, "/build")
    t.send(app, "/bp/child/page", script_name="/app", host="shop.example")


_QUERIES: list[dict[str, object]] = [
    {"q": "a b"},
    {"q": "é&=+#?/"},
    {"q": None},
    {"q": ""},
    {"q": []},
    {"q": [1, 2]},
    {"q": ("a", None)},
    {"q": {"a": 1}},
    {"q": {1}},
    {"q": True},
    {"q": 1.0},
    {"q": decimal.Decimal("1.0")},
    {"q": datetime.date(2026, 1, 2)},
    {"q": b"bytes"},
    {"z": 1, "a": 2},
    {"é": 1},
    {"q": object},
    {"q": MultiDict([("a", "1")])},
    {"q": iter("ab")},
    {"q": range(3)},
    {"a b": 1},
    {"_x": 1},
    {"method": "x"},
    {"q": "\ud800"},
    {"q": Markup("<")},
    {"q": "~-._!*'()"},
    {"endpoint2": 1},
]


def unknown_values_become_the_query(t: Trace) -> None:
    """Values that no rule takes become the query, as Werkzeug writes it."""
    app = _app(t)
    app.extensions["calls"] = [
        (endpoint, {**base, **query})
        for query in _QUERIES
        for endpoint, base in (("index", {}), ("item", {"n": 1}))
    ]
    t.send(app, "/build")


_OPTIONS: list[dict[str, object]] = [
    {"_external": True},
    {"_external": False},
    {"_external": None},
    {"_external": "yes"},
    {"_scheme": "https"},
    {"_scheme": "https", "_external": True},
    {"_scheme": "https", "_external": False},
    {"_scheme": "", "_external": True},
    {"_scheme": "ftp", "_external": True},
    {"_scheme": "ws"},
    {"_anchor": "a b"},
    {"_anchor": ""},
    {"_anchor": 'é<>"#&='},
    {"_anchor": 5},
    {"_anchor": None},
    {"_method": "POST"},
    {"_method": "GET"},
    {"_method": "PUT"},
    {"_method": "post"},
    {"_anchor": "x", "_external": True, "_scheme": "https", "_method": "GET", "q": 1},
]


def options(t: Trace) -> None:
    """_external, _scheme, _anchor and _method act as in Flask, for several methods and hosts."""
    app = _app(t)
    app.extensions["calls"] = [
        (endpoint, dict(o)) for o in _OPTIONS for endpoint in ("index", "post", "bp.page", "none")
    ]
    for method in ("GET", "POST", "HEAD"):
        t.send(app, "/build", method)
    t.send(app, "/build", host="shop.example:8443", scheme="https", script_name="/app")


def relative_endpoints(t: Trace) -> None:
    """A leading dot means the current blueprint, or the app."""
    app = _app(t)
    app.extensions["calls"] = [
        (e, {})
        for e in (
            ".page",
            ".here",
            ".index",
            "page",
            "bp.here",
            "child.here",
            ".child.page",
            "..page",
            ".none",
            ".static",
        )
    ]
    for path in ("/build", "/bp/page", "/bp/child/page"):
        t.send(app, path)


@table(["none", "server name", "root", "context", "test request"])
def outside_of_requests(t: Trace, kind: str) -> None:
    """Without a request url_for needs SERVER_NAME and goes external, by app, context or neither."""
    config = {"none": {}, "server name": {"SERVER_NAME": "shop.example"}}.get(
        kind,
        {
            "SERVER_NAME": "shop.example:81",
            "APPLICATION_ROOT": "/root",
            "PREFERRED_URL_SCHEME": "https",
        },
    )
    app = _app(t, **config)
    for _ in range(2):
        t.attempt("app.url_for", lambda: app.url_for("item", n=1))
        t.attempt("flask.url_for", lambda: url_for("item", n=1))
        with app.app_context():
            for o in _OPTIONS:
                t.attempt(f"context {o}", lambda o=o: url_for("item", n=1, **o))
            t.attempt("relative", lambda: url_for(".page"))
        if kind == "test request":
            with app.test_request_context("/bp/page", base_url="https://other.example/x/"):
                t.note(url_for("item", n=1), url_for(".page"), app.url_for("index", _external=True))
        t.send(app, "/build")


def defaults_injected(t: Trace) -> None:
    """url_defaults of app and blueprint, nested, add and change values before building."""
    app = _app(t)
    app.url_default_functions.setdefault(None, []).append(
        lambda e, v: t.note("app", e, dict(v)) or v.setdefault("q", "app")
    )
    app.url_default_functions.setdefault("bp", []).append(
        lambda e, v: t.note("bp", e) or v.update(bp=1)
    )
    app.url_default_functions.setdefault("bp.child", []).append(
        lambda e, v: t.note("child", e) or v.pop("q")
    )
    app.extensions["calls"] = [
        ("index", {}),
        ("bp.page", {"q": "given"}),
        ("bp.child.page", {}),
        (".page", {}),
        ("none", {}),
        ("item", {"n": 2}),
    ]
    for path in ("/build", "/bp/page"):
        t.send(app, path)
    app.url_default_functions[None].append(lambda e, v: 1 / 0)
    t.send(app, "/build")


def build_error_handlers(t: Trace) -> None:
    """url_build_error_handlers get error, endpoint and values; the first answer wins."""
    app = _app(t)
    app.extensions["calls"] = [
        ("none", {"a": 1, "_external": True, "_anchor": "x"}),
        ("item", {}),
        ("index", {}),
    ]

    def first(error: BuildError, endpoint: str, values: dict[str, object]) -> str | None:
        t.note(
            "first",
            type(error).__name__,
            endpoint,
            sorted(values.items()),
            error.suggested and error.suggested.endpoint,
        )
        return None

    def second(error: BuildError, endpoint: str, values: dict[str, object]) -> str | None:
        raise error if endpoint == "item" else BuildError("other", {}, None)

    t.send(app, "/build")
    for handler in (first, second, lambda e, n, v: f"/external/{n}", lambda e, n, v: "never"):
        app.url_build_error_handlers.append(handler)
        t.send(app, "/build")
    app.handle_url_build_error = lambda error, endpoint, values: f"replaced {endpoint}"  # type: ignore[method-assign]
    t.send(app, "/build")


def converters_in_building(t: Trace) -> None:
    """to_url of own converters is called, may fail, and may see the context."""

    class Slug(BaseConverter):
        def to_url(self, value: object) -> str:
            t.note("to_url", value, flask.has_request_context())
            if value == "fail":
                raise ValueError("cannot")
            return super().to_url(str(value).replace(" ", "-"))

    app = t.app()
    app.url_map.converters["slug"] = Slug
    app.add_url_rule("/s/<slug:s>", "s", lambda s: "-")
    app.add_url_rule("/t/<slug:s>", "s2", lambda s: "-", defaults={"x": 1})

    @app.get("/")
    def index() -> str:
        for value in ("a b", "é", "fail", 3, None):
            t.attempt(str(value), url_for, "s", s=value)
        t.attempt("default", url_for, "s2", s="x", x=1)
        t.attempt("other default", url_for, "s2", s="x", x=2)
        return "-"

    t.send(app)


def url_for_replaced(t: Trace) -> None:
    """app.url_for overridden in a subclass, or put on the instance, serves flask.url_for and templates."""

    class App(flask.Flask):
        def url_for(self, endpoint: str, **values: object) -> str:  # type: ignore[override]
            return f"sub:{super().url_for(endpoint, **values)}"

    for cls in (App, flask.Flask):
        app = t.app(cls=cls)
        app.add_url_rule(
            "/",
            "index",
            lambda: (
                f"{url_for('index')} {flask.render_template_string(_LINK)} {flask.current_app.url_for('index', x=1)}"
            ),
        )
        t.send(app)
        app.url_for = lambda endpoint, **values: f"instance:{endpoint}"  # type: ignore[method-assign]
        t.send(app)


def the_map_changes_between_calls(t: Trace) -> None:
    """Rules added late are built at once, and sorted in as Werkzeug sorts them."""
    app = _app(t)
    app.extensions["calls"] = [
        ("late", {"a": 1}),
        ("item", {"n": 1}),
        ("item", {"n": 1, "extra": 2}),
    ]
    t.send(app, "/build")
    from werkzeug.routing import Rule

    app.url_map.add(Rule("/late/<a>", endpoint="late"))
    t.send(app, "/build")
    app.url_map.add(Rule("/item/<int:n>/<extra>", endpoint="item"))
    t.send(app, "/build")
    app.url_map.add(Rule("/late", endpoint="late", defaults={"a": "1"}))
    t.send(app, "/build")


def url_for_in_hooks(t: Trace) -> None:
    """url_for works in before, after, teardown, handlers and signals, of matched and unmatched requests."""
    app = t.app()

    def look(label: str) -> None:
        t.attempt(
            label,
            lambda: (url_for("index"), url_for(".index", _external=True), g, request.endpoint),
        )

    app.before_request(lambda: look("before"))
    app.after_request(lambda r: look("after") or r)
    app.teardown_request(lambda e: look("teardown"))
    app.teardown_appcontext(lambda e: look("teardown app"))
    app.register_error_handler(404, lambda e: look("handler") or ("404", 404))
    flask.request_started.connect(lambda s, **k: look("started"), app, weak=False)
    app.add_url_rule("/", "index", lambda: "-")
    for host in ("shop.example", "x..y"):
        for path in ("/", "/none"):
            t.send(app, path, host=host)
