"""Every registry of an app changed after requests: the next answer is already the new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
import jinja2
from flask import Blueprint, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from werkzeug.routing import BaseConverter, Rule

from tests.differential.collect import table
from tests.differential.trace import Trace, error_text

_Change = Callable[[Trace, flask.Flask], object]


def _app(t: Trace) -> flask.Flask:
    """An app with a bit of everything, all of it silent at first."""
    app = t.app()
    app.add_url_rule("/", "index", lambda: f"index {request.path} {url_for('item', n=1)}")
    app.add_url_rule("/plain", "plain", lambda: "plain")
    app.add_url_rule("/item/<int:n>", "item", lambda n: f"item {n}", methods=["GET", "POST"])
    app.add_url_rule("/dir/", "dir", lambda: "dir")
    app.add_url_rule(
        "/count",
        "count",
        lambda: session.__setitem__("n", session.get("n", 0) + 1) or str(session["n"]),
    )
    app.add_url_rule(
        "/page",
        "page",
        lambda: flask.render_template_string(
            "{{ x }}{{ late }}{{ url_for('item', n=2) }}", x="<x>"
        ),
    )
    app.add_url_rule("/boom", "boom", lambda: 1 / 0)
    app.add_url_rule("/json", "json", lambda: {"b": 1, "a": "é"})
    app.add_url_rule("/form", "form", lambda: request.form.get("a", "none"), methods=["POST"])
    app.add_url_rule("/external", "external", lambda: url_for("item", n=1, _external=True))
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    bp.add_url_rule("/", "index", lambda: f"bp {url_for('.index')}")
    bp.add_url_rule("/boom", "boom", lambda: 1 / 0)
    app.register_blueprint(bp)
    return app


def _visit(t: Trace, app: flask.Flask) -> None:
    browser = t.browser(app)
    for path in (
        "/",
        "/plain",
        "/item/3",
        "/item/x",
        "/dir",
        "/count",
        "/count",
        "/page",
        "/boom",
        "/json",
        "/external",
        "/bp/",
        "/bp/boom",
        "/none",
        "/late",
        "/late/5",
        "//plain",
    ):
        browser.send(path)
    browser.send("/form", "POST", form={"a": "1"})
    browser.send("/item/3", "PUT")
    browser.send("/item/3", "OPTIONS")
    browser.send("/plain", "HEAD")
    browser.send("/external", host="other.example", script_name="/app")


def _around(t: Trace, change: _Change, undo: _Change | None = None) -> None:
    """Visit, change, visit, and undo and visit if it can be undone."""
    app = _app(t)
    _visit(t, app)
    t.note("change")
    change(t, app)
    _visit(t, app)
    if undo is not None:
        t.note("undo")
        undo(t, app)
        _visit(t, app)


def _note_after(t: Trace, label: str) -> Callable[[flask.Response], flask.Response]:
    def after(response: flask.Response) -> flask.Response:
        t.note(label)
        response.headers[f"X-{label}"] = "1"
        return response

    return after


_HOOKS = [
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "url_value_preprocessors",
    "url_default_functions",
    "template_context_processors",
]


def _function_for(t: Trace, registry: str) -> Callable[..., object]:
    return {
        "before_request_funcs": lambda: t.note("before", request.endpoint),
        "after_request_funcs": _note_after(t, "after"),
        "teardown_request_funcs": lambda e: t.note("teardown", error_text(e)),
        "url_value_preprocessors": lambda e, v: t.note("preprocess", e, v),
        "url_default_functions": lambda e, v: v.setdefault("q", "1"),
        "template_context_processors": lambda: t.note("processor") or {"late": "<late>"},
    }[registry]


@table(_HOOKS)
def hooks_put_into_the_dict(t: Trace, registry: str) -> None:
    """A list put under None or a blueprint's name acts from the next request, until it is taken out."""
    for name in (None, "bp"):
        _around(
            t,
            lambda t, app, name=name: getattr(app, registry).__setitem__(
                name, [_function_for(t, registry), *getattr(app, registry).get(name, [])]
            ),
            lambda t, app, name=name: getattr(app, registry)[name].pop(0),
        )


@table(_HOOKS)
def hooks_appended_in_place(t: Trace, registry: str) -> None:
    """A function appended to, inserted into or removed from a live list acts at once."""
    app = _app(t)
    functions = getattr(app, registry)[None]
    functions.append(_function_for(t, registry))
    _visit(t, app)
    functions.append(
        lambda *a: (
            a[0] if registry == "after_request_funcs" else ({} if "template" in registry else None)
        )
    )
    functions.insert(0, _function_for(t, registry))
    _visit(t, app)
    functions.clear()
    _visit(t, app)
    getattr(
        app, registry
    ).clear() if registry != "template_context_processors" else functions.append(
        lambda: {"late": 1}
    )
    _visit(t, app)
    setattr(app, registry, type(getattr(app, registry))(list, {None: [_function_for(t, registry)]}))
    _visit(t, app)


_CHANGES: dict[str, tuple[_Change, _Change | None]] = {
    "view replaced": (
        lambda t, a: a.view_functions.__setitem__("plain", lambda: "other"),
        lambda t, a: a.view_functions.__setitem__("plain", lambda: ("again", 201)),
    ),
    "view deleted": (lambda t, a: a.view_functions.pop("plain"), None),
    "views dict replaced": (
        lambda t, a: setattr(
            a,
            "view_functions",
            {**a.view_functions, "plain": lambda: "new dict", "item": lambda n: f"new {n}"},
        ),
        None,
    ),
    "views updated": (
        lambda t, a: a.view_functions.update(plain=lambda: {"j": 1}, index=lambda: "i"),
        None,
    ),
    "teardown_appcontext": (
        lambda t, a: a.teardown_appcontext_funcs.append(
            lambda e: t.note("app teardown", error_text(e))
        ),
        lambda t, a: a.teardown_appcontext_funcs.clear(),
    ),
    "error handler by class": (
        lambda t, a: a.error_handler_spec[None][None].__setitem__(
            ZeroDivisionError, lambda e: ("zero", 400)
        ),
        lambda t, a: a.error_handler_spec[None][None].clear(),
    ),
    "error handler by code": (
        lambda t, a: a.error_handler_spec[None][404].__setitem__(
            flask.wrappers.HTTPException, lambda e: (f"404 {e.code}", 404)
        ),
        lambda t, a: a.error_handler_spec[None].pop(404),
    ),
    "error handler of bp": (
        lambda t, a: a.error_handler_spec["bp"][None].__setitem__(
            Exception, lambda e: ("bp handler", 500)
        ),
        None,
    ),
    "error handler 500": (
        lambda t, a: a.error_handler_spec[None][500].__setitem__(
            Exception, lambda e: (f"500 {e.original_exception!r}", 500)
        ),
        None,
    ),
    "build error handler": (
        lambda t, a: (
            a.url_build_error_handlers.append(lambda e, n, v: f"/built/{n}"),
            a.view_functions.__setitem__("plain", lambda: url_for("nope")),
        ),
        lambda t, a: a.url_build_error_handlers.clear(),
    ),
    "rule added": (
        lambda t, a: (
            a.url_map.add(Rule("/late", endpoint="late")),
            a.view_functions.__setitem__("late", lambda: "late"),
        ),
        None,
    ),
    "rule with value added": (
        lambda t, a: (
            a.url_map.add(Rule("/late/<int:n>", endpoint="late", methods=["GET"])),
            a.view_functions.__setitem__("late", lambda n: f"late {n}"),
        ),
        None,
    ),
    "rule shadows": (
        lambda t, a: (
            a.url_map.add(Rule("/item/<n>", endpoint="late", methods=["GET", "PUT"])),
            a.view_functions.__setitem__("late", lambda n: f"shadow {n}"),
        ),
        None,
    ),
    "rule shadows static": (
        lambda t, a: (
            a.url_map.add(Rule("/<path:p>", endpoint="late")),
            a.view_functions.__setitem__("late", lambda p: f"all {p}"),
        ),
        None,
    ),
    "add_url_rule after reset": (
        lambda t, a: (
            setattr(a, "_got_first_request", False),
            a.add_url_rule("/late", "late", lambda: "late"),
        ),
        None,
    ),
    "before_request after reset": (
        lambda t, a: (
            setattr(a, "_got_first_request", False),
            a.before_request(lambda: t.note("late before")),
        ),
        None,
    ),
    "blueprint registered late": (
        lambda t, a: (
            setattr(a, "_got_first_request", False),
            a.register_blueprint(_late_blueprint(t)),
        ),
        None,
    ),
    "rule methods": (
        lambda t, a: _rule(a, "item").methods.add("PUT"),
        lambda t, a: _rule(a, "item").methods.discard("PUT"),
    ),
    "rule methods removed": (lambda t, a: _rule(a, "plain").methods.discard("GET"), None),
    "rule methods replaced": (lambda t, a: setattr(_rule(a, "item"), "methods", {"PUT"}), None),
    "rule methods none": (lambda t, a: setattr(_rule(a, "item"), "methods", None), None),
    "rule endpoint": (lambda t, a: setattr(_rule(a, "plain"), "endpoint", "index"), None),
    "rule defaults": (lambda t, a: setattr(_rule(a, "item"), "defaults", {"n": 9}), None),
    "rule strict_slashes": (lambda t, a: setattr(_rule(a, "dir"), "strict_slashes", False), None),
    "rule automatic options": (
        lambda t, a: setattr(_rule(a, "item"), "provide_automatic_options", False),
        None,
    ),
    "rule redirect_to": (lambda t, a: setattr(_rule(a, "plain"), "redirect_to", "/dir/"), None),
    "rule merge_slashes": (lambda t, a: setattr(_rule(a, "plain"), "merge_slashes", False), None),
    "rule websocket": (lambda t, a: setattr(_rule(a, "plain"), "websocket", True), None),
    "rule converters": (
        lambda t, a: _rule(a, "item")._converters.__setitem__(
            "n", type("C", (BaseConverter,), {"to_python": lambda self, v: f"<{v}>"})(a.url_map)
        ),
        None,
    ),
    "map strict_slashes": (lambda t, a: setattr(a.url_map, "strict_slashes", False), None),
    "map merge_slashes": (
        lambda t, a: setattr(a.url_map, "merge_slashes", False),
        lambda t, a: setattr(a.url_map, "merge_slashes", True),
    ),
    "map redirect_defaults": (lambda t, a: setattr(a.url_map, "redirect_defaults", False), None),
    "map host_matching": (lambda t, a: setattr(a.url_map, "host_matching", True), None),
    "map sort_parameters": (
        lambda t, a: (
            setattr(a.url_map, "sort_parameters", True),
            a.view_functions.__setitem__("plain", lambda: url_for("index", z=1, a=2)),
        ),
        None,
    ),
    "map default_subdomain": (lambda t, a: setattr(a.url_map, "default_subdomain", "www"), None),
    "map replaced": (
        lambda t, a: setattr(
            a,
            "url_map",
            a.url_map_class(
                [
                    Rule("/plain", endpoint="plain"),
                    Rule("/late", endpoint="index"),
                    Rule("/i/<int:n>", endpoint="item"),
                ]
            ),
        ),
        None,
    ),
    "map converters": (
        lambda t, a: (
            a.url_map.converters.__setitem__(
                "up", type("Up", (BaseConverter,), {"to_python": lambda self, v: v.upper()})
            ),
            a.url_map.add(Rule("/late/<up:n>", endpoint="item")),
        ),
        None,
    ),
    "subdomain_matching": (lambda t, a: setattr(a, "subdomain_matching", True), None),
    "session interface": (
        lambda t, a: setattr(
            a, "session_interface", type("S", (SecureCookieSessionInterface,), {"salt": "late"})()
        ),
        None,
    ),
    "session interface null": (
        lambda t, a: setattr(a, "session_interface", flask.sessions.SessionInterface()),
        None,
    ),
    "secret key": (
        lambda t, a: setattr(a, "secret_key", "late key"),
        lambda t, a: setattr(a, "secret_key", None),
    ),
    "json": (
        lambda t, a: setattr(
            a,
            "json",
            type(
                "J",
                (flask.json.provider.DefaultJSONProvider,),
                {"sort_keys": False, "ensure_ascii": False},
            )(a),
        ),
        None,
    ),
    "json option": (lambda t, a: setattr(a.json, "sort_keys", False), None),
    "response class": (
        lambda t, a: setattr(
            a, "response_class", type("R", (flask.Response,), {"default_mimetype": "text/plain"})
        ),
        None,
    ),
    "request class": (
        lambda t, a: setattr(a, "request_class", type("R", (flask.Request,), {"path": "own"})),
        None,
    ),
    "globals class": (
        lambda t, a: setattr(
            a,
            "app_ctx_globals_class",
            type("G", (flask.ctx._AppCtxGlobals,), {"__init__": lambda self: t.note("g made")}),
        ),
        None,
    ),
    "jinja globals": (
        lambda t, a: a.jinja_env.globals.__setitem__("late", "<global>"),
        lambda t, a: a.jinja_env.globals.pop("late"),
    ),
    "jinja filters": (
        lambda t, a: a.jinja_env.filters.__setitem__("upper", lambda s: "filtered"),
        None,
    ),
    "jinja url_for": (
        lambda t, a: a.jinja_env.globals.__setitem__("url_for", lambda *x, **k: "shadowed"),
        None,
    ),
    "jinja env replaced": (
        lambda t, a: setattr(a, "jinja_env", jinja2.Environment(autoescape=False)),
        None,
    ),
    "jinja autoescape": (lambda t, a: setattr(a.jinja_env, "autoescape", False), None),
    "aborter": (
        lambda t, a: (
            setattr(a, "aborter", lambda *x, **k: (_ for _ in ()).throw(ValueError("own abort"))),
            a.view_functions.__setitem__("plain", lambda: flask.abort(404)),
        ),
        None,
    ),
    "logger": (
        lambda t, a: setattr(
            a,
            "logger",
            type(
                "L",
                (),
                {
                    "error": lambda self, *x, **k: t.note("own logger", x),
                    "exception": lambda self, *x: None,
                },
            )(),
        ),
        None,
    ),
    "name": (lambda t, a: setattr(a, "name", "renamed"), None),
    "static folder": (lambda t, a: setattr(a, "static_folder", None), None),
    "wsgi_app middleware": (
        lambda t, a: setattr(a, "wsgi_app", _middleware(t, a.wsgi_app)),
        lambda t, a: a.__dict__.pop("wsgi_app"),
    ),
    "wsgi_app two middlewares": (
        lambda t, a: (
            setattr(a, "wsgi_app", _middleware(t, a.wsgi_app)),
            setattr(a, "wsgi_app", _middleware(t, a.wsgi_app)),
        ),
        None,
    ),
    "class changed": (
        lambda t, a: setattr(
            a,
            "__class__",
            type(
                "Sub",
                (flask.Flask,),
                {"make_response": lambda self, rv: flask.Flask.make_response(self, ("sub", 207))},
            ),
        ),
        None,
    ),
    "testing": (
        lambda t, a: setattr(a, "testing", True),
        lambda t, a: setattr(a, "testing", False),
    ),
    "debug": (lambda t, a: setattr(a, "debug", True), lambda t, a: setattr(a, "debug", False)),
    "dict dispatch": (lambda t, a: a.__dict__.__setitem__("unrelated", 1), None),
    "got first request": (
        lambda t, a: setattr(a, "_got_first_request", False),
        lambda t, a: t.note(a._got_first_request),
    ),
}


def _rule(app: flask.Flask, endpoint: str) -> Rule:
    return next(app.url_map.iter_rules(endpoint))


def _late_blueprint(t: Trace) -> Blueprint:
    bp = Blueprint("late", __name__, url_prefix="/late")
    bp.before_request(lambda: t.note("late bp before"))
    bp.add_url_rule("/<int:n>", "n", lambda n: f"late bp {n} {url_for('.n', n=n)}")
    bp.app_errorhandler(404)(lambda e: ("late 404", 404))
    return bp


def _middleware(t: Trace, inner: Callable[..., object]) -> Callable[..., object]:
    def middleware(environ: dict[str, object], start_response: object) -> object:
        t.note("middleware", environ["PATH_INFO"])
        return inner(environ, start_response)

    return middleware


@table(_CHANGES)
def a_change(t: Trace, name: str) -> None:
    """Whatever is changed on a live app is in force for the next request, and undone likewise."""
    _around(t, *_CHANGES[name])


class _Opening(SecureCookieSessionInterface):
    """Calls what it is told to when a session is opened."""

    def __init__(self, told: Callable[[], object]) -> None:
        self.told = told

    def open_session(self, app: flask.Flask, request: flask.Request) -> Any:
        self.told()
        return super().open_session(app, request)


def _told_of_contexts(app: flask.Flask, tell: Callable[[], object]) -> None:
    flask.appcontext_pushed.connect(lambda sender: tell(), app, weak=False)


_MOMENTS: dict[str, Callable[[flask.Flask, Callable[[], object]], object]] = {
    "context pushed": _told_of_contexts,
    "session opened": lambda app, tell: setattr(app, "session_interface", _Opening(tell)),
    "before": lambda app, tell: app.before_request(tell),
    "after": lambda app, tell: app.after_request(lambda r: (tell(), r)[1]),
    "teardown": lambda app, tell: app.teardown_request(lambda e: tell()),
    "app teardown": lambda app, tell: app.teardown_appcontext(lambda e: tell()),
}


# docs/fallbacks.md: the route is known by then, and a set that is changed in place tells nobody.
_BEFORE_ROUTES = {"context pushed", "session opened"}
_IN_PLACE = {"rule methods removed"}


@table(_MOMENTS)
def a_change_amid_a_request(t: Trace, moment: str) -> None:
    """Whatever is changed amid a request is in force for the rest of it, as far as Flask looks."""
    for name, (change, _) in _CHANGES.items():
        if moment in _BEFORE_ROUTES and name in _IN_PLACE:
            continue
        for path in ("/plain", "/late/5", "/count"):
            app, left = _app(t), [change]
            _MOMENTS[moment](app, lambda left=left, app=app: left and left.pop()(t, app) and None)
            t.note(name)
            browser = t.browser(app)
            browser.send(path)
            browser.send(path)


_CONFIG: dict[str, object] = {
    "DEBUG": True,
    "TESTING": True,
    "PROPAGATE_EXCEPTIONS": True,
    "SECRET_KEY": "other",
    "SECRET_KEY_FALLBACKS": ["x"],
    "PERMANENT_SESSION_LIFETIME": 1,
    "USE_X_SENDFILE": True,
    "TRUSTED_HOSTS": ["other.example"],
    "SERVER_NAME": "shop.example",
    "APPLICATION_ROOT": "/root",
    "SESSION_COOKIE_NAME": "late",
    "SESSION_COOKIE_DOMAIN": "shop.example",
    "SESSION_COOKIE_PATH": "/late",
    "SESSION_COOKIE_HTTPONLY": False,
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_PARTITIONED": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_REFRESH_EACH_REQUEST": False,
    "MAX_CONTENT_LENGTH": 1,
    "MAX_FORM_MEMORY_SIZE": 1,
    "MAX_FORM_PARTS": 0,
    "SEND_FILE_MAX_AGE_DEFAULT": 60,
    "TRAP_BAD_REQUEST_ERRORS": True,
    "TRAP_HTTP_EXCEPTIONS": True,
    "EXPLAIN_TEMPLATE_LOADING": True,
    "PREFERRED_URL_SCHEME": "https",
    "TEMPLATES_AUTO_RELOAD": True,
    "MAX_COOKIE_SIZE": 5,
    "PROVIDE_AUTOMATIC_OPTIONS": False,
}


@table(sorted(flask.Flask.default_config))
def a_config_key(t: Trace, key: str) -> None:
    """Each key of Flask's default config changed after requests, by each way to change a dict."""
    value = _CONFIG[key]
    ways: list[Callable[[flask.Config], object]] = [
        lambda c: c.__setitem__(key, value),
        lambda c: c.update({key: value}),
        lambda c: c.from_mapping({key: value}),
        lambda c: c.__ior__({key: value}),
        lambda c: (c.pop(key), c.setdefault(key, value)),
        lambda c: dict.__setitem__(c, key, value),
        lambda c: c.pop(key),
        lambda c: c.__delitem__(key),
    ]
    app = _app(t)
    _visit(t, app)
    default = app.config[key]
    for number, way in enumerate(ways):
        t.note("way", number)
        way(app.config)
        browser = t.browser(app)
        for path in ("/plain", "/count", "/boom", "/external", "/static/file.txt"):
            browser.send(path)
        browser.send("/form", "POST", form={"a": "1"})
        app.config[key] = default


def the_whole_config_replaced(t: Trace) -> None:
    """app.config may be another dict after requests, or be cleared."""
    app = _app(t)
    _visit(t, app)
    app.config = flask.Config(
        app.root_path, {**app.config, "SECRET_KEY": "new", "SESSION_COOKIE_NAME": "new"}
    )
    _visit(t, app)
    app.config = dict(app.config, SESSION_COOKIE_NAME="plain_dict")  # type: ignore[assignment]
    _visit(t, app)
    app.config.clear()
    t.send(app, "/plain")
    t.send(app, "/count")


def changes_inside_a_request(t: Trace) -> None:
    """What a view or hook changes acts on this request as far as Flask looks it up live."""
    app = _app(t)

    def late_hooks() -> str:
        app.after_request_funcs.setdefault(None, []).append(_note_after(t, "inside"))
        app.teardown_request_funcs.setdefault(None, []).append(lambda e: t.note("inside teardown"))
        app.before_request_funcs.setdefault(None, []).append(lambda: t.note("inside before"))
        app.view_functions["plain"] = lambda: "changed inside"
        app.error_handler_spec[None][404] = {
            flask.wrappers.HTTPException: lambda e: ("inside 404", 404)
        }
        session["n"] = 1
        app.config["SESSION_COOKIE_NAME"] = "inside"
        app.response_class = type("R", (flask.Response,), {"default_mimetype": "text/inside"})
        return "changed"

    app.view_functions["index"] = late_hooks
    _visit(t, app)


def two_apps_are_apart(t: Trace) -> None:
    """A change of one app is not a change of another."""
    one, two = _app(t), _app(t)
    for app in (one, two):
        t.send(app, "/plain")
    one.view_functions["plain"] = lambda: "one"
    two.config["SECRET_KEY"] = "two"
    two.before_request_funcs.setdefault(None, []).append(lambda: t.note("two"))
    for app in (one, two, one):
        for path in ("/plain", "/count", "/none"):
            t.send(app, path)


def apps_come_and_go(t: Trace) -> None:
    """New apps, made where old ones were freed, are not taken for them."""
    import gc

    for n in range(30):
        app = t.app(f"app{n}")
        app.add_url_rule("/" if n % 2 else "/x", "index", lambda n=n: f"app {n}")
        for path in ("/", "/x"):
            t.send(app, path)
        del app
        gc.collect()


def an_app_is_freed(t: Trace) -> None:
    """Nothing keeps an app alive after its requests."""
    import gc
    import weakref

    app = _app(t)
    for path in ("/plain", "/count", "/none", "/boom", "/page"):
        t.send(app, path)
    kept = weakref.ref(app)
    del app
    gc.collect()
    t.note(kept() is None)
