"""Contexts: what is current when, what is shared, what is left behind, and the moment of creation."""

from __future__ import annotations

import flask
from flask import (
    Flask,
    copy_current_request_context,
    current_app,
    g,
    has_app_context,
    has_request_context,
    request,
    session,
    url_for,
)
from flask.ctx import AppContext, RequestContext, _AppCtxGlobals
from flask.globals import app_ctx, request_ctx
from werkzeug.wrappers import Response as BaseResponse

from tests.differential.environs import environ
from tests.differential.trace import Trace, error_text

_PROPERTIES = [
    "method",
    "path",
    "full_path",
    "script_root",
    "root_path",
    "url",
    "base_url",
    "root_url",
    "host",
    "host_url",
    "scheme",
    "is_secure",
    "remote_addr",
    "query_string",
    "server",
    "url_charset",
    "args",
    "cookies",
    "access_route",
]


def _properties() -> str:
    return "\n".join(f"{name}={getattr(request, name, '-')!r}" for name in _PROPERTIES)


def request_attributes_are_those_of_the_moment_of_creation(t: Trace) -> None:
    """A hook that changes environ does not change path, url, args, cookies: they were read before."""
    app = t.app()
    changes = {
        "scheme": {"wsgi.url_scheme": "https"},
        "path": {"PATH_INFO": "/other"},
        "method": {"REQUEST_METHOD": "DELETE"},
        "query": {"QUERY_STRING": "b=2"},
        "cookie": {"HTTP_COOKIE": "c=3"},
        "host": {"HTTP_HOST": "evil.example"},
        "script": {"SCRIPT_NAME": "/app"},
        "address": {"REMOTE_ADDR": "10.9.8.7"},
        "type": {"CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "2"},
    }

    @app.before_request
    def change() -> None:
        request.environ.update(changes.get(request.args.get("do", ""), {}))

    @app.route("/", methods=["GET", "POST"])
    def index() -> str:
        link = url_for("index", _external=True)
        return f"{_properties()}\n{link} {request.headers.get('Cookie')} {request.form} {request.mimetype}"

    for kind in ("", *changes):
        t.send(app, f"/?do={kind}", cookie="a=1")
        t.send(app, f"/?do={kind}", "POST", form={"f": "1"})


def request_attributes_touched_before_the_change_too(t: Trace) -> None:
    """The same when every attribute has been read once before environ changes."""
    app = t.app()

    @app.before_request
    def change() -> None:
        t.note(_properties())
        request.environ.update(
            HTTP_HOST="late.example", QUERY_STRING="late=1", HTTP_COOKIE="late=1"
        )

    app.add_url_rule("/", "index", lambda: f"{_properties()} {url_for('index', _external=True)}")
    t.send(app, "/?a=1", cookie="b=2")


def headers_are_a_live_view(t: Trace) -> None:
    """request.headers shows what environ holds now."""
    app = t.app()

    @app.get("/")
    def index() -> str:
        first = sorted(request.headers)
        request.environ["HTTP_X_NEW"] = "1"
        del request.environ["HTTP_X_OLD"]
        return f"{first} {sorted(request.headers)} {request.headers.get('x-new')}"

    t.send(app, "/", headers={"X-Old": "1"})


def the_environ_of_the_request_is_the_servers(t: Trace) -> None:
    """request.environ is the dict the server passed, and keeps what hooks put there."""
    app = t.app()
    env = environ("/")

    @app.before_request
    def mark() -> None:
        t.note(request.environ is env, env.get("werkzeug.request") is request._get_current_object())
        request.environ["shop.mark"] = 1

    app.add_url_rule("/", "index", lambda: str(request.environ["shop.mark"]))
    t.call(app, env)
    t.note(env["shop.mark"], "werkzeug.request" in env, env.get("werkzeug.request"))
    t.note(sorted(key for key in env if key not in environ("/")))


def environ_after_a_request_that_touched_nothing(t: Trace) -> None:
    """The server's dict has the same keys after the request, whatever the answer was."""
    app = t.app()
    app.add_url_rule("/", "index", lambda: "hello")
    app.add_url_rule("/boom", "boom", lambda: 1 / 0)
    for path in ("/", "/none", "/boom"):
        env = environ(path)
        before = set(env)
        t.call(app, env)
        t.note(sorted(set(env) - before), env.get("werkzeug.request"))


def a_middleware_changes_environ_before_flask(t: Trace) -> None:
    """What a middleware in front sets in environ is what the request shows."""
    app = t.app()
    app.add_url_rule("/", "index", _properties)
    inner = app.wsgi_app

    def proxied(env: dict[str, object], start: object) -> object:
        env.update(
            {"wsgi.url_scheme": "https", "REMOTE_ADDR": "10.0.0.1", "HTTP_HOST": "shop.example"}
        )
        return inner(env, start)

    app.wsgi_app = proxied
    t.send(app, "/?a=1")
    t.send(app, "/")


def nothing_is_current_outside(t: Trace) -> None:
    """Outside of a request each proxy says that, in Flask's words, also after requests."""
    app = t.app()
    app.add_url_rule("/", "index", lambda: f"{has_app_context()} {has_request_context()}")
    t.note(has_app_context(), has_request_context(), bool(request), bool(current_app))
    t.send(app)
    t.note(has_app_context(), has_request_context(), bool(request), bool(current_app))
    for name, call in {
        "request": lambda: request.path,
        "session": lambda: session["a"],
        "g": lambda: g.x,
        "current_app": lambda: current_app.name,
        "url_for": lambda: url_for("index"),
        "set g": lambda: setattr(g, "x", 1),
    }.items():
        t.attempt(name, call)
    t.note(repr(request), repr(session), repr(g), repr(current_app))


def an_app_context_pushed_before_is_shared(t: Trace) -> None:
    """A request inside app.app_context() uses that context and its g, and does not pop it."""
    app = t.app()
    app.teardown_appcontext(lambda e: t.note("teardown_appcontext", error_text(e), g.get("count")))

    @app.get("/")
    def index() -> str:
        g.count = g.get("count", 0) + 1
        return f"{g.count} {app_ctx._get_current_object() is pushed}"

    with app.app_context():
        pushed = app_ctx._get_current_object()
        t.send(app)
        t.send(app)
        t.note(g.count)
    pushed = None
    t.send(app)


def the_context_of_another_app_is_nested(t: Trace) -> None:
    """A request to one app inside a context, or a view, of another gets a context of its own."""
    outer, inner = t.app("outer"), t.app("inner")
    for app in (outer, inner):
        app.teardown_appcontext(
            lambda e, a=app: t.note("teardown", a.name, current_app.name, g.get("who"))
        )
    inner.add_url_rule("/", "index", lambda: f"{current_app.name} {g.get('who')} {request.path}")

    @outer.get("/")
    def index() -> str:
        g.who = "outer"
        answer = t.send(inner, "/?from=outer")
        return f"{answer.body!r} {current_app.name} {g.who} {request.full_path}"

    t.send(outer)
    with outer.app_context():
        g.who = "pushed"
        t.send(inner)
        t.note(g.who, current_app.name)


def a_request_inside_a_request(t: Trace) -> None:
    """A view may call its own app again: contexts, sessions and answers stay apart."""
    app = t.app()
    app.before_request(lambda: t.note("before", request.path))
    app.teardown_request(lambda e: t.note("teardown", request.path))

    @app.get("/<int:depth>")
    def index(depth: int) -> str:
        session["depth"] = depth
        g.seen = [*g.get("seen", []), depth]
        below = t.send(app, f"/{depth - 1}").body.decode() if depth else ""
        return f"{depth} {request.path} {session['depth']} {g.seen} ({below})"

    t.send(app, "/3")


def types_and_reprs_of_contexts(t: Trace) -> None:
    """The contexts are of Flask's own classes and print as Flask's do."""
    app = t.app()

    @app.get("/")
    def index() -> str:
        ctx = request_ctx._get_current_object()
        t.note(type(ctx) is RequestContext, type(app_ctx._get_current_object()) is AppContext)
        t.note(
            type(request._get_current_object()) is flask.Request,
            type(g._get_current_object()) is _AppCtxGlobals,
        )
        t.note(repr(ctx), repr(g), repr(request), repr(session), repr(current_app))
        t.note(
            ctx.url_adapter is not None,
            app_ctx.url_adapter,
            ctx.flashes,
            ctx._after_request_functions,
        )
        t.note(
            len(ctx._cv_tokens),
            len(app_ctx._cv_tokens),
            ctx.app is app,
            ctx.request is request._get_current_object(),
        )
        return "-"

    t.send(app)
    t.send(app, "/", host="shop.example:8080")


def copies_of_a_context(t: Trace) -> None:
    """copy() and copy_current_request_context share request and session, and pop by themselves."""
    app = t.app()
    app.teardown_request(lambda e: t.note("teardown", request.path))
    app.teardown_appcontext(lambda e: t.note("app teardown"))
    kept: list[object] = []

    @app.get("/")
    def index() -> str:
        session["a"] = 1

        @copy_current_request_context
        def work() -> str:
            return f"{request.path} {dict(session)} {g.get('x')} {url_for('index')}"

        g.x = 1
        kept.append(work)
        copied = request_ctx.copy()
        t.note(
            copied.request is request_ctx.request,
            copied._session is request_ctx._session,
            type(copied).__name__,
        )
        return work()

    t.send(app)
    t.note(kept[0]())
    t.attempt("outside", copy_current_request_context, lambda: None)


def g_is_new_for_each_request(t: Trace) -> None:
    """g starts empty, has its dict-like methods, and lives until the teardown of the app context."""
    app = t.app()
    app.teardown_appcontext(lambda e: t.note("teardown sees", sorted(g)))

    @app.get("/<name>")
    def index(name: str) -> str:
        t.note(
            sorted(g), "n" in g, g.get("n"), g.pop("n", "default"), g.setdefault("n", name), repr(g)
        )
        t.attempt("missing", lambda: g.missing)
        t.attempt("pop", lambda: g.pop("missing"))
        t.attempt("del", lambda: delattr(g, "missing"))
        return ",".join(g)

    for name in ("one", "two"):
        t.send(app, f"/{name}")


def a_class_of_globals_with_a_constructor(t: Trace) -> None:
    """app_ctx_globals_class runs its constructor on every request, once, at its place."""

    class Globals(_AppCtxGlobals):
        def __init__(self) -> None:
            t.note("g is made", has_app_context())
            self.started = True

    app = t.app()
    app.app_ctx_globals_class = Globals
    app.before_request(lambda: t.note("before"))
    app.add_url_rule("/", "index", lambda: str(g.started))
    app.add_url_rule("/quiet", "quiet", lambda: "-")
    for path in ("/", "/quiet", "/none"):
        t.send(app, path)


def a_context_that_the_view_leaves_pushed(t: Trace) -> None:
    """A context pushed and not popped in the view is noticed when Flask pops its own."""
    for kind in ("app", "request"):
        app = t.app()

        @app.get("/")
        def index(app: flask.Flask = app, kind: str = kind) -> str:
            (app.app_context() if kind == "app" else app.test_request_context("/x")).push()
            return "pushed"

        t.send(app)
        flask.globals._cv_app.set(None)  # type: ignore[arg-type]
        flask.globals._cv_request.set(None)  # type: ignore[arg-type]
        return_to_zero = flask.globals._cv_app.get(None)
        t.note(kind, return_to_zero)


def a_context_that_the_view_pops_itself(t: Trace) -> None:
    """A view that pops the request context early breaks in Flask's way."""
    app = t.app()
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))

    @app.get("/")
    def index() -> str:
        request_ctx.pop()
        return "popped"

    t.send(app)


def preserving_contexts(t: Trace) -> None:
    """werkzeug.debug.preserve_context gets the app context, then the request context, both current."""
    app = t.app()
    app.teardown_request(lambda e: t.note("teardown"))
    kept: list[object] = []
    app.add_url_rule("/", "index", lambda: session.setdefault("a", "1"))
    app.add_url_rule("/boom", "boom", lambda: 1 / 0)
    for path in ("/", "/none", "/boom"):
        t.send(app, path, extra={"werkzeug.debug.preserve_context": kept.append})
        t.note([type(ctx).__name__ for ctx in kept], [len(ctx._cv_tokens) for ctx in kept])
        for ctx in kept:
            ctx.push()
        t.note(request.path, dict(session), g, current_app.name, url_for("index"))
        for ctx in reversed(kept):
            ctx.pop()
        kept.clear()


def test_request_contexts(t: Trace) -> None:
    """test_request_context gives a matched request, its session and url_for, as before requests so after."""
    app = t.app()
    app.add_url_rule("/<int:n>", "item", lambda n: str(n))
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    for _ in range(2):
        with app.test_request_context("/3?a=1", base_url="https://shop.example/", method="HEAD"):
            t.note(request.endpoint, request.view_args, request.url, request.method, dict(session))
            t.note(url_for("item", n=2), url_for("item", n=2, _external=True), request.args)
            t.attempt("dispatch", app.dispatch_request)
            t.attempt("preprocess", app.preprocess_request)
            t.attempt("full", lambda: app.full_dispatch_request().get_data())
        with app.test_request_context("/none"):
            t.note(request.routing_exception, request.url_rule)
            t.attempt("dispatch", app.dispatch_request)
        t.send(app, "/3")


def request_contexts_by_hand(t: Trace) -> None:
    """request_context(environ) pushed twice and popped twice tears down once, and keeps the session."""
    app = t.app()
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    app.add_url_rule("/", "index", lambda: "-")
    ctx = app.request_context(environ("/?a=1"))
    ctx.push()
    session["a"] = 1
    ctx.push()
    t.note(dict(session), request.args, len(ctx._cv_tokens))
    ctx.pop()
    t.note(dict(session))
    ctx.pop(ValueError("given"))
    t.note(has_request_context())
    with app.request_context(environ("/none")):
        t.note(request.routing_exception)


def attributes_of_the_request_are_its_own(t: Trace) -> None:
    """request attributes can be set and deleted as on a plain object."""
    app = t.app()

    @app.get("/<name>")
    def index(name: str) -> str:
        r = request._get_current_object()
        setattr(r, name, "changed")
        return f"{getattr(r, name)!r} {r.url} {url_for('index', name='x', _external=True)}"

    for name in (
        "path",
        "method",
        "host",
        "scheme",
        "root_path",
        "query_string",
        "remote_addr",
        "url",
        "args",
        "cookies",
    ):
        t.send(app, f"/{name}?a=1")


def what_the_request_shows(t: Trace) -> None:
    """Every simple property of the request is Flask's, for plain and odd requests."""
    app = t.app()
    # What Flask sets on each request, Kolba has on the class: named here, so that both show it.
    of_instances = [
        "method",
        "scheme",
        "server",
        "root_path",
        "path",
        "query_string",
        "headers",
        "remote_addr",
    ]
    names = sorted(
        name
        for name in {*dir(flask.Request), *of_instances}
        if not name.startswith("_")
        and not callable(getattr(flask.Request, name, None))
        and name
        not in (
            *("stream", "input_stream", "data", "json", "form", "files", "values", "shallow"),
            "environ",
        )
    )

    @app.route("/", methods=["GET", "POST"], defaults={"path": ""})
    @app.route("/<path:path>", methods=["GET", "POST"])
    def index(path: str) -> str:
        for name in names:
            t.attempt(name, lambda name=name: getattr(request, name))
        return repr(request)

    t.send(app)
    t.send(
        app,
        "/a b/é?x=1&x=2&y=é",
        "POST",
        form={"a": "b"},
        scheme="https",
        host="shop.example:444",
        script_name="/app",
    )
    t.send(
        app,
        "/%",
        headers={
            "Accept": "text/html;q=0.5,*/*",
            "Accept-Language": "ru,en;q=.3",
            "Authorization": "Basic YTpi",
            "If-None-Match": '"a", W/"b"',
            "If-Modified-Since": "Sun, 22 Nov 2026 12:00:00 GMT",
            "Range": "bytes=0-3",
            "Referer": "http://x/",
            "User-Agent": "Mozilla",
            "X-Forwarded-For": "1.1.1.1, 2.2.2.2",
            "Cache-Control": "no-cache",
            "Origin": "http://o",
            "Access-Control-Request-Method": "PUT",
            "Pragma": "x",
            "X-Requested-With": "XMLHttpRequest",
            "Max-Forwards": "3",
            "Date": "Sun, 22 Nov 2026 12:00:00 GMT",
            "Transfer-Encoding": "chunked",
        },
    )
    t.send(
        app,
        "/",
        extra={"REMOTE_USER": "eve", "wsgi.multiprocess": True},
        drop=["REMOTE_ADDR", "HTTP_HOST"],
    )


def what_proxies_of_the_app_stand_for(t: Trace) -> None:
    """Attributes of `current_app`, and of `g`, are those of the objects behind them."""

    class Shop(Flask):
        def __bool__(self) -> bool:
            return self.config["OPEN"]  # type: ignore[no-any-return]

        def url_for(self, endpoint: str, **values: object) -> str:  # type: ignore[override]
            t.note("url_for", endpoint, values)
            return super().url_for(endpoint, **values)  # type: ignore[arg-type]

        def redirect(self, location: str, code: int = 302) -> BaseResponse:
            t.note("redirect", location, code)
            return super().redirect(location, code)

    class Loud(_AppCtxGlobals):
        def __setattr__(self, name: str, value: object) -> None:
            t.note("set", name, value)
            super().__setattr__(name, value)

    for globals_class in (_AppCtxGlobals, Loud):
        app = Shop(__name__)
        app.app_ctx_globals_class = globals_class
        app.config["OPEN"] = True
        app.add_url_rule("/", "index", lambda: flask.redirect(flask.url_for("index", n=1)))

        @app.before_request
        def before() -> None:
            g.user = "ada"
            t.note(g.user, g.get("user"), g.pop("user"), "user" in g, bool(current_app))
            t.attempt("lacks", lambda: current_app.no_such)
            t.attempt("g lacks", lambda: g.no_such)

        t.send(app, "/")
        app.config["OPEN"] = False
        t.send(app, "/")
    t.attempt("unbound config", lambda: current_app.config)
    t.attempt("unbound url_for", lambda: current_app.url_for("index"))
    t.attempt("unbound g", lambda: setattr(g, "user", "ada"))
    t.note(bool(current_app), bool(g))
