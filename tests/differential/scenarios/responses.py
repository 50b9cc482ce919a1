"""What views return, what becomes of it, and what goes over the wire."""

from __future__ import annotations

import datetime
import decimal
import io
import uuid

import flask
from flask import jsonify, make_response, redirect, request
from flask.json.provider import DefaultJSONProvider, JSONProvider
from markupsafe import Markup
from werkzeug.datastructures import Headers
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from tests.differential.collect import table
from tests.differential.trace import Trace, error_text


class _Str(str):
    pass


def _wsgi(environ: dict[str, object], start_response: object) -> list[bytes]:
    start_response("209 Wsgi", [("X-Wsgi", "1"), ("Content-Type", "text/x")])
    return [b"from ", b"wsgi"]


_VALUES = {
    "str": lambda: "text",
    "empty": lambda: "",
    "unicode": lambda: "é😀\u2028",
    "surrogate": lambda: "\ud800",
    "bytes": lambda: b"raw\xff",
    "bytearray": lambda: bytearray(b"array"),
    "memoryview": lambda: memoryview(b"view"),
    "subclass": lambda: _Str("sub"),
    "markup": lambda: Markup("<b>"),
    "dict": lambda: {"b": 1, "a": "é"},
    "empty dict": dict,
    "list": lambda: [1, "é", None],
    "empty list": list,
    "dict subclass": lambda: type("D", (dict,), {})(a=1),
    "iterator": lambda: iter(["a", b"b", "é"]),
    "empty iterator": lambda: iter([]),
    "map": lambda: map(str, [1, 2]),
    "generator": lambda: (c for c in "abc"),
    "bad generator": lambda: (c for c in (1, 2)),
    "none in iterator": lambda: iter(["a", None]),
    "none": lambda: None,
    "int": lambda: 3,
    "true": lambda: True,
    "float": lambda: 1.5,
    "object": object,
    "set": lambda: {1},
    "class": lambda: dict,
    "function": lambda: lambda: "x",
    "wsgi": lambda: _wsgi,
    "response": lambda: flask.Response("r"),
    "base response": lambda: BaseResponse("base", 203, content_type="text/x"),
    "http error": lambda: NotFound("gone"),
    "another app": lambda: flask.Flask("inner", static_folder=None),
    "status": lambda: ("t", 201),
    "status str": lambda: ("t", "299 Custom"),
    "status bytes": lambda: ("t", b"298 Bytes"),
    "status short": lambda: ("t", "201"),
    "status odd": lambda: ("t", "nonsense"),
    "status empty": lambda: ("t", ""),
    "status 0": lambda: ("t", 0),
    "status 999": lambda: ("t", 999),
    "status none": lambda: ("t", None),
    "status float": lambda: ("t", 2.5),
    "status true": lambda: ("t", True),
    "status enum": lambda: ("t", __import__("http").HTTPStatus.TEAPOT),
    "headers dict": lambda: ("t", {"X-A": "b"}),
    "headers list": lambda: ("t", [("X-A", "1"), ("X-A", "2")]),
    "headers obj": lambda: ("t", Headers({"X-A": "1"})),
    "headers tuple": lambda: ("t", (("X-A", "1"),)),
    "headers type": lambda: ("t", {"Content-Type": "text/plain"}),
    "headers lists": lambda: ("t", {"X-A": ["1", "2"]}),
    "headers int": lambda: ("t", {"X-A": 3}),
    "headers none": lambda: ("t", 200, None),
    "headers empty": lambda: ("t", {}),
    "headers bad": lambda: ("t", {"X": "a\nb"}),
    "headers latin": lambda: ("t", {"X": "é"}),
    "headers beyond": lambda: ("t", {"X": "☃"}),
    "headers name": lambda: ("t", {"X Y": "z"}),
    "three": lambda: ("t", 202, {"X-A": "1"}),
    "three list": lambda: ([1], 202, [("X-A", "1")]),
    "three dict": lambda: ({"a": 1}, 202, {"Content-Type": "application/x"}),
    "three none": lambda: (None, 202, {}),
    "four": lambda: ("t", 1, {}, 4),
    "one": lambda: ("t",),
    "zero": lambda: (),
    "response status": lambda: (flask.Response("r", 201, {"X-A": "1"}), 202),
    "response headers": lambda: (flask.Response("r", 201, {"X-A": "1"}), {"X-A": "2", "X-B": "3"}),
    "wsgi tuple": lambda: (_wsgi, 207, {"X-A": "1"}),
    "error tuple": lambda: (NotFound(), 207),
    "204": lambda: ("body", 204),
    "304": lambda: ("body", 304),
    "100": lambda: ("body", 100),
    "204 none": lambda: ("", 204),
    "205": lambda: ("body", 205),
    "204 response": lambda: flask.Response(status=204),
    "301": lambda: ("moved", 301, {"Location": "/é x"}),
    "generator status": lambda: ((c for c in "ab"), 202, {"X": "1"}),
    "headers length": lambda: ("four", {"Content-Length": "2"}),
    "location": lambda: ("x", {"Location": "//other.example/ü?q=é#f"}),
    "content-location": lambda: ("x", {"Content-Location": "/é"}),
    "decimal": lambda: {"d": decimal.Decimal("1.1")},
    "circular": lambda: (lambda a: a.append(a) or a)([]),
    "nan": lambda: [float("nan")],
    "int keys": lambda: {2: "a", 1: "b"},
    "mixed keys": lambda: {2: "a", "b": 1},
    "object in dict": lambda: {"o": object()},
    "str status int headers": lambda: ("t", 200, 5),
    "list status": lambda: ("t", [200]),
    "tuple in tuple": lambda: (("a", 1), 2),
}


@table(_VALUES)
def a_view_returns(t: Trace, name: str) -> None:
    """Each value a view may return, or may not, gives Flask's response, error and log."""
    app = t.app()
    app.add_url_rule("/", "index", lambda: _VALUES[name]())
    for hooked in (False, True):
        if hooked:
            app.after_request_funcs.setdefault(None, []).append(
                lambda r: (
                    t.note(
                        "after",
                        type(r).__name__,
                        r.status,
                        r.is_streamed,
                        r.is_sequence,
                        r.direct_passthrough,
                    )
                    or r
                )
            )
        for method in ("GET", "HEAD"):
            t.send(app, "/", method)
    with app.test_request_context("/"):
        t.attempt("make_response", lambda: make_response(_VALUES[name]()).status)


def make_response_by_hand(t: Trace) -> None:
    """make_response takes none, one or several arguments."""
    app = t.app()
    calls = [
        (),
        ("a",),
        ("a", 201),
        ("a", 201, {"X": "y"}),
        ("a", {"X": "y"}),
        ({"a": 1},),
        ((("a", 203),)),
        (("a", 203),),
        (None,),
        ("a", "b", "c", "d"),
    ]
    app.add_url_rule("/<int:n>", "index", lambda n: make_response(*calls[n]))
    for n in range(len(calls)):
        t.send(app, f"/{n}")


def statuses(t: Trace) -> None:
    """Every status code has its reason and its rules on bodies, for GET and HEAD."""
    app = t.app()
    app.add_url_rule("/<int:n>", "index", lambda n: ("body", n))
    app.add_url_rule("/stream/<int:n>", "stream", lambda n: (iter(["a", "b"]), n))
    for n in (
        100,
        101,
        103,
        200,
        201,
        204,
        205,
        206,
        299,
        300,
        304,
        308,
        400,
        418,
        451,
        499,
        500,
        511,
        599,
        600,
        1000,
        7,
    ):
        for method in ("GET", "HEAD"):
            t.send(app, f"/{n}", method)
            t.send(app, f"/stream/{n}", method)


@table(["302", "301", "303", "307", "308", "200", "404", "306"])
def redirects(t: Trace, code: str) -> None:
    """redirect() makes Flask's body and Location, which is encoded on the wire only."""
    app = t.app()
    targets = [
        "/",
        "/a b",
        "/é?q=ü#ö",
        "//evil.example",
        "http://x.example/é",
        "http://почта.example/",
        "",
        "?a=1",
        "#x",
        "javascript:alert(1)",
        "/a\r\nX: y",
        "/<b>&\"'",
        "/%20%zz",
        "http://[::1",
        "mailto:a@b",
        "\\\\evil",
        "/a\tb",
        "/\u2028",
        "relative/path",
        "../up",
    ]
    app.add_url_rule("/<int:n>", "index", lambda n: redirect(targets[n], int(code)))
    app.after_request(
        lambda r: t.note("after", r.location, r.headers.get("Location"), r.get_data()) or r
    )
    for n in range(len(targets)):
        t.send(app, f"/{n}")
    t.send(app, "/0", "HEAD")
    t.send(app, "/2", script_name="/app", host="shop.example", scheme="https")
    app.response_class = type("Own", (flask.Response,), {"autocorrect_location_header": True})
    for n in (0, 1, 2, 3, 6, 7, 18, 19):
        t.send(app, f"/{n}")


def redirects_of_ones_own(t: Trace) -> None:
    """app.redirect replaced or overridden, and redirect outside of an app, behave."""
    app = t.app(
        cls=type(
            "App",
            (flask.Flask,),
            {
                "redirect": lambda self, location, code=302: (
                    t.note("own redirect", location, code)
                    or flask.Response("own", code, {"Location": location})
                )
            },
        )
    )
    app.add_url_rule("/", "index", lambda: redirect("/x", 303))
    t.send(app)
    t.note(redirect("/outside").headers, redirect("/o", Response=BaseResponse).status)


def headers_of_the_response(t: Trace) -> None:
    """Headers keep order, case and doubles, and refuse what Werkzeug refuses."""
    app = t.app()
    deeds = {
        "order": lambda r: [
            r.headers.add(k, v) for k, v in (("x-b", "1"), ("X-A", "2"), ("x-b", "3"))
        ],
        "type": lambda r: setattr(r, "mimetype", "text/plain"),
        "type charset": lambda r: setattr(r, "content_type", "text/html; charset=latin-1"),
        "no type": lambda r: r.headers.pop("Content-Type"),
        "length": lambda r: setattr(r, "content_length", 99),
        "no length": lambda r: r.headers.pop("Content-Length"),
        "crlf": lambda r: r.headers.__setitem__("X", "a\r\nY: b"),
        "lf add": lambda r: r.headers.add("X", "a\n"),
        "latin": lambda r: r.headers.__setitem__("X", "é"),
        "snowman": lambda r: r.headers.__setitem__("X", "☃"),
        "int": lambda r: r.headers.__setitem__("X", 5),
        "none": lambda r: r.headers.__setitem__("X", None),
        "bytes": lambda r: r.headers.__setitem__("X", b"a"),
        "list": lambda r: r.headers.setlist("X", ["1", "2"]),
        "clear": lambda r: r.headers.clear(),
        "name": lambda r: r.headers.__setitem__("bad name", "1"),
        "name lf": lambda r: r.headers.__setitem__("bad\nname", "1"),
        "options": lambda r: r.headers.add("Content-Disposition", "attachment", filename="é.txt"),
        "status": lambda r: setattr(r, "status", "222 Two"),
        "status_code": lambda r: setattr(r, "status_code", 404),
        "date": lambda r: setattr(r, "date", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)),
        "cache": lambda r: (
            setattr(r.cache_control, "max_age", 60),
            setattr(r.cache_control, "public", True),
        ),
        "etag": lambda r: r.set_etag("tag", weak=True),
        "add_etag": lambda r: r.add_etag(),
        "vary": lambda r: r.vary.update(["A", "b"]),
        "allow": lambda r: r.allow.add("GET"),
        "lang": lambda r: r.content_language.add("ru"),
        "auth": lambda r: r.headers.__setitem__("WWW-Authenticate", "Basic"),
        "location": lambda r: setattr(r, "location", "/é"),
        "csp": lambda r: setattr(r.content_security_policy, "default_src", "'self'"),
        "cors": lambda r: setattr(r, "access_control_allow_origin", "*"),
        "freeze": lambda r: r.freeze(),
        "replace": lambda r: setattr(r, "headers", Headers([("Only", "1")])),
    }

    @app.get("/<deed>")
    def index(deed: str) -> flask.Response:
        response = make_response("body")
        t.attempt(deed, lambda: deeds[deed](response) and None)
        return response

    for deed in deeds:
        t.send(app, f"/{deed}")
        t.send(app, f"/{deed}", "HEAD")


def bodies_of_the_response(t: Trace) -> None:
    """response.response replaced, data set, streams written: lengths are Werkzeug's."""
    app = t.app()
    deeds = {
        "list": lambda r: setattr(r, "response", [b"longer ", b"body"]),
        "str list": lambda r: setattr(r, "response", ["é", "ü"]),
        "str": lambda r: setattr(r, "response", "plain string"),
        "bytes": lambda r: setattr(r, "response", b"by"),
        "tuple": lambda r: setattr(r, "response", (b"t", b"u")),
        "gen": lambda r: setattr(r, "response", (x for x in (b"g", b"h"))),
        "empty": lambda r: setattr(r, "response", []),
        "none": lambda r: setattr(r, "response", None),
        "set_data": lambda r: r.set_data("é"),
        "data": lambda r: setattr(r, "data", b"d"),
        "stream": lambda r: r.stream.write(b"more"),
        "writelines": lambda r: r.stream.writelines([b"1", b"2"]),
        "append": lambda r: r.response.append(b"!"),
        "make_sequence": lambda r: r.make_sequence(),
        "iter_encoded": lambda r: t.note(list(r.iter_encoded())),
        "calculate": lambda r: t.note(r.calculate_content_length()),
        "no auto": lambda r: setattr(r, "automatically_set_content_length", False),
        "ints": lambda r: setattr(r, "response", [1]),
        "file": lambda r: setattr(r, "response", io.BytesIO(b"file\nlines\n")),
        "get_json": lambda r: t.note(r.get_json(silent=True)),
        "big": lambda r: setattr(r, "response", [b"x" * 1000] * 3),
        "direct": lambda r: (
            setattr(r, "direct_passthrough", True),
            setattr(r, "response", [b"dp"]),
        ),
    }

    @app.get("/<deed>")
    def index(deed: str) -> flask.Response:
        response = make_response("body")
        t.attempt(deed, lambda: deeds[deed](response) and None)
        return response

    for deed in deeds:
        t.send(app, f"/{deed}")
        t.send(app, f"/{deed}", "HEAD")


def one_response_returned_twice(t: Trace) -> None:
    """A Response object kept between requests collects headers and cookies, as under Flask."""
    app = t.app()
    kept = flask.Response("kept")
    kept_stream = flask.Response(iter(["a", "b"]))
    app.add_url_rule("/", "index", lambda: kept)
    app.add_url_rule("/stream", "stream", lambda: kept_stream)
    app.add_url_rule("/session", "session", lambda: flask.session.__setitem__("n", 1) or kept)
    app.after_request(lambda r: r.headers.add("X-Count", str(len(r.headers))) or r)
    for path in ("/", "/", "/session", "/session", "/", "/stream", "/stream"):
        t.send(app, path)
    t.note(kept.headers, kept._on_close)


def call_on_close(t: Trace) -> None:
    """call_on_close functions run at close, once, in order, also on HEAD and when the client goes."""
    app = t.app()
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))

    @app.get("/<kind>")
    def index(kind: str) -> flask.Response:
        def pieces() -> object:
            try:
                yield "a"
                yield "b"
            finally:
                t.note("generator closed")

        response = make_response("text" if kind == "text" else pieces())
        for n in (1, 2):
            response.call_on_close(lambda n=n: t.note("closed", n, flask.has_request_context()))
        if kind == "fails":
            response.call_on_close(lambda: 1 / 0)
        return response

    for kind in ("text", "stream", "fails"):
        for method in ("GET", "HEAD"):
            t.send(app, f"/{kind}", method)
        t.send(app, f"/{kind}", take=1)


def call_on_close_from_hooks(t: Trace) -> None:
    """call_on_close from after_request and request_finished works on plain text answers."""
    app = t.app()
    app.add_url_rule("/", "index", lambda: "text")
    app.after_request(lambda r: r.call_on_close(lambda: t.note("closed")) and r)
    t.send(app)
    t.send(app, "/none")


def start_response_refuses(t: Trace) -> None:
    """An error of start_response goes to the server, past handlers, with None for the teardowns."""
    app = t.app()
    app.add_url_rule("/", "index", lambda: "text")
    app.add_url_rule("/stream", "stream", lambda: iter("ab"))
    app.add_url_rule("/boom", "boom", lambda: 1 / 0)
    app.add_url_rule("/session", "session", lambda: flask.session.__setitem__("a", 1) or "-")
    app.register_error_handler(ValueError, lambda e: "never")
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    app.teardown_appcontext(lambda e: t.note("app teardown", error_text(e)))
    t.watch_signals(app, "got-request-exception", "request-finished", "appcontext-popped")
    for path in ("/", "/stream", "/boom", "/none", "/session"):
        t.send(app, path, refuse=ValueError("bad header"))
        t.send(app, path, refuse=SystemExit(1))
        t.send(app, path)


def response_classes_of_ones_own(t: Trace) -> None:
    """A response_class with own defaults, constructor, force_type, __call__ or writers is used."""

    class Loud(flask.Response):
        default_mimetype = "application/x-loud"
        default_status = 299

        def __init__(self, response: object = None, *args: object, **kwargs: object) -> None:
            t.note("made of", type(response).__name__, args, sorted(kwargs.items(), key=str))
            super().__init__(response, *args, **kwargs)

        @classmethod
        def force_type(cls, rv: object, environ: object = None) -> object:
            t.note("force_type", type(rv).__name__)
            if isinstance(rv, set):
                rv = flask.Response(str(rv))
            return super().force_type(rv, environ)

        def __call__(self, environ: object, start_response: object) -> object:
            t.note("called")
            return super().__call__(environ, start_response)

        def get_wsgi_headers(self, environ: object) -> object:
            headers = super().get_wsgi_headers(environ)
            headers["X-Wsgi"] = "1"
            return headers

        def set_cookie(self, *args: object, **kwargs: object) -> None:
            t.note("set_cookie", args[0])
            super().set_cookie(*args, **kwargs)

    class Empty(flask.Response):
        pass

    class Plain(flask.Response):
        default_mimetype = "text/plain"

    for cls in (Loud, Empty, Plain):
        for late in (False, True):
            app = t.app()
            for path, view in {
                "/": lambda: "text",
                "/dict": lambda: {"a": 1},
                "/tuple": lambda: ("t", 201, {"X": "y"}),
                "/stream": lambda: iter("ab"),
                "/boom": lambda: 1 / 0,
                "/redirect": lambda: redirect("/"),
                "/plain": lambda: flask.Response("plain flask"),
                "/session": lambda: flask.session.__setitem__("a", 1) or "s",
                "/set": lambda: {1}.copy() and {1},
                "/jsonify": lambda: jsonify(1),
            }.items():
                app.add_url_rule(path, path.replace(".", ""), view)
            if late:
                t.send(app)
            app.response_class = cls
            for path in (
                "/",
                "/dict",
                "/tuple",
                "/stream",
                "/boom",
                "/redirect",
                "/plain",
                "/session",
                "/jsonify",
                "/none",
                "/static/file.txt",
            ):
                t.send(app, path)
            t.send(app, "/", "OPTIONS")
            t.send(app, "/", "HEAD")


def json_of_every_kind(t: Trace) -> None:
    """jsonify and returned dicts serialize what Flask's provider does, with its options."""
    values = {
        "none": (),
        "one": (1,),
        "two": (1, 2),
        "str": ("é",),
        "date": (datetime.date(2026, 1, 2),),
        "datetime": (datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.UTC),),
        "uuid": (uuid.UUID(int=7),),
        "decimal": (decimal.Decimal("1.20"),),
        "html": (type("H", (), {"__html__": lambda self: "<b>"})(),),
        "markup": (Markup("<i>"),),
        "nested": ({"b": [{"a": (1, 2)}], "a": None},),
        "inf": (float("inf"),),
        "bytes": (b"x",),
        "set": ({1},),
        "dataclass": (__import__("dataclasses").make_dataclass("P", ["x"])(1),),
    }
    app = t.app()
    app.add_url_rule("/<name>", "index", lambda name: jsonify(*values[name]))
    app.add_url_rule("/kw", "kw", lambda: jsonify(b=1, a="é"))
    app.add_url_rule("/both", "both", lambda: jsonify(1, a=2))
    app.add_url_rule("/dict", "dict", lambda: {"b": decimal.Decimal("2.0"), "a": "é<>&"})
    paths = [*(f"/{name}" for name in values), "/kw", "/both", "/dict"]
    for path in paths:
        t.send(app, path)
    for option, value in (
        ("sort_keys", False),
        ("ensure_ascii", False),
        ("compact", True),
        ("compact", False),
        ("mimetype", "application/x-json"),
        ("default", lambda o: f"<{type(o).__name__}>"),
    ):
        setattr(app.json, option, value)
        for path in ("/dict", "/nested", "/set", "/kw"):
            t.send(app, path)
    app.debug = True
    t.send(app, "/dict")


def json_providers_of_ones_own(t: Trace) -> None:
    """A provider set on the class, or on the app late, makes every JSON body and reads every one."""

    class Shout(DefaultJSONProvider):
        def dumps(self, obj: object, **kwargs: object) -> str:
            return super().dumps(obj, **kwargs).upper()

    class Bare(JSONProvider):
        def dumps(self, obj: object, **kwargs: object) -> str:
            return f"bare {obj!r}"

        def loads(self, s: str | bytes, **kwargs: object) -> object:
            return {"bare": s}

    class Responding(DefaultJSONProvider):
        def response(self, *args: object, **kwargs: object) -> flask.Response:
            t.note("response", args, kwargs)
            return flask.Response("mine", 203)

    def visit(app: flask.Flask) -> None:
        for path in ("/dict", "/list", "/jsonify"):
            t.send(app, path)
        t.send(app, "/in", "POST", json={"x": 1})

    for provider in (Shout, Bare, Responding):
        for late in (False, True):
            app = t.app(
                cls=flask.Flask
                if late
                else type("App", (flask.Flask,), {"json_provider_class": provider})
            )
            app.add_url_rule("/dict", "dict", lambda: {"a": 1})
            app.add_url_rule("/list", "list", lambda: [1])
            app.add_url_rule("/jsonify", "jsonify", lambda: jsonify(a=1))
            app.add_url_rule("/in", "in", lambda: repr(request.get_json()), methods=["POST"])
            if late:
                visit(app)
                app.json = provider(app)
            visit(app)


def conditional_responses(t: Trace) -> None:
    """make_conditional, add_etag and freeze answer 304 and 206 as in Werkzeug."""
    app = t.app()

    @app.get("/")
    def index() -> flask.Response:
        response = make_response("0123456789")
        response.add_etag()
        response.last_modified = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        return response.make_conditional(request, accept_ranges=True, complete_length=10)

    tag = t.send(app).header("ETag") or ""
    for headers in (
        {"If-None-Match": tag},
        {"If-None-Match": '"x"'},
        {"If-None-Match": f"W/{tag}"},
        {"If-Match": '"x"'},
        {"Range": "bytes=2-4"},
        {"Range": "bytes=-3"},
        {"Range": "bytes=8-2"},
        {"Range": "bytes=50-"},
        {"Range": "bytes=0-1,3-4"},
        {"Range": "bytes=2-4", "If-Range": tag},
        {"Range": "bytes=2-4", "If-Range": '"no"'},
        {"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"},
        {"If-Modified-Since": "rubbish"},
    ):
        t.send(app, "/", headers=headers)
        t.send(app, "/", "HEAD", headers=headers)


def views_that_use_the_response_api_wrongly(t: Trace) -> None:
    """Wrong uses fail with Flask's words and logs."""
    app = t.app()
    wrongs = {
        "response none": lambda: flask.Response(None),
        "response int": lambda: flask.Response(5),
        "status tuple": lambda: flask.Response("x", (200,)),
        "headers str": lambda: flask.Response("x", headers="X: y"),
        "content type none": lambda: flask.Response("x", content_type=None),
        "content type int": lambda: flask.Response("x", content_type=5),
        "mimetype": lambda: flask.Response("x", mimetype="text/plain"),
        "mimetype xml": lambda: flask.Response("x", mimetype="application/xml"),
        "mimetype json": lambda: flask.Response("x", mimetype="application/json"),
        "direct str": lambda: flask.Response("x", direct_passthrough=True),
        "bytes list": lambda: flask.Response([b"a", b"b"]),
        "str list": lambda: flask.Response(["é", "b"]),
        "mixed list": lambda: flask.Response(["a", b"b"]),
        "status str": lambda: flask.Response("x", "444"),
        "status only text": lambda: flask.Response("x", "Teapot"),
        "empty status": lambda: flask.Response("x", ""),
    }
    app.add_url_rule("/<name>", "index", lambda name: wrongs[name]())
    for name in wrongs:
        t.send(app, f"/{name}")
        t.send(app, f"/{name}", "HEAD")
