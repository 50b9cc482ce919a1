"""Host headers, subdomains, host matching, trusted hosts, prefixes and schemes."""

from __future__ import annotations

import flask
from flask import request, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from tests.differential.collect import table
from tests.differential.environs import environ
from tests.differential.trace import Trace, error_text

_HOSTS = [
    "localhost",
    "localhost:80",
    "localhost:443",
    "localhost:8080",
    "LOCALHOST",
    "shop.example",
    "shop.example:80",
    "a.shop.example",
    "a.b.shop.example",
    "evil.example",
    "127.0.0.1",
    "127.0.0.1:5000",
    "[::1]",
    "[::1]:8000",
    "::1",
    "x..y",
    ".",
    ".shop.example",
    "shop.example.",
    "a" * 64 + ".example",
    "a" * 63 + ".example",
    "a" * 300,
    "xn--e1afmkfd.example",
    "почта.example",
    "shop.example:99999",
    "shop.example:x",
    "shop.example:",
    ":80",
    "",
    " ",
    "shop example",
    "shop.example/x",
    "user@shop.example",
    "shop.example?x",
    "shop.example#x",
    "a,b",
    "a;b",
    "shop.example:80:80",
    "shop_example",
    "shop.example\x00",
    "%41.example",
    "[z:443]:80",
    "[",
    "]",
    "shop.example\r\nX: y",
    "-a.example",
    "a-.example",
    "*",
    "shop.example:0",
    "shop.example: 80",
]


def _shop(t: Trace, **options: object) -> flask.Flask:
    app = t.app(**options)

    def show(**values: object) -> str:
        return f"{request.endpoint} {request.host!r} {request.url!r} {url_for('index', _external=True)} {url_for('item', n=1)} {values}"

    app.add_url_rule("/", "index", show)
    app.add_url_rule("/item/<int:n>", "item", show)
    app.add_url_rule("/dir/", "dir", show)
    app.add_url_rule("/plain", "plain", lambda: "plain")
    return app


@table(["plain", "https", "server name", "trusted", "hooked"])
def hosts_of_every_kind(t: Trace, kind: str) -> None:
    """Every odd Host gives what Werkzeug gives: served, 400 with hooks run, or an empty host."""
    app = _shop(t)
    if kind == "server name":
        app.config["SERVER_NAME"] = "shop.example"
    if kind == "trusted":
        app.config["TRUSTED_HOSTS"] = ["shop.example", ".shop.example", "localhost"]
    if kind == "hooked":
        app.before_request(
            lambda: t.note(
                "before",
                error_text(request.routing_exception),
                request.url_rule,
                flask.globals.request_ctx.url_adapter is None,
            )
        )
        app.register_error_handler(400, lambda e: (f"my 400: {e}", 400))
        app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    for host in _HOSTS:
        for path in ("/plain", "/", "/dir"):
            t.send(
                app,
                path,
                host=host.encode().decode("latin-1"),
                scheme="https" if kind == "https" else "http",
            )


def no_host_header(t: Trace) -> None:
    """Without Host the server's name and port are used, also for unix sockets and odd ports."""
    app = _shop(t)
    for name, port in (
        ("127.0.0.1", "80"),
        ("srv", "8080"),
        ("srv", "443"),
        ("/tmp/app.sock", None),
        ("::1", "80"),
        ("", ""),
        ("srv", "x"),
        ("x..y", "80"),
    ):
        for scheme in ("http", "https"):
            extra = {"SERVER_NAME": name, "SERVER_PORT": port}
            t.attempt(
                f"{extra}",
                lambda extra=extra, scheme=scheme: (
                    t.send(app, "/", host=None, scheme=scheme, extra=extra).status
                ),
            )
    t.send(app, "/", host=None, drop=["SERVER_NAME"])
    t.send(app, "/", host=None, drop=["SERVER_PORT"])
    t.send(app, "/plain", host=None, drop=["SERVER_NAME", "SERVER_PORT"])


@table(["empty host", "pattern", "list object", "tuple", "empty list", "late"])
def trusted_hosts(t: Trace, kind: str) -> None:
    """TRUSTED_HOSTS in every shape refuses with 400 what it does not list, set early or late."""
    app = _shop(t)
    trusted: object = {
        "empty host": [""],
        "pattern": [".example"],
        "list object": ["shop.example"],
        "tuple": ("shop.example", "localhost:8080"),
        "empty list": [],
        "late": None,
    }[kind]
    app.config["TRUSTED_HOSTS"] = trusted
    for host in (
        "shop.example",
        "a.shop.example",
        "localhost",
        "localhost:8080",
        "",
        "SHOP.example:80",
        "example",
    ):
        t.send(app, "/", host=host)
    if isinstance(trusted, list):
        trusted.append("evil.example")
        t.send(app, "/", host="evil.example")
        trusted.clear()
        t.send(app, "/", host="evil.example")
    app.config["TRUSTED_HOSTS"] = ["late.example"]
    for host in ("shop.example", "late.example", "localhost"):
        t.send(app, "/plain", host=host)


def a_request_class_that_trusts(t: Trace) -> None:
    """trusted_hosts of a Request subclass is used when the config has none."""

    class Careful(flask.Request):
        trusted_hosts = ["shop.example"]  # noqa: RUF012

    app = _shop(t)
    app.request_class = Careful
    for host in ("shop.example", "localhost", "x.shop.example"):
        t.send(app, "/", host=host)
        t.send(app, "/plain", host=host)
    Careful.trusted_hosts = None  # type: ignore[assignment]
    t.send(app, "/", host="localhost")
    app.config["TRUSTED_HOSTS"] = ["localhost"]
    t.send(app, "/", host="shop.example")
    t.send(app, "/", host="localhost")


def trusted_hosts_set_in_a_hook(t: Trace) -> None:
    """request.trusted_hosts set by a hook comes too late for request.host, which was made before."""
    app = _shop(t)

    @app.before_request
    def trust() -> None:
        request.trusted_hosts = ["shop.example"]
        t.attempt("host", lambda: request.host)

    t.send(app, "/", host="localhost")
    t.send(app, "/", host="shop.example")


@table(["", "/app", "/app/", "app", "//app", "/app/v1", "/é", "/a b", "/app%20"])
def script_names(t: Trace, prefix: str) -> None:
    """SCRIPT_NAME of every shape is in url_for, redirects, request.url and root_path."""
    app = _shop(t)
    app.add_url_rule(
        "/show",
        "show",
        lambda: (
            f"{request.root_path!r} {request.script_root!r} {request.url} {request.url_root} {request.base_url} {url_for('show', _external=True, a='é')} {flask.redirect(url_for('show')).location}"
        ),
    )
    for path in ("/", "/dir", "/item/3", "/show?x=1", "/none", "", "//dir"):
        t.send(app, path, script_name=prefix.encode().decode("latin-1"))
        t.send(
            app,
            path,
            script_name=prefix.encode().decode("latin-1"),
            host="shop.example:8080",
            scheme="https",
        )
    t.send(app, "/show", script_name=None)


@table(["/", "/root", "root/", "/root/deep"])
def application_roots(t: Trace, root: str) -> None:
    """APPLICATION_ROOT matters to cookies, test requests and URLs outside of requests, not to routing."""
    app = _shop(t, APPLICATION_ROOT=root, SERVER_NAME="shop.example", PREFERRED_URL_SCHEME="https")
    app.add_url_rule("/login", "login", lambda: flask.session.__setitem__("a", 1) or "in")
    for path in ("/", "/login", "/dir", "/root/"):
        t.send(app, path)
    with app.app_context():
        t.note(
            url_for("index"),
            url_for("item", n=2, _external=False),
            url_for("item", n=2, _scheme="ftp"),
        )
    with app.test_request_context("/x"):
        t.note(request.url, request.root_path, url_for("index"))
    response = app.test_client().get("/login")
    t.note(response.request.url, response.headers.getlist("Set-Cookie"))


@table(["matching", "not matching", "default_subdomain", "no server name", "ported"])
def subdomains(t: Trace, kind: str) -> None:
    """Subdomain rules match only with subdomain_matching and a fitting SERVER_NAME."""
    app = t.app(
        subdomain_matching=kind != "not matching",
        SERVER_NAME={"no server name": None, "ported": "shop.example:8080"}.get(
            kind, "shop.example"
        ),
    )
    if kind == "default_subdomain":
        app.url_map.default_subdomain = "www"

    def show(**values: object) -> str:
        return f"{request.endpoint} {values} {url_for('index', _external=True)} {url_for('api')} {url_for('user', name='eve')} {url_for('user', name='eve', _external=True)}"

    app.add_url_rule("/", "index", show)
    app.add_url_rule("/", "api", show, subdomain="api")
    app.add_url_rule("/", "user", show, subdomain="<name>")
    app.add_url_rule("/dir/", "dir", show, subdomain="<name>")
    app.add_url_rule("/only", "only", show, subdomain="api")
    bp = flask.Blueprint("bp", __name__, subdomain="bp")
    bp.add_url_rule("/bp", "page", show)
    app.register_blueprint(bp)
    for host in (
        "shop.example",
        "api.shop.example",
        "eve.shop.example",
        "bp.shop.example",
        "www.shop.example",
        "a.b.shop.example",
        "other.example",
        "shop.example:8080",
        "api.shop.example:8080",
        "localhost",
        "API.shop.example",
        "",
        "x..y",
    ):
        for path in ("/", "/dir", "/only", "/bp"):
            t.send(app, path, host=host)


def host_matching(t: Trace) -> None:
    """Host rules match by the whole Host; url_for goes external when the host differs."""
    app = t.app(host_matching=True, static_host="static.example", SERVER_NAME="shop.example")

    def show(**values: object) -> str:
        return f"{request.endpoint} {values} {url_for('index')} {url_for('api')} {url_for('static', filename='file.txt')} {url_for('tenant', name='x')}"

    app.add_url_rule("/", "index", show, host="shop.example")
    app.add_url_rule("/", "api", show, host="api.example:8080")
    app.add_url_rule("/", "tenant", show, host="<name>.tenants.example")
    app.add_url_rule("/dir/", "dir", show, host="<path:any>")
    app.add_url_rule("/everywhere", "everywhere", show)
    for host in (
        "shop.example",
        "shop.example:80",
        "api.example:8080",
        "api.example",
        "a.tenants.example",
        "a.b.tenants.example",
        "static.example",
        "other.example",
        "",
        "SHOP.EXAMPLE",
    ):
        for path in ("/", "/dir", "/static/file.txt", "/everywhere"):
            t.send(app, path, host=host)


@table(["http", "https", "HTTP", "ws", "wss", "ftp", ""])
def schemes(t: Trace, scheme: str) -> None:
    """wsgi.url_scheme of every kind shows in URLs, redirects and is_secure."""
    app = _shop(t)
    app.add_url_rule(
        "/secure",
        "secure",
        lambda: (
            f"{request.is_secure} {request.scheme} {url_for('index', _external=True, _scheme='https')}"
        ),
    )
    for path in ("/", "/dir", "/secure", "/none"):
        for host in ("localhost", "localhost:80", "localhost:443"):
            t.send(app, path, scheme=scheme, host=host)


def behind_a_proxy(t: Trace) -> None:
    """ProxyFix in front changes host, scheme, prefix and address as under Flask."""
    app = _shop(t)
    app.add_url_rule(
        "/who",
        "who",
        lambda: (
            f"{request.remote_addr} {request.access_route} {request.url} {request.environ.get('werkzeug.proxy_fix.orig')}"
        ),
    )
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1, x_prefix=1)
    for headers in (
        {},
        {
            "X-Forwarded-For": "9.9.9.9",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "shop.example",
            "X-Forwarded-Prefix": "/app",
            "X-Forwarded-Port": "8443",
        },
        {"X-Forwarded-Prefix": "//evil.example"},
        {"X-Forwarded-Host": "x..y"},
    ):
        for path in ("/", "/who", "/dir", "/none"):
            t.send(app, path, headers=headers)


def the_adapter_of_the_request(t: Trace) -> None:
    """request_ctx.url_adapter is Werkzeug's, bound to this request: it matches, builds and tests."""
    app = _shop(t)

    @app.get("/adapter/<x>")
    def adapter(x: str) -> str:
        a = flask.globals.request_ctx.url_adapter
        t.note(
            type(a).__name__,
            a.server_name,
            a.script_name,
            a.subdomain,
            a.url_scheme,
            a.path_info,
            a.default_method,
            a.query_args,
            a.websocket,
            a.map is app.url_map,
        )
        t.attempt("match", a.match)
        t.attempt("match item", a.match, "/item/3")
        t.attempt("match none", a.match, "/nope")
        t.note(
            a.test("/item/3"),
            sorted(a.allowed_methods("/item/3")),
            a.build("item", {"n": 4}),
            a.build("index", force_external=True),
        )
        return "-"

    t.send(app, "/adapter/é?q=1", script_name="/app", host="shop.example:81", scheme="https")
    t.send(app, "/adapter/b", "HEAD")


def many_hosts(t: Trace) -> None:
    """A crowd of different hosts, good and bad, does not confuse any cache."""
    app = _shop(t)
    for _ in range(2):
        for n in range(40):
            t.send(app, "/", host=f"h{n}.example" if n % 3 else f"h{n}..example")
    env = environ("/", host="h1.example")
    for _ in range(2):
        t.call(app, dict(env))
