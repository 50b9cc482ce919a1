"""The session cookie: when it is read, when it is written, with which key, and what it says."""

from __future__ import annotations

import datetime
import decimal
import uuid

import flask
from flask import g, request, session
from flask.json.tag import JSONTag, TaggedJSONSerializer
from flask.sessions import (
    NullSession,
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionInterface,
    SessionMixin,
)
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.sansio import response as sansio_response

from tests.differential.collect import table
from tests.differential.trace import KEY, Trace, error_text


def _counter(t: Trace, **options: object) -> flask.Flask:
    """An app whose paths count, show, clear and ignore the session."""
    app = t.app(**options)
    app.add_url_rule(
        "/count",
        "count",
        lambda: session.__setitem__("n", session.get("n", 0) + 1) or str(session["n"]),
    )
    app.add_url_rule("/show", "show", lambda: str(dict(session)))
    app.add_url_rule("/clear", "clear", lambda: session.clear() or "cleared")
    app.add_url_rule("/plain", "plain", lambda: "plain")
    return app


def _signed(value: str, key: str = KEY, salt: str = "cookie-session") -> str:
    """`value` rightly signed, whatever it is, as Flask would have."""
    import hashlib

    signer = TimestampSigner(key, salt=salt, key_derivation="hmac", digest_method=hashlib.sha1)
    return signer.sign(value.encode()).decode()


def a_session_counts(t: Trace) -> None:
    """A browser's visits are counted, shown and cleared; a plain view leaves the cookie alone."""
    browser = t.browser(_counter(t))
    for path in (
        "/plain",
        "/show",
        "/count",
        "/count",
        "/plain",
        "/show",
        "/count",
        "/clear",
        "/show",
        "/plain",
        "/none",
    ):
        browser.send(path)


def the_clock_moves(t: Trace) -> None:
    """A cookie is signed with the moment, and refused when it is older than the lifetime."""
    app = _counter(t, PERMANENT_SESSION_LIFETIME=60)
    browser = t.browser(app)
    for wait in (0, 30, 59, 60, 61, 1, 3600):
        t.later(wait)
        browser.send("/show")
        browser.send("/count")
    app.permanent_session_lifetime = datetime.timedelta(days=2)
    t.later(100)
    browser.send("/show")
    t.later(-3600)
    browser.send("/show")


def a_permanent_session_is_sent_again(t: Trace) -> None:
    """With SESSION_REFRESH_EACH_REQUEST views that never touch a permanent session send it again."""
    app = _counter(t)
    app.add_url_rule("/stay", "stay", lambda: setattr(session, "permanent", True) or "stays")
    app.add_url_rule("/leave", "leave", lambda: setattr(session, "permanent", False) or "leaves")
    for refresh in (True, False):
        app.config["SESSION_REFRESH_EACH_REQUEST"] = refresh
        browser = t.browser(app)
        for path in ("/stay", "/plain", "/plain", "/show", "/none", "/leave", "/plain", "/stay"):
            browser.send(path)
            t.later(5)
        browser.send("/plain", "HEAD")
        browser.send("/plain", "OPTIONS")
        browser.send("/plain", "POST")


def the_key_of_the_beginning_opens(t: Trace) -> None:
    """A key changed in before_request does not log anyone out; it signs what is saved."""
    app = _counter(t)

    @app.before_request
    def change() -> None:
        if "key" in request.args:
            app.secret_key = request.args["key"]

    browser = t.browser(app)
    browser.send("/count")

    browser.send("/show?key=other")
    app.secret_key = KEY
    browser.send("/count?key=other")
    browser.send("/show")
    app.secret_key = KEY
    browser.send("/show")
    t.send(app, "/plain?key=")
    t.send(app, "/count?key=")


def the_configuration_of_the_beginning_opens(t: Trace) -> None:
    """Cookie name, lifetime and salt changed in a hook come too late for opening."""
    app = _counter(t)

    @app.before_request
    def change() -> None:
        if request.args.get("do") == "name":
            app.config["SESSION_COOKIE_NAME"] = "renamed"
        if request.args.get("do") == "life":
            app.permanent_session_lifetime = datetime.timedelta(seconds=1)
        if request.args.get("do") == "interface":
            app.session_interface = _Own()

    browser = t.browser(app)
    browser.send("/count")

    t.later(10)
    for kind in ("name", "life", "interface"):
        browser.send(f"/show?do={kind}")
        browser.send(f"/count?do={kind}")
        app.config["SESSION_COOKIE_NAME"] = "session"
        app.permanent_session_lifetime = datetime.timedelta(days=1)


def cookies_rightly_signed_but_rubbish(t: Trace) -> None:
    """A rightly signed cookie that is no session answers 500 even where no view touches it."""
    import base64
    import zlib

    def b64(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    values = {
        "not json": b64(b"not json"),
        "no base64": "!!!",
        "a": "a",
        "list": b64(b"[1,2]"),
        "pairs": b64(b'[["a",1]]'),
        "number": b64(b"3"),
        "null": b64(b"null"),
        "string": b64(b'"ab"'),
        "object": b64(b'{"a":1}'),
        "zip": "." + b64(zlib.compress(b'{"zipped":true}')),
        "bad zip": "." + b64(b"{}"),
        "latin": b64(b'{"a":"\xff"}'),
        "tag": b64(b'{"a":{" t":[1,2]}}'),
        "bad tag": b64(b'{"a":{" u":"zz"}}'),
        "bad date": b64(b'{"a":{" d":"zz"}}'),
        "nan": b64(b'{"a":NaN}'),
        "deep": b64(b"[" * 3000),
        "empty": "",
    }
    app = _counter(t)
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    app.before_request(lambda: t.note("before", request.endpoint))
    t.watch_signals(app, "got-request-exception")
    for label, value in values.items():
        t.note(label)
        for path in ("/plain", "/show", "/none"):
            t.send(app, path, cookie=f"session={_signed(value)}")


def a_failed_opening_fails_once(t: Trace) -> None:
    """After the session failed to open, handlers and after_request may still look at it, in Flask's way."""
    app = _counter(t)

    def look(label: str) -> None:
        t.attempt(label, lambda: dict(session))
        t.note(request.endpoint, request.view_args, type(request.routing_exception).__name__)

    app.register_error_handler(500, lambda e: look("handler") or ("five hundred", 500))
    app.after_request(lambda r: look("after") or r)
    app.teardown_request(lambda e: look(f"teardown {error_text(e)}"))
    for _ in range(2):
        t.send(app, "/plain", cookie=f"session={_signed('bm90IGpzb24')}")
        t.send(app, "/plain")


def cookies_badly_signed(t: Trace) -> None:
    """A forged, cut, stretched or foreign cookie is an empty session, and is not deleted."""
    app = _counter(t)
    browser = t.browser(app)
    browser.send("/count")
    good = browser.jar["session"]
    payload, stamp, signature = good.split(".")
    forged = [
        good[:-1],
        good + "A",
        good + "=",
        payload,
        f"{payload}.{stamp}",
        f"{payload}.{stamp}.",
        f".{stamp}.{signature}",
        f"{payload}..{signature}",
        f"{payload}.AAAA.{signature}",
        f"{payload}.{stamp}.AAAA",
        f"x{good}",
        good.lower(),
        f'"{good}"',
        f" {good} ",
        "",
        ".",
        "..",
        "...",
        "é",
        "\xff",
        "a" * 5000,
        _signed(payload, "other key"),
        _signed(payload, salt="x"),
        _signed(payload),
        good,
        good.replace("-", "+").replace("_", "/"),
        f"{good}; session={good}",
        f"bad; session={good}",
        f"{good[:-1]}; session={good}",
        f"{good};session=bad",
    ]
    for value in forged:
        t.send(app, "/show", cookie=f"session={value}")
        t.send(app, "/plain", cookie=f"session={value}")
    t.send(app, "/count", cookie=f"session={good[:-1]}")


def without_a_key(t: Trace) -> None:
    """Without a key the session reads as empty and refuses each way of writing, as Flask words it."""
    app = t.app(key=None)
    for name in ("__setitem__", "__delitem__", "clear", "pop", "popitem", "update", "setdefault"):
        app.add_url_rule(
            f"/{name}",
            name,
            lambda n=name: getattr(session, n)(
                *(
                    ["a", 1][: 2 if n == "__setitem__" else 1]
                    if n not in ("clear", "popitem", "update")
                    else []
                )
            ),
        )
    app.add_url_rule(
        "/read",
        "read",
        lambda: (
            f"{dict(session)} {session.get('a')} {type(session._get_current_object()).__name__} {bool(session)}"
        ),
    )
    app.add_url_rule("/flash", "flash", lambda: flask.flash("x") or "-")
    app.add_url_rule("/flashed", "flashed", lambda: str(flask.get_flashed_messages()))
    app.add_url_rule("/permanent", "permanent", lambda: setattr(session, "permanent", True) or "-")
    for rule in list(app.url_map.iter_rules()):
        if rule.endpoint != "static":
            t.send(app, rule.rule)
    t.send(app, "/read", cookie=f"session={_signed('e30')}")
    app.secret_key = KEY
    t.send(app, "/flash")


@table(["", "0", "bytes", "unicode", "long", "space"])
def keys_of_every_kind(t: Trace, kind: str) -> None:
    """Keys that are empty, bytes, not ASCII or long sign as Flask's serializer does."""
    key = {
        "": "",
        "0": "0",
        "bytes": b"\x00\xff",
        "unicode": "ключ",
        "long": "k" * 300,
        "space": " ",
    }[kind]
    app = _counter(t)
    app.secret_key = key
    browser = t.browser(app)
    for path in ("/count", "/count", "/show"):
        browser.send(path)


def fallback_keys(t: Trace) -> None:
    """SECRET_KEY_FALLBACKS open old cookies and never sign; changed in place they act at once."""
    app = _counter(t, SECRET_KEY_FALLBACKS=["old"])
    old = t.app(key="old")
    old.add_url_rule("/", "index", lambda: session.__setitem__("n", 1) or "-")
    cookie = f"session={t.send(old).cookies()[0][1]}"
    fallbacks = app.config["SECRET_KEY_FALLBACKS"]
    steps = [
        lambda: None,
        lambda: fallbacks.remove("old"),
        lambda: fallbacks.append("wrong"),
        lambda: fallbacks.append("old"),
        lambda: fallbacks.clear(),
        lambda: app.config.update(SECRET_KEY_FALLBACKS=("old",)),
        lambda: app.config.update(SECRET_KEY_FALLBACKS=None),
        lambda: app.config.update(SECRET_KEY_FALLBACKS=["old", b"b"]),
    ]
    for step in steps:
        step()
        t.note(app.config["SECRET_KEY_FALLBACKS"])
        t.send(app, "/show", cookie=cookie)
        t.send(app, "/count", cookie=cookie)
    app.secret_key, app.config["SECRET_KEY_FALLBACKS"] = "new", [KEY]
    browser = t.browser(app)
    for path in ("/count", "/show"):
        browser.send(path)


_OPTIONS = {
    "name": {"SESSION_COOKIE_NAME": "sid"},
    "odd name": {"SESSION_COOKIE_NAME": "my session;"},
    "domain": {"SESSION_COOKIE_DOMAIN": "shop.example"},
    "domain with dot and port": {"SESSION_COOKIE_DOMAIN": ".shop.example:80"},
    "domain false": {"SESSION_COOKIE_DOMAIN": False},
    "path": {"SESSION_COOKIE_PATH": "/app"},
    "odd path": {"SESSION_COOKIE_PATH": "/a;b é"},
    "root": {"APPLICATION_ROOT": "/root"},
    "not httponly": {"SESSION_COOKIE_HTTPONLY": False},
    "secure": {"SESSION_COOKIE_SECURE": True},
    "partitioned": {"SESSION_COOKIE_PARTITIONED": True, "SESSION_COOKIE_SECURE": True},
    "partitioned only": {"SESSION_COOKIE_PARTITIONED": True},
    "lax": {"SESSION_COOKIE_SAMESITE": "Lax"},
    "strict lower": {"SESSION_COOKIE_SAMESITE": "strict"},
    "none": {"SESSION_COOKIE_SAMESITE": "None"},
    "bad samesite": {"SESSION_COOKIE_SAMESITE": "Maybe"},
    "life in seconds": {"PERMANENT_SESSION_LIFETIME": 90},
    "life as delta": {"PERMANENT_SESSION_LIFETIME": datetime.timedelta(minutes=5)},
    "life zero": {"PERMANENT_SESSION_LIFETIME": 0},
    "life negative": {"PERMANENT_SESSION_LIFETIME": -5},
    "max cookie size": {"MAX_COOKIE_SIZE": 20},
    "max cookie size off": {"MAX_COOKIE_SIZE": 0},
    "server name": {"SERVER_NAME": "shop.example"},
}


@table(_OPTIONS)
def each_session_option(t: Trace, name: str) -> None:
    """Each SESSION_* option acts from the start and when it is set late, on writing, deleting and refreshing."""
    for late in (False, True):
        app = _counter(t)
        app.add_url_rule("/stay", "stay", lambda: setattr(session, "permanent", True) or "stays")
        if late:
            t.send(app, "/count")
        app.config.update(_OPTIONS[name])
        browser = t.browser(app)
        for path in ("/count", "/show", "/stay", "/plain", "/clear", "/plain"):
            browser.send(path)


def accessed_and_modified(t: Trace) -> None:
    """Vary: Cookie and Set-Cookie follow what was really done to the session, or set by hand."""
    app = t.app()
    deeds = {
        "nothing": lambda: None,
        "read": lambda: session.get("a"),
        "bool": lambda: bool(session),
        "len": lambda: len(session),
        "in": lambda: "a" in session,
        "iter": lambda: list(session),
        "repr": lambda: repr(session),
        "eq": lambda: session == {},
        "_session": lambda: flask.globals.request_ctx._session.get("a"),
        "unaccessed": lambda: (
            session.get("a"),
            setattr(flask.globals.request_ctx._session, "accessed", False),
        ),
        "same value": lambda: session.__setitem__("a", session.get("a")),
        "set unmodified": lambda: (
            session.__setitem__("b", 1),
            setattr(session, "modified", False),
        ),
        "modified": lambda: setattr(session, "modified", True),
        "modified on inner": lambda: setattr(flask.globals.request_ctx._session, "modified", True),
        "nested": lambda: session.get("list", []).append(1),
        "nested modified": lambda: (
            session.setdefault("list", []).append(1),
            setattr(session, "modified", True),
        ),
        "pop missing": lambda: session.pop("zz", None),
        "del missing": lambda: session.__delitem__("zz"),
        "update": lambda: session.update(c=1),
        "ior": lambda: session._get_current_object().__ior__({"d": 1}),
        "popitem": lambda: session.popitem(),
        "setdefault": lambda: session.setdefault("a", 2),
        "clear": lambda: session.clear(),
        "new": lambda: session.new,
        "proxy": lambda: session._get_current_object(),
        "permanent read": lambda: session.permanent,
        "permanent set": lambda: setattr(session, "permanent", True),
        "copy": lambda: session.copy(),
    }

    @app.get("/<deed>")
    def index(deed: str) -> str:
        t.attempt(deed, deeds[deed])
        inner = flask.globals.request_ctx._session
        return f"{inner.accessed} {inner.modified}"

    start = t.app()
    start.add_url_rule("/", "index", lambda: session.update(a=1, list=[0]) or "-")
    cookie = f"session={t.send(start).cookies()[0][1]}"
    for deed in deeds:
        t.send(app, f"/{deed}")
        t.send(app, f"/{deed}", cookie=cookie)


@table(
    [
        "",
        "Cookie",
        "cookie",
        "COOKIE",
        "*",
        "Accept",
        "Accept, Cookie",
        "accept,cookie",
        "Accept,",
        ",",
    ]
)
def vary_in_every_spelling(t: Trace, value: str) -> None:
    """Vary: Cookie is added to, or found in, whatever Vary the view has set."""
    app = t.app()

    @app.get("/<deed>")
    def index(deed: str) -> flask.Response:
        if deed != "nothing":
            session.get("a")
        if deed == "write":
            session["a"] = 1
        response = flask.make_response("-")
        response.headers["Vary"] = value
        if deed == "twice":
            response.headers.add("Vary", "Origin")
        return response

    for deed in ("nothing", "read", "write", "twice"):
        t.send(app, f"/{deed}")


def vary_is_set_by_whoever_reads(t: Trace) -> None:
    """Reading in a template, hook, teardown, stream or handler counts where Flask counts it."""
    app = t.app()
    app.add_url_rule(
        "/template", "template", lambda: flask.render_template_string("{{ session.a }}")
    )
    app.add_url_rule(
        "/template-none", "template-none", lambda: flask.render_template_string("plain")
    )
    app.add_url_rule(
        "/template-if",
        "template-if",
        lambda: flask.render_template_string("{% if session %}x{% endif %}"),
    )
    app.add_url_rule(
        "/flashes", "flashes", lambda: flask.render_template_string("{{ get_flashed_messages() }}")
    )
    app.add_url_rule(
        "/stream", "stream", lambda: flask.stream_with_context(str(session.get("a")) for _ in "ab")
    )
    app.add_url_rule("/boom", "boom", lambda: 1 / 0)
    app.register_error_handler(404, lambda e: f"{session.get('a')}")
    app.teardown_request(lambda e: session.get("a"))
    for path in (
        "/template",
        "/template-none",
        "/template-if",
        "/flashes",
        "/stream",
        "/boom",
        "/none",
    ):
        t.send(app, path)


def every_type_of_value(t: Trace) -> None:
    """Each type that the tagged JSON knows comes back as it was; others fail as in Flask."""
    values: dict[str, object] = {
        "tuple": (1, (2, "x")),
        "bytes": b"\x00\xff",
        "markup": Markup("<b>"),
        "uuid": uuid.UUID(int=5),
        "datetime": datetime.datetime(2026, 1, 2, 3, 4, 5, 999, tzinfo=datetime.UTC),
        "naive": datetime.datetime(2026, 1, 2),
        "dict": {"a": {"b": [1, 2]}},
        "tag dict": {" t": 1},
        "tag dict two": {" t": 1, "b": 2},
        "unicode": "é\u2028😀",
        "float": 1.5,
        "none": None,
        "nan": float("nan"),
        "big": 10**30,
        "int keys": {1: 2},
        "date": datetime.date(2026, 1, 2),
        "decimal": decimal.Decimal("1.10"),
        "set": {1},
        "object": object(),
        "surrogate": "\ud800",
        "html": type("H", (), {"__html__": lambda self: "<i>"})(),
        "list": [1, (2,), b"3"],
        "long": "x" * 6000,
        "repetitive": "ab" * 800,
        "bool": True,
        "empty": "",
    }
    app = t.app()

    @app.get("/<path:name>")
    def put(name: str) -> str:
        session[name] = values[name]
        return "put"

    app.add_url_rule(
        "/", "show", lambda: str({k: (type(v).__name__, v) for k, v in session.items()})
    )
    for name in values:
        browser = t.browser(app)
        browser.send(f"/{name}")
        browser.send("/")


def keys_that_are_not_strings(t: Trace) -> None:
    """Session keys that are not str are written by JSON's rules, or fail as in Flask."""
    keys: list[object] = [1, None, True, 1.5, b"a", ("a",), "é", ""]
    app = t.app()
    app.add_url_rule("/<int:n>", "put", lambda n: session.__setitem__(keys[n], n) or "put")
    app.add_url_rule("/both", "both", lambda: session.update({1: "a", "b": 2}) or "put")
    app.add_url_rule("/", "show", lambda: repr(dict(session)))
    for path in [*(f"/{n}" for n in range(len(keys))), "/both"]:
        browser = t.browser(app)
        browser.send(path)
        browser.send("/")


def session_json_follows_the_app(t: Trace) -> None:
    """The session's JSON is made by app.json: its options, its subclass, and one put there late."""
    from flask.json.provider import DefaultJSONProvider

    class Upper(DefaultJSONProvider):
        def dumps(self, obj: object, **options: object) -> str:
            t.note("dumps", obj, sorted(options))
            return super().dumps(obj, **options)

        def loads(self, s: str | bytes, **options: object) -> object:
            t.note("loads", s)
            return super().loads(s, **options)

    app = t.app()
    app.add_url_rule(
        "/put",
        "put",
        lambda: session.update(b="é", a={"z": 1, "y": decimal.Decimal("1.0")}) or "put",
    )
    app.add_url_rule("/", "show", lambda: repr(dict(session)))

    def visit() -> None:
        browser = t.browser(app)
        browser.send("/put")
        browser.send("/")

    visit()
    for option, value in (
        ("sort_keys", False),
        ("ensure_ascii", False),
        ("compact", True),
        ("default", str),
    ):
        setattr(app.json, option, value)
        visit()
    app.json = Upper(app)
    visit()


def a_tag_registered_late(t: Trace) -> None:
    """session_json_serializer.register acts at once."""
    from flask.sessions import session_json_serializer

    class TagDecimal(JSONTag):
        key = " dec"

        def check(self, value: object) -> bool:
            return isinstance(value, decimal.Decimal)

        def to_json(self, value: object) -> str:
            return str(value)

        def to_python(self, value: str) -> decimal.Decimal:
            return decimal.Decimal(value)

    app = t.app()
    app.add_url_rule("/put", "put", lambda: session.update(price=decimal.Decimal("1.10")) or "put")
    app.add_url_rule("/", "show", lambda: repr(dict(session)))
    for _ in range(2):
        browser = t.browser(app)
        browser.send("/put")
        browser.send("/")
        if session_json_serializer.tags.get(" dec") is None:
            session_json_serializer.register(TagDecimal, index=0)


def attributes_set_on_the_default_interface(t: Trace) -> None:
    """Salt, digest, derivation, serializer and class set on the one default interface act at once."""
    import hashlib

    class Loud(SecureCookieSession):
        def __init__(self, initial: object = None) -> None:
            t.note("a session is made", type(initial).__name__)
            super().__init__(initial)

    app, other = _counter(t), _counter(t)
    t.note(
        app.session_interface is other.session_interface,
        app.session_interface is flask.Flask.session_interface,
    )
    browser, second = t.browser(app), t.browser(other)
    changes = {
        "salt": "other",
        "digest_method": staticmethod(hashlib.sha256),
        "key_derivation": "django-concat",
        "serializer": TaggedJSONSerializer(),
        "session_class": Loud,
    }
    for name, value in changes.items():
        for path in ("/count", "/plain"):
            browser.send(path)
            second.send(path)
        setattr(
            app.session_interface,
            name,
            value.__func__ if isinstance(value, staticmethod) else value,
        )
        t.note(name)
    for path in ("/count", "/plain", "/show"):
        browser.send(path)
        second.send(path)


class _Own(SessionInterface):
    """A session kept in one dict of the test, by the id in a cookie."""

    def __init__(self, t: Trace | None = None) -> None:
        self.t, self.kept = t, {}

    def open_session(self, app: flask.Flask, request: flask.Request) -> SessionMixin | None:
        if self.t:
            self.t.note(
                "open",
                request.endpoint,
                request.url_rule,
                request.view_args,
                request.blueprint,
                request.path,
            )
        return SecureCookieSession(self.kept.get(request.cookies.get("sid"), {}))

    def save_session(
        self, app: flask.Flask, session: SessionMixin, response: flask.Response
    ) -> None:
        if self.t:
            self.t.note(
                "save",
                dict(session),
                session.accessed,
                session.modified,
                request.endpoint,
                response.status,
            )
        if session.modified:
            self.kept["1"] = dict(session)
            response.set_cookie("sid", "1")


def an_own_interface(t: Trace) -> None:
    """A custom interface opens before matching, sees endpoint None then, and saves after the hooks."""
    app = _counter(t)
    app.session_interface = _Own(t)
    bp = flask.Blueprint("bp", __name__, url_prefix="/bp")
    bp.before_request(lambda: t.note("bp before", request.endpoint, request.blueprints))
    bp.add_url_rule(
        "/<int:n>", "n", lambda n: f"{request.endpoint} {request.view_args} {session.get('n')}"
    )
    bp.register_error_handler(ZeroDivisionError, lambda e: ("bp handler", 500))
    bp.add_url_rule("/boom", "boom", lambda: 1 / 0)
    app.register_blueprint(bp)
    app.before_request(lambda: t.note("before", request.endpoint, request.url_rule))
    app.after_request(lambda r: t.note("after") or r)
    browser = t.browser(app)
    for path in ("/count", "/bp/3", "/bp/boom", "/none", "/plain", "/count"):
        browser.send(path)


@table(
    [
        "null",
        "none",
        "open fails",
        "save fails",
        "own null",
        "is_null",
        "same object",
        "proxy in open",
        "mixin",
    ]
)
def interfaces_of_every_kind(t: Trace, kind: str) -> None:
    """Interfaces that return nothing, fail, keep null sessions or use proxies in open_session."""

    class Mixin(dict, SessionMixin):  # type: ignore[type-arg]
        pass

    class Interface(_Own):
        def open_session(self, app: flask.Flask, request: flask.Request) -> SessionMixin | None:
            if kind == "open fails":
                raise OSError("no store")
            if kind == "null":
                return NullSession()
            if kind == "proxy in open":
                t.note(flask.request.path, flask.g, flask.current_app, flask.request.endpoint)
                t.attempt("session in open", lambda: dict(session))
            if kind == "mixin":
                return Mixin()
            if kind == "same object":
                return self.kept.setdefault("one", SecureCookieSession())
            return None if kind in ("none", "own null") else super().open_session(app, request)

        def save_session(
            self, app: flask.Flask, session: SessionMixin, response: flask.Response
        ) -> None:
            if kind == "save fails":
                raise OSError("store full")
            super().save_session(app, session, response)

        def make_null_session(self, app: flask.Flask) -> NullSession:
            t.note("make_null_session")
            return Mixin() if kind == "own null" else super().make_null_session(app)  # type: ignore[return-value]

        def is_null_session(self, obj: object) -> bool:
            t.note("is_null_session", type(obj).__name__)
            return kind == "is_null" or super().is_null_session(obj)

    app = _counter(t)
    app.session_interface = Interface(t)
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    app.add_url_rule("/type", "type", lambda: type(session._get_current_object()).__name__)
    browser = t.browser(app)
    for path in ("/count", "/plain", "/type", "/none", "/count"):
        browser.send(path)


@table(
    [
        "get_cookie_name",
        "get_cookie_domain",
        "get_cookie_path",
        "get_cookie_httponly",
        "get_cookie_secure",
        "get_cookie_samesite",
        "get_cookie_partitioned",
        "get_expiration_time",
        "should_set_cookie",
        "get_signing_serializer",
        "open_session",
        "save_session",
        "is_null_session",
        "make_null_session",
    ]
)
def a_method_of_the_secure_interface_overridden(t: Trace, name: str) -> None:
    """A subclass that overrides one method has it called as often as under Flask, with its effect."""
    plain = getattr(SecureCookieSessionInterface, name)

    def method(self: object, *arguments: object) -> object:
        result = plain(self, *arguments)
        t.note(
            name,
            [type(a).__name__ for a in arguments],
            result if isinstance(result, str | bool) else type(result).__name__,
        )
        return result

    app = _counter(t)
    app.session_interface = type("Own", (SecureCookieSessionInterface,), {name: method})()
    app.add_url_rule("/stay", "stay", lambda: setattr(session, "permanent", True) or "stays")
    browser = t.browser(app)
    for path in ("/plain", "/count", "/plain", "/show", "/stay", "/plain", "/clear", "/none"):
        browser.send(path)


def a_session_class_of_ones_own(t: Trace) -> None:
    """A subclass of the cookie session with typed access and own mutators is used everywhere."""

    class User(SecureCookieSession):
        @property
        def user(self) -> str:
            return self.get("user", "nobody")

        def __setitem__(self, key: str, value: object) -> None:
            t.note("set", key)
            super().__setitem__(key, value)

    app = _counter(t)
    app.session_interface = type("Own", (SecureCookieSessionInterface,), {"session_class": User})()
    app.add_url_rule("/user", "user", lambda: session.user)
    app.add_url_rule("/login", "login", lambda: session.__setitem__("user", "eve") or "in")
    browser = t.browser(app)
    for path in ("/user", "/login", "/user", "/plain", "/count"):
        browser.send(path)


def the_session_beside_other_cookies(t: Trace) -> None:
    """The session is found among other cookies: quoted, doubled, empty, odd."""
    app = _counter(t)
    good = t.send(app, "/count").cookies()[0][1]
    for before in (
        "",
        "a=1; ",
        'q="a;b"; ',
        "=x; ",
        ";;",
        "a; ",
        "session; ",
        "session=; ",
        "SESSION=x; ",
        " ",
        "a=é; ",
        'a="\\073"; ',
    ):
        for after in ("", "; b=2", ";", "; session="):
            t.send(app, "/show", cookie=f"{before}session={good}{after}")
            t.send(app, "/plain", cookie=f"{before}session={good}{after}")


def a_cookie_that_the_browser_would_drop(t: Trace) -> None:
    """A session too large for a cookie is sent with Flask's warning."""
    app = t.app()
    app.add_url_rule(
        "/<int:n>",
        "put",
        lambda n: (
            session.__setitem__("x", "".join(chr(33 + i * i % 89) for i in range(n))) or "put"
        ),
    )
    for size in (100, 3000, 5000, 9000):
        t.send(app, f"/{size}")


def serializers_made_by_hand(t: Trace) -> None:
    """The app's interface still gives a serializer that reads what requests have written."""
    app = _counter(t)
    browser = t.browser(app)
    browser.send("/count")
    serializer = app.session_interface.get_signing_serializer(app)
    t.note(type(serializer) is URLSafeTimedSerializer, serializer.loads(browser.jar["session"]))
    browser.jar["session"] = serializer.dumps({"n": 41})
    browser.send("/count")
    with app.test_request_context("/", headers={"Cookie": f"session={browser.jar['session']}"}):
        t.note(dict(session))
        opened = app.session_interface.open_session(app, request)
        t.note(type(opened).__name__, opened)


def flashes(t: Trace) -> None:
    """Flashed messages travel in the session, once, with categories and filters, and are cached in the request."""
    app = t.app()
    t.watch_signals(app, "message-flashed")
    app.add_url_rule(
        "/flash",
        "flash",
        lambda: (
            flask.flash("one") or flask.flash("two", "error") or flask.flash(("t", 1), "odd") or "-"
        ),
    )

    @app.get("/show")
    def show() -> str:
        options = [
            {},
            {"with_categories": True},
            {"category_filter": ["error"]},
            {"with_categories": True, "category_filter": ("odd",)},
        ]
        return repr([flask.get_flashed_messages(**o) for o in options]) + repr(
            flask.globals.request_ctx.flashes
        )

    app.add_url_rule(
        "/both", "both", lambda: flask.flash("same request") or repr(flask.get_flashed_messages())
    )
    app.add_url_rule(
        "/after",
        "after",
        lambda: (
            repr(flask.get_flashed_messages())
            + str(flask.flash("late"))
            + repr(flask.get_flashed_messages())
        ),
    )
    app.add_url_rule("/peek", "peek", lambda: repr(session.get("_flashes")))
    app.add_url_rule("/g", "in_g", lambda: repr(g))
    browser = t.browser(app)
    for path in (
        "/show",
        "/flash",
        "/flash",
        "/peek",
        "/show",
        "/show",
        "/both",
        "/after",
        "/show",
        "/flash",
        "/both",
        "/peek",
    ):
        browser.send(path)


def session_type_facts(t: Trace) -> None:
    """The session a view sees is a SecureCookieSession of str keys, and equals plain dicts."""
    app = t.app()

    @app.get("/")
    def index() -> str:
        inner = session._get_current_object()
        t.note(
            type(inner) is SecureCookieSession,
            isinstance(inner, dict),
            inner == {},
            inner.new,
            inner.permanent,
            inner.modified,
            inner.accessed,
        )
        t.note(
            request.cookies.get("session", "no cookie")[:4],
            flask.globals.request_ctx.session is inner,
        )
        session["a"] = [1]
        session["b"] = session.get("b", 0) + 1
        return f"{session!r} {session | {'x': 1}} {len(session)} {'a' in session} {list(session.items())}"

    browser = t.browser(app)
    for _ in range(3):
        browser.send()


def a_writer_of_cookies_put_in_place_late(t: Trace) -> None:
    """The session's cookie, too, is written by the `dump_cookie` that an app has put in place."""
    browser = t.browser(_counter(t))
    browser.send("/count")
    plain = sansio_response.dump_cookie  # type: ignore[attr-defined]
    sansio_response.dump_cookie = lambda *a, **k: f"{plain(*a, **k)}; Late"  # type: ignore[attr-defined]
    browser.send("/count")
    sansio_response.dump_cookie = plain  # type: ignore[attr-defined]
    browser.send("/count")
