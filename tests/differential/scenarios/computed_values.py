"""Values that an app computes anew where Flask keeps them, and those that change after requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from flask import (
    Config,
    Flask,
    Request,
    Response,
    abort,
    redirect,
    render_template_string,
    request,
    session,
    url_for,
)
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface
from werkzeug import exceptions
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import Map, Rule

from tests.differential.collect import table
from tests.differential.trace import Trace


def _counter(t: Trace, cls: type[Flask] = Flask, **options: Any) -> Flask:
    """An app that counts visits in its session."""
    app = t.app(cls=cls, **options)

    @app.route("/count")
    def count() -> str:
        session.permanent = "keep" in request.args
        session["visits"] = session.get("visits", 0) + 1
        return str(session["visits"])

    return app


def a_key_for_each_host(t: Trace) -> None:
    """A class whose secret_key is a property signs, and believes, with the key of the moment."""
    keys = {"tea": "of tea" * 6, "ink": "of ink" * 6}

    class Shops(Flask):
        tenant = "tea"
        secret_key = property(lambda self: keys[self.tenant], lambda self, key: None)  # type: ignore[assignment]

    app: Any = _counter(t, Shops)
    browser = t.browser(app)
    for tenant in ("tea", "tea", "ink", "ink", "tea"):
        app.tenant = tenant
        browser.send("/count")


def a_lifetime_of_the_moment(t: Trace) -> None:
    """A class whose permanent_session_lifetime is a property is asked at each request."""
    minutes = [10]

    class Shop(Flask):
        permanent_session_lifetime = property(lambda self: timedelta(minutes=minutes[0]))  # type: ignore[assignment]

    browser = t.browser(_counter(t, Shop))
    browser.send("/count?keep=1")
    minutes[0] = 1
    browser.send("/count?keep=1")
    t.later(61)
    browser.send("/count?keep=1")


class _Tenant(Config):
    """A configuration whose values the test changes behind its methods."""

    now: ClassVar[dict[str, Any]] = {}

    def __getitem__(self, key: str) -> Any:
        return self.now[key] if key in self.now else super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        return self.now.get(key, super().get(key, default))


@table(
    [
        ("SECRET_KEY", "another"),
        ("SESSION_COOKIE_NAME", "other"),
        ("SESSION_COOKIE_PATH", "/shop"),
        ("SESSION_REFRESH_EACH_REQUEST", False),
        ("PERMANENT_SESSION_LIFETIME", timedelta(seconds=1)),
        ("SERVER_NAME", "shop.example"),
        ("TRUSTED_HOSTS", ["shop.example"]),
        ("APPLICATION_ROOT", "/shop"),
        ("PREFERRED_URL_SCHEME", "https"),
        ("MAX_CONTENT_LENGTH", 1),
        ("PROPAGATE_EXCEPTIONS", True),
    ]
)
def a_configuration_that_computes(t: Trace, row: tuple[str, Any]) -> None:
    """A class of config with its own way of reading is read when Flask reads it."""

    class Shop(Flask):
        config_class = _Tenant

    app = _counter(t, Shop)
    app.add_url_rule("/form", "form", lambda: dict(request.form), methods=["POST"])
    app.add_url_rule("/links", "links", lambda: url_for("count", _external=True))
    app.add_url_rule("/fails", "fails", lambda: 1 / 0)
    browser = t.browser(app)
    for values in ({}, {}, dict([row]), {}):
        _Tenant.now = values
        t.note(values)
        browser.send("/count?keep=1")
        t.send(app, "/form", "POST", form={"a": "1", "b": "2"})
        t.send(app, "/links", host="other.example")
        t.send(app, "/fails")

        def outside() -> str:
            with app.app_context():
                return url_for("count")

        t.attempt("outside", outside)


class _Mine(Request):
    pass


class _Yours(Response):
    default_mimetype = "text/plain"


class _Json(DefaultJSONProvider):
    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps({"yours": obj}, **kwargs)


class _Sessions(SecureCookieSessionInterface):
    salt = "of yours"


_YOURS: dict[str, Callable[[Flask], Any]] = {
    "config": lambda app: Config("", {**app.config, "SESSION_COOKIE_NAME": "yours"}),
    "url_map": lambda app: Map([Rule("/count", endpoint="kind"), Rule("/yours", endpoint="kind")]),
    "json": _Json,
    "session_interface": lambda app: _Sessions(),
    "request_class": lambda app: _Mine,
    "response_class": lambda app: _Yours,
    "subdomain_matching": lambda app: True,
}


@table(_YOURS)
def what_a_class_computes(t: Trace, name: str) -> None:
    """A property of the app's class, for what Flask keeps on the app, is asked at each request."""
    kept: dict[str, Any] = {}
    default = getattr(Flask, name, None)

    def get(self: Flask) -> Any:
        return kept.get("yours" if kept.get("is yours") else "mine", default)

    def put(self: Flask, value: Any) -> None:
        kept["mine"] = value

    app = _counter(t, type("Shop", (Flask,), {name: property(get, put)}))
    app.add_url_rule("/kind", "kind", lambda: {"a": type(request._get_current_object()).__name__})  # type: ignore[attr-defined]
    app.add_url_rule("/text", "text", lambda: "text")
    kept["yours"] = _YOURS[name](app)
    for is_yours in (False, True, False):
        kept["is yours"] = is_yours
        browser = t.browser(app)
        for path in ("/count", "/count", "/kind", "/text", "/yours"):
            browser.send(path)


def subdomains_matched_late(t: Trace) -> None:
    """subdomain_matching set after requests decides the next ones."""
    app = t.app(SERVER_NAME="shop.example")
    app.add_url_rule("/", "api", lambda: url_for("page"), subdomain="api")
    app.add_url_rule("/", "page", lambda: url_for("api"))
    for matching in (False, True, False):
        app.subdomain_matching = matching
        for host in ("shop.example", "api.shop.example", "other.example"):
            t.send(app, "/", host=host)


def _property(name: str, change: Callable[[Any], Any]) -> type[Request]:
    """A request class that keeps what Flask sets on it elsewhere, changed."""

    def put(self: Request, value: Any) -> None:
        self.__dict__[f"own_{name}"] = change(value)

    return type("Own", (Request,), {name: property(lambda self: vars(self)[f"own_{name}"], put)})


class _Looking(Request):
    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return {"name": "looked at"} if name == "view_args" and found else found


class _Slotted(Request):
    __slots__ = ("url_rule",)


_REQUESTS: dict[str, type[Request]] = {
    "view_args": _property("view_args", lambda values: values and {"name": "kept"}),
    "url_rule": _property("url_rule", lambda rule: rule),
    "routing_exception": _property("routing_exception", lambda error: exceptions.Gone()),
    "shallow": _property("shallow", lambda shallow: True),
    "json_module": _property("json_module", lambda module: None),
    "__getattribute__": _Looking,
    "__slots__": _Slotted,
}


@table(_REQUESTS)
def a_request_class_that_keeps_its_own(t: Trace, name: str) -> None:
    """What Flask sets on a request goes through the properties of its class."""
    app = t.app()
    app.request_class = _REQUESTS[name]

    def show(name: str = "-") -> str:
        return f"{name} {request.view_args} {request.url_rule} {request.endpoint}"

    app.add_url_rule("/", "index", show)
    app.add_url_rule("/tea/<name>", "tea", show)
    app.add_url_rule("/json", "json", lambda: [request.get_json()], methods=["POST"])
    for hooked in (False, True):
        if hooked:
            app.__dict__["_got_first_request"] = False
            app.before_request(lambda: None)
        t.send(app, "/")
        t.send(app, "/tea/green")
        t.send(app, "/nothing")
        t.send(app, "/json", "POST", json={})


def _counted(t: Trace, cls: type, name: str) -> type:
    """A class of which each reading of this attribute is noted."""
    stock = getattr(cls, name)

    def read(self: Any) -> Any:
        t.note("asked for", name)
        return stock.fget(self) if stock else vars(self)[name]

    def put(self: Any, value: Any) -> None:
        vars(self)[name] = value

    return type("Own", (cls,), {name: property(read, put)})


def _shop(t: Trace, app: Flask) -> None:
    """An app with hooks of no blueprint, asked in many ways."""
    app.add_url_rule("/", "index", lambda: url_for("link"))
    app.add_url_rule("/link", "link", lambda: render_template_string("{{ url_for('index') }}"))
    app.add_url_rule("/tea/<name>", "tea", lambda name: {"tea": name}, methods=["GET", "PUT"])
    app.add_url_rule("/away", "away", lambda: redirect(url_for("index")))
    for hooked in (False, True):
        if hooked:
            app.__dict__["_got_first_request"] = False
            app.before_request(lambda: None)
            app.after_request(lambda response: response)
            app.teardown_request(lambda error: None)
        for path in ("/", "/link", "/tea/green", "/away", "/nothing"):
            t.send(app, path)
        t.send(app, "/tea/green", "OPTIONS")
        t.send(app, "/tea/green", "POST")


@table(["blueprints", "blueprint", "endpoint", "url_rule", "view_args"])
def a_request_class_that_is_asked(t: Trace, name: str) -> None:
    """A request is asked for what says whose hooks run as often as by Flask."""
    app = t.app()
    app.request_class = _counted(t, Request, name)
    _shop(t, app)


def a_debug_mode_that_is_asked(t: Trace) -> None:
    """An app whose debug mode is a property of its class is asked for it as often as by Flask."""
    _shop(t, t.app(cls=_counted(t, Flask, "debug")))


@table(["get_response", "get_headers", "get_body", "code", "description", "response"])
def an_exception_that_a_handler_changes(t: Trace, name: str) -> None:
    """What a handler puts on the exception that it returns is what answers."""
    app = t.app()

    def put(error: HTTPException) -> HTTPException:
        value: Any = {
            "get_response": lambda environ=None, scope=None: app.response_class("own", 444),
            "get_headers": lambda environ, scope: [("X-Own", "1"), ("content-length", "3")],
            "get_body": lambda environ, scope: f"own {scope}",
            "code": 410,
            "description": "<b>own</b>",
            "response": app.response_class("own", 203),
        }[name]
        setattr(error, name, value)
        return error

    app.register_error_handler(404, put)
    for hooked in (False, True):
        if hooked:
            app.__dict__["_got_first_request"] = False
            app.after_request(lambda response: t.note(response.headers) or response)
        t.send(app, "/nothing")
        t.send(app, "/nothing", "HEAD")


@table(["get_headers", "get_body", "description", "status"])
def exceptions_changed_late(t: Trace, name: str) -> None:
    """Werkzeug's exceptions changed after they have answered answer in the new way."""
    app = t.app()
    app.add_url_rule("/tea", "tea", lambda: abort(418))
    for path in ("/nothing", "/tea"):
        t.send(app, path)
    if name == "get_headers":
        HTTPException.get_headers = lambda self, *args: [("X-Own", "1")]  # type: ignore[method-assign]
    elif name == "get_body":
        HTTPException.get_body = lambda self, environ, scope: "own"  # type: ignore[method-assign]
    elif name == "description":
        exceptions.NotFound.description = "own"
    else:
        HTTP_STATUS_CODES.update({404: "Own", 418: "Own"})
    for path in ("/nothing", "/tea"):
        t.send(app, path)
        t.send(app, path, "POST")
