"""Cookies read from requests and written to responses."""

from __future__ import annotations

import datetime

from flask import make_response, request
from werkzeug.datastructures import MultiDict

from tests.differential.collect import table
from tests.differential.trace import Trace

_HEADERS = [
    "",
    "a=1",
    "a=1; b=2",
    "a=1;b=2",
    "a=1 ;  b = 2 ",
    "a",
    "=",
    "=a",
    "a=",
    "==a",
    "a==",
    "a=b=c",
    ";",
    ";;",
    "a=1; a=2",
    'a="q"',
    'a="q;r"',
    'a="q',
    'a=q"',
    'a="\\073\\054"',
    'a="\\"\\\\"',
    'a="\\303\\251"',
    "a=%C3%A9",
    "a=\xc3\xa9",
    "a=\xff",
    "a=1, b=2",
    "$Version=1; a=2",
    "a=\x00",
    "a=1\r\nb=2",
    "a[0]=1",
    "é=1",
    " a=1",
    "a=1;",
    "A=1; a=2",
    "__Host-a=1",
    'a=""',
    "a='1'",
    "a=1; Path=/; HttpOnly",
    "a=" + "x" * 5000,
    "; ".join(f"c{n}={n}" for n in range(200)),
    'a="\\400"',
    'a="\\08"',
    "a=b c",
    "a=b\tc",
    "a,b=1",
    'a="1" ; b="2"',
    "a=\\",
    '"a"=1',
]


def reading(t: Trace) -> None:
    """Every odd Cookie header is parsed as by Werkzeug."""
    app = t.app()
    app.add_url_rule(
        "/",
        "index",
        lambda: (
            f"{dict(request.cookies.lists())} {request.cookies.get('a')} {type(request.cookies).__name__}"
        ),
    )
    app.add_url_rule("/session", "session", lambda: str(request.cookies.get("session")))
    for header in _HEADERS:
        t.send(app, "/", cookie=header)
        t.send(app, "/session", cookie=header)


_OPTIONS = [
    {},
    {"max_age": 60},
    {"max_age": 0},
    {"max_age": -1},
    {"max_age": datetime.timedelta(minutes=1)},
    {"max_age": "60"},
    {"max_age": 1.9},
    {"expires": 0},
    {"expires": 1_800_000_000},
    {"expires": datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)},
    {"expires": datetime.datetime(2027, 1, 1)},
    {"expires": "Fri, 01 Jan 2027 00:00:00 GMT"},
    {"path": None},
    {"path": "/é;x"},
    {"domain": "shop.example"},
    {"domain": ".shop.example:80"},
    {"domain": "почта.example"},
    {"secure": True},
    {"httponly": True},
    {"samesite": "lax"},
    {"samesite": "NONE"},
    {"samesite": "x"},
    {"partitioned": True},
    {
        "secure": True,
        "httponly": True,
        "samesite": "Strict",
        "max_age": 5,
        "expires": 9,
        "partitioned": True,
    },
]


def writing(t: Trace) -> None:
    """set_cookie and delete_cookie write each option as Werkzeug does."""
    app = t.app()

    @app.get("/<int:n>")
    def index(n: int) -> object:
        response = make_response("-")
        response.set_cookie("name", "value", **_OPTIONS[n])
        return response

    @app.get("/delete/<int:n>")
    def delete(n: int) -> object:
        response = make_response("-")
        response.delete_cookie(
            "name", **{k: v for k, v in _OPTIONS[n].items() if k not in ("max_age", "expires")}
        )
        return response

    for n in range(len(_OPTIONS)):
        t.send(app, f"/{n}")
        t.send(app, f"/delete/{n}")
        t.later(0.5)


_PAIRS = [
    ("a", ""),
    ("a", "é"),
    ("a", "☃"),
    ("a", "a;b"),
    ("a", "a,b"),
    ("a", 'a"b'),
    ("a", "a b"),
    ("a", "a\\b"),
    ("a", "a\r\nb"),
    ("a", "\x00"),
    ("a", "x" * 5000),
    ("", "v"),
    ("a b", "v"),
    ("a;b", "v"),
    ("a=b", "v"),
    ("é", "v"),
    ("a\n", "v"),
    ("__Host-a", "v"),
    ("a", "/:?&=%"),
    ("a", "\ud800"),
]


def names_and_values(t: Trace) -> None:
    """Cookie names and values that need quoting are quoted or refused as in Werkzeug."""
    app = t.app()

    @app.get("/<int:n>")
    def index(n: int) -> object:
        response = make_response("-")
        response.set_cookie(*_PAIRS[n])
        response.set_cookie("second", "2")
        return response

    for n in range(len(_PAIRS)):
        t.send(app, f"/{n}")


@table(["4093", "10", "0", "None"])
def the_size_limit(t: Trace, size: str) -> None:
    """MAX_COOKIE_SIZE warns, or is off, early and late."""
    app = t.app()

    @app.get("/<int:n>")
    def index(n: int) -> object:
        response = make_response("-")
        response.set_cookie("c", "x" * n)
        return response

    t.send(app, "/30")
    app.config["MAX_COOKIE_SIZE"] = None if size == "None" else int(size)
    for n in (1, 30, 5000):
        t.send(app, f"/{n}")


def dates_move_with_the_clock(t: Trace) -> None:
    """Expires is the date of this second, not of the one before."""
    app = t.app()

    @app.get("/")
    def index() -> object:
        response = make_response("-")
        response.set_cookie("c", "1", max_age=60)
        return response

    for seconds in (0, 0.2, 0.6, 0.5, 1, 59, 3600, 86400 * 40, -7200):
        t.later(seconds)
        t.send(app)


def storage_classes_of_one_request(t: Trace) -> None:
    """A hook may give its request other classes for fields; cookies that were parsed stay."""
    for key in ("key", None):
        app = t.app()
        app.secret_key = key

        @app.before_request
        def store() -> None:
            request.dict_storage_class = request.parameter_storage_class = MultiDict

        app.add_url_rule(
            "/",
            "index",
            lambda: (
                f"{type(request.cookies).__name__} {request.cookies} {type(request.args).__name__}"
            ),
        )
        for cookie in ("a=1; b=2", "a=1; a=2", 'a="\\303"', ""):
            t.send(app, "/?a=1", cookie=cookie)
            t.send(app, "/?a=1", cookie=cookie)
