"""Request bodies: forms, files, JSON, raw streams, their lengths, limits and failures."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import flask
from flask import request
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.formparser import FormDataParser

from tests.differential.collect import table
from tests.differential.environs import Broken, Dribble, multipart
from tests.differential.trace import Trace, error_text

_FORM = "application/x-www-form-urlencoded"
_PARTS = multipart(
    [
        ('name="a"', b"1"),
        ('name="f"; filename="x.txt"', b"file\r\nbody"),
        ('name="b"', "é".encode()),
    ]
)


def _reads(t: Trace, **options: object) -> flask.Flask:
    """An app whose path says, step by step, how the body is read."""
    app = t.app(**options)
    steps = {
        "form": lambda: dict(request.form.lists()),
        "files": lambda: {
            k: [(f.filename, f.mimetype, f.read()) for f in v] for k, v in request.files.lists()
        },
        "values": lambda: dict(request.values.lists()),
        "data": lambda: request.get_data(),
        "data_nocache": lambda: request.get_data(cache=False),
        "data_parse": lambda: request.get_data(parse_form_data=True),
        "text": lambda: request.get_data(as_text=True),
        "dot_data": lambda: request.data,
        "stream": lambda: request.stream.read(),
        "stream2": lambda: request.stream.read(2),
        "line": lambda: request.stream.readline(),
        "lines": lambda: list(request.stream),
        "input": lambda: request.input_stream.read(3),
        "json": lambda: request.get_json(),
        "silent": lambda: request.get_json(silent=True),
        "force": lambda: request.get_json(force=True),
        "dot_json": lambda: request.json,
        "key": lambda: request.form["missing"],
        "get": lambda: request.form.get("a", type=int),
        "length": lambda: (
            request.content_length,
            request.mimetype,
            request.mimetype_params,
            request.is_json,
            request.content_type,
        ),
        "limits": lambda: (
            request.max_content_length,
            request.max_form_memory_size,
            request.max_form_parts,
        ),
        "max1": lambda: setattr(request, "max_content_length", 1),
        "parts0": lambda: setattr(request, "max_form_parts", 0),
        "memory1": lambda: setattr(request, "max_form_memory_size", 1),
        "types": lambda: (
            type(request.form).__name__,
            type(request.files).__name__,
            type(request.values).__name__,
            type(request.stream).__name__,
        ),
    }

    @app.route("/", methods=["GET", "POST", "PUT", "DELETE"])
    def read() -> str:
        return "\n".join(f"{step}: {steps[step]()!r}" for step in request.args["do"].split(","))

    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    return app


_ORDERS = [
    "form",
    "data,form",
    "form,data",
    "stream,form",
    "form,stream",
    "data_parse,form",
    "values,form,files",
    "json,form",
    "data,json",
    "stream,data",
    "stream2,form",
    "dot_data,form",
    "data_nocache,data",
    "line,stream",
    "types,length",
    "input,data",
    "text,dot_data",
]


@table(_ORDERS)
def reading_in_every_order(t: Trace, order: str) -> None:
    """What was read first decides what is left for the next: form, data, stream, files, JSON."""
    app = _reads(t)
    t.send(app, f"/?do={order}", "POST", form=[("a", "1"), ("a", "2"), ("é", "ü&="), ("b", "")])
    t.send(
        app, f"/?do={order}", "POST", body=_PARTS, content_type="multipart/form-data; boundary=BB"
    )
    t.send(app, f"/?do={order}", "POST", json={"a": 1})
    t.send(app, f"/?do={order}", "POST", body=b"line one\nline two\n", content_type="text/plain")
    t.send(app, f"/?do={order}", "PUT", body=b"a=1")
    t.send(app, f"/?do={order}", "POST")
    t.send(app, f"/?do={order}")


_LENGTHS = [
    None,
    "",
    "0",
    "3",
    "5",
    "11",
    "12",
    "99",
    "-1",
    "+3",
    "x",
    " 3",
    "3 ",
    "3.0",
    "0x3",
    "3_0",
    "003",
    "３",
    "²",
    "1e1",
    "9" * 25,
    "9" * 5000,
    "3,3",
    "\t3",
]


@table(["plain", "terminated", "chunked", "chunked terminated"])
def content_lengths_of_every_kind(t: Trace, kind: str) -> None:
    """Any CONTENT_LENGTH reads what Werkzeug reads: too long, short, signed, not ASCII, not a number."""
    app = _reads(t)
    extra: dict[str, object] = {"wsgi.input_terminated": True} if "terminated" in kind else {}
    if "chunked" in kind:
        extra["HTTP_TRANSFER_ENCODING"] = "chunked"
    for length in _LENGTHS:
        for do in ("form,length", "data", "stream"):
            t.send(
                app,
                f"/?do={do}",
                "POST",
                body=b"a=1&b=2&c=3",
                content_type=_FORM,
                content_length=length,
                extra=extra,
            )


_TYPES = [
    "",
    _FORM,
    _FORM + ";charset=utf-8",
    _FORM + "; charset=latin-1",
    _FORM + " ",
    " " + _FORM,
    _FORM.upper(),
    _FORM + ";",
    _FORM + '; a="b;c"',
    "application/x-url-encoded",
    "text/plain",
    "application/json",
    "application/json; charset=utf-8",
    "application/problem+json",
    "APPLICATION/JSON",
    "application/x+json;",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=BB",
    'multipart/form-data; boundary="BB"',
    "multipart/form-data; boundary=" + "B" * 300,
    "multipart/mixed; boundary=BB",
    "multipart/form-data; boundary=é",
    "nonsense",
    ";",
    "a/b/c",
    "*/*",
    "application/x-www-form-urlencoded, text/plain",
]


def content_types_of_every_kind(t: Trace) -> None:
    """Any content type gives the form, data and JSON that Werkzeug gives."""
    for debug in (False, True):
        app = _reads(t, DEBUG=debug, PROPAGATE_EXCEPTIONS=False)
        for kind in _TYPES:
            for body in (b"a=1&b=%C3%A9", b'{"a": 1}', _PARTS):
                for do in ("form,files,dot_data", "silent,length"):
                    t.send(
                        app,
                        f"/?do={do}",
                        "POST",
                        body=body,
                        content_type=kind.encode().decode("latin-1"),
                    )


_BODIES = [
    b"",
    b"a",
    b"a=",
    b"=a",
    b"=",
    b"&",
    b"&&a=1&&",
    b"a=1;b=2",
    b"a=1&a=2&a",
    b"a=%",
    b"a=%zz",
    b"a=%ff",
    b"a=\xff",
    b"a=%ed%a0%80",
    b"a=%00",
    b"a=1+2%2B3",
    b"a=b=c",
    b"%C3%A9=1",
    "é=ü".encode(),
    b"a\n=\r\n1",
    b"a=%F0%9F%98%80",
    b"a[]=1&a[b]=2",
    b"a=1&b" + b"&c" * 50,
    b"a=" + b"x" * 3000,
    b"%61=%62",
    b"a=%e2%82",
    b"+=+",
    b"a==",
    b"\x00=\x00",
]


def urlencoded_forms(t: Trace) -> None:
    """Every odd urlencoded body, and the same as a query, is parsed as by Werkzeug."""
    app = _reads(t)
    app.add_url_rule(
        "/q",
        "q",
        lambda: (
            f"{dict(request.args.lists())} {request.query_string!r} {request.full_path!r} {request.url!r}"
        ),
    )
    for body in _BODIES:
        t.send(app, "/?do=form,values", "POST", body=body, content_type=_FORM)
        t.send(app, b"/q", query=body)
        t.send(
            app,
            "/?do=form",
            "POST",
            stream=Dribble(body),
            content_length=str(len(body)),
            content_type=_FORM,
        )


def queries(t: Trace) -> None:
    """request.args has Werkzeug's types, getters and errors."""
    app = t.app()

    @app.get("/")
    def index() -> str:
        a = request.args
        t.note(
            type(a).__name__,
            a.get("n", type=int),
            a.get("n", "d", type=int),
            a.getlist("n"),
            a.getlist("n", type=int),
            a.to_dict(),
            list(a.items(multi=True)),
            len(a),
            bool(a),
        )
        t.attempt("immutable", lambda: a.__setitem__("x", 1))
        t.note(
            a is request.args,
            request.values.get("n"),
            "n" in a,
            sorted(a),
            a == {"n": "1"},
            hash(a) == hash(request.args),
        )
        return a["n"]

    for query in ("n=1", "n=1&n=2", "n=x", "n=", "m=1", "", "n=+1", "n=%20", "n=1;n=2"):
        t.send(app, f"/?{query}")


def streams_that_dribble(t: Trace) -> None:
    """A body that comes two bytes at a time is read whole, by every way of reading."""
    app = _reads(t)
    for do in ("form", "data", "stream", "lines", "json", "stream2,stream"):
        for size in (1, 2, 7):
            t.send(
                app,
                f"/?do={do}",
                "POST",
                stream=Dribble(b"a=1&b=2\nc", size),
                content_length="9",
                content_type=_FORM,
            )
            t.send(
                app,
                f"/?do={do}",
                "POST",
                stream=Dribble(b'{"a":\n1 }', size),
                content_length="9",
                content_type="application/json",
            )
            t.send(
                app,
                "/?do=form,files",
                "POST",
                stream=Dribble(_PARTS, size),
                content_length=str(len(_PARTS)),
                content_type="multipart/form-data; boundary=BB",
            )


@table(["OSError", "ConnectionResetError", "ValueError", "EOFError", "short"])
def streams_that_break(t: Trace, kind: str) -> None:
    """A stream that fails or ends early is ClientDisconnected, or passes on, as in Werkzeug."""
    error = {
        "OSError": OSError("gone"),
        "ConnectionResetError": ConnectionResetError("reset"),
        "ValueError": ValueError("closed"),
        "EOFError": EOFError("eof"),
    }.get(kind)
    app = _reads(t)
    t.watch_signals(app, "got-request-exception")
    for do in ("form", "data", "stream", "json", "silent", "stream2,stream"):
        for after in (0, 1, 4):
            body = b"a=1&b=2&c=3"
            stream = Dribble(body[:after], 100) if error is None else Broken(body, after, error)
            for kind_of_body in (_FORM, "application/json", "multipart/form-data; boundary=BB"):
                if not isinstance(stream, io.RawIOBase) or stream.tell():
                    stream = (
                        Dribble(body[:after], 100) if error is None else Broken(body, after, error)
                    )
                t.send(
                    app,
                    f"/?do={do}",
                    "POST",
                    stream=stream,
                    content_length="11",
                    content_type=kind_of_body,
                )


_MULTIPART = {
    "plain": _PARTS,
    "empty": b"",
    "only end": b"--BB--\r\n",
    "no end": _PARTS[:-6],
    "no boundary": b"nothing",
    "preamble": b"pre\r\n" + _PARTS + b"epilogue",
    "lf only": _PARTS.replace(b"\r\n", b"\n"),
    "no name": multipart([("x=1", b"v")]),
    "no disposition": b"--BB\r\nX: y\r\n\r\nv\r\n--BB--\r\n",
    "star name": multipart([("name=\"f\"; filename*=UTF-8''%C3%A9.txt", b"v")]),
    "paths": multipart(
        [
            ('name="f"; filename="../../x"', b"1"),
            ('name="f"; filename="C:\\\\x\\\\y.txt"', b"2"),
            ('name="f"; filename=""', b"3"),
        ]
    ),
    "unicode": multipart([('name="é"; filename="ü.txt"', b"1")]),
    "latin": multipart([('name="a"', b"\xff\xfe")]),
    "charset": b'--BB\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=latin-1\r\n\r\n\xe9\r\n--BB--\r\n',
    "many": multipart([(f'name="f{n}"', b"x") for n in range(30)]),
    "large": multipart([('name="a"', b"x" * 2000)]),
    "boundary in data": multipart([('name="a"', b"\r\n--B\r\n--BBx")]),
    "crlf": multipart([('name="a"', b"\r\n\r\n")]),
    "length part": b'--BB\r\nContent-Disposition: form-data; name="a"\r\nContent-Length: 99\r\n\r\nv\r\n--BB--\r\n',
    "quote": multipart([('name="a\\"b"', b"1"), ("name=c", b"2")]),
}


@table(_MULTIPART)
def multipart_forms(t: Trace, name: str) -> None:
    """Every multipart body gives Werkzeug's fields, files and errors."""
    app = _reads(t)
    for do in ("form,files", "data", "values", "files,stream"):
        t.send(
            app,
            f"/?do={do}",
            "POST",
            body=_MULTIPART[name],
            content_type="multipart/form-data; boundary=BB",
        )
        t.send(
            app,
            f"/?do={do}",
            "POST",
            stream=Dribble(_MULTIPART[name], 5),
            content_length=str(len(_MULTIPART[name])),
            content_type="multipart/form-data; boundary=BB",
        )


def uploaded_files(t: Trace) -> None:
    """FileStorage has its name, headers and stream, saves, and is closed after the request."""
    app = t.app()
    kept: list[object] = []

    @app.post("/")
    def upload() -> str:
        file = request.files["f"]
        kept.append(file)
        target = io.BytesIO()
        file.save(target)
        return f"{file.filename} {file.name} {file.content_type} {file.content_length} {file.headers} {target.getvalue()[:10]!r} {file.stream.closed}"

    for size in (3, 600_000):
        t.send(
            app,
            "/",
            "POST",
            body=multipart([('name="f"; filename="x.bin"', b"z" * size)]),
            content_type="multipart/form-data; boundary=BB",
        )
        t.note(kept[-1].stream.closed)


_LIMITS = {
    "content 5": {"MAX_CONTENT_LENGTH": 5},
    "content 0": {"MAX_CONTENT_LENGTH": 0},
    "content 11": {"MAX_CONTENT_LENGTH": 11},
    "memory 5": {"MAX_FORM_MEMORY_SIZE": 5},
    "memory none": {"MAX_FORM_MEMORY_SIZE": None},
    "parts 1": {"MAX_FORM_PARTS": 1},
    "parts none": {"MAX_FORM_PARTS": None},
    "parts 0": {"MAX_FORM_PARTS": 0},
}


@table(_LIMITS)
def limits_of_the_app(t: Trace, name: str) -> None:
    """MAX_CONTENT_LENGTH, MAX_FORM_MEMORY_SIZE and MAX_FORM_PARTS refuse with 413, early and late."""
    app = _reads(t)
    for late in (False, True):
        if late:
            app.config.update(_LIMITS[name])
        for do in ("form", "data", "stream", "json", "limits", "silent"):
            for extra in ({}, {"wsgi.input_terminated": True}):
                t.send(
                    app, f"/?do={do}", "POST", body=b"a=1&b=2&c=3", content_type=_FORM, extra=extra
                )
                t.send(
                    app,
                    f"/?do={do}",
                    "POST",
                    body=b"a=1&b=2&c=3",
                    content_type=_FORM,
                    content_length=None,
                    extra=extra,
                )
                t.send(
                    app,
                    f"/?do={do}",
                    "POST",
                    body=_PARTS,
                    content_type="multipart/form-data; boundary=BB",
                    extra=extra,
                )


def limits_of_one_request(t: Trace) -> None:
    """Limits set on request count for this request, from then on, and not for the next."""
    app = _reads(t, MAX_CONTENT_LENGTH=100)
    for do in (
        "max1,form",
        "max1,data",
        "max1,stream",
        "data,max1,form",
        "parts0,form",
        "memory1,form",
        "max1,limits",
        "form,max1,data",
        "limits",
    ):
        for body, kind in (
            (b"a=1&b=2", _FORM),
            (_PARTS[:90], "multipart/form-data; boundary=BB"),
            (b"x" * 200, _FORM),
        ):
            t.send(app, f"/?do={do}", "POST", body=body, content_type=kind)


_JSON = [
    b"{}",
    b"[1]",
    b"null",
    b"3",
    b'"x"',
    b"",
    b"{",
    b"{'a':1}",
    b'{"a":1,"a":2}',
    b"NaN",
    b"[1,]",
    b'{"a":"\\ud800"}',
    b'"\xff"',
    '"é"'.encode(),
    b"\xef\xbb\xbf{}",
    '{"a":1}'.encode("utf-16"),
    '{"a":1}'.encode("utf-32-le"),
    b"[" * 2000,
    b"9" * 4500,
    b"1e999",
    b" {} ",
    b"{}{}",
    b"true",
    b"\x00",
    b'{"a":1.10}',
    b"[" * 60 + b"]" * 60,
]


def json_bodies(t: Trace) -> None:
    """Every odd JSON body is read, refused with 400 or, silently, None, as in Flask."""
    for debug in (False, True):
        app = _reads(t, DEBUG=debug, PROPAGATE_EXCEPTIONS=False)
        for body in _JSON:
            for do in ("json", "silent,dot_data", "dot_json,json"):
                t.send(app, f"/?do={do}", "POST", body=body, content_type="application/json")
        for kind in ("text/json", "", "application/vnd.api+json"):
            for do in ("json", "force", "silent", "dot_json"):
                t.send(app, f"/?do={do}", "POST", body=b'{"a": 1}', content_type=kind)


def json_hooks_of_a_request_class(t: Trace) -> None:
    """on_json_loading_failed, json_module and form_data_parser_class of a subclass are used."""
    from werkzeug.formparser import FormDataParser

    class Parser(FormDataParser):
        def parse(self, *args: object, **kwargs: object) -> object:
            t.note("own parser", args[1:])
            return super().parse(*args, **kwargs)

    class Own(flask.Request):
        form_data_parser_class = Parser

        def on_json_loading_failed(self, e: Exception | None) -> object:
            return f"failed {type(e).__name__}"

        @property
        def want_form_data_parsed(self) -> bool:
            t.note("want_form_data_parsed")
            return True

        def _get_file_stream(self, *args: object, **kwargs: object) -> io.BytesIO:
            t.note("file stream", args, sorted(kwargs.items(), key=str))
            return io.BytesIO()

    app = _reads(t)
    app.request_class = Own
    for do in ("json", "form,files", "data,form", "values"):
        t.send(app, f"/?do={do}", "POST", body=b"{", content_type="application/json")
        t.send(app, f"/?do={do}", "POST", form={"a": "1"})
        t.send(
            app, f"/?do={do}", "POST", body=_PARTS, content_type="multipart/form-data; boundary=BB"
        )
        t.send(app, f"/?do={do}")


def debug_set_late(t: Trace) -> None:
    """DEBUG set after requests makes a missing file of a plain form explain itself."""
    app = t.app(PROPAGATE_EXCEPTIONS=False)
    app.add_url_rule("/", "index", lambda: request.files["f"].filename, methods=["POST"])
    app.add_url_rule("/form", "form", lambda: request.form["f"], methods=["POST"])
    for debug in (False, True, False):
        app.debug = debug
        for path in ("/", "/form"):
            t.send(app, path, "POST", form={"f": "x.txt"})
            t.send(app, path, "POST", body=_PARTS, content_type="multipart/form-data; boundary=BB")


def bodies_of_methods_without_one(t: Trace) -> None:
    """GET, HEAD and DELETE may carry bodies; views that do not read leave them on the wire."""
    app = _reads(t)
    app.add_url_rule("/ignore", "ignore", lambda: "ignored", methods=["GET", "POST", "DELETE"])
    for method in ("GET", "DELETE", "HEAD", "POST"):
        t.send(app, "/?do=form,length", method, form={"a": "1"})
        t.send(app, "/ignore", method, form={"a": "1"})
        t.send(app, "/none", method, form={"a": "1"})


def forms_in_hooks_and_errors(t: Trace) -> None:
    """A form read in before_request, and again in the view, handler and teardown, is the same."""
    app = t.app()
    app.before_request(lambda: t.note("before", dict(request.form)))
    app.teardown_request(lambda e: t.note("teardown", dict(request.form)))
    app.add_url_rule("/", "index", lambda: request.form["a"], methods=["POST"])
    app.register_error_handler(
        400, lambda e: (f"{e.description} {e.args} {dict(request.form)}", 400)
    )
    for form in ({"a": "1"}, {"b": "2"}, {}):
        t.send(app, "/", "POST", form=form)


def environ_without_an_input(t: Trace) -> None:
    """A server that passes no CONTENT_LENGTH, no type or an empty method is answered as by Flask."""
    app = _reads(t)
    for drop in (
        ["CONTENT_TYPE"],
        ["CONTENT_LENGTH"],
        ["CONTENT_TYPE", "CONTENT_LENGTH"],
        ["REQUEST_METHOD"],
        ["QUERY_STRING"],
        ["SCRIPT_NAME"],
        ["REMOTE_ADDR"],
        ["wsgi.url_scheme"],
        ["SERVER_PROTOCOL"],
    ):
        t.attempt(
            str(drop),
            lambda drop=drop: (
                t.send(app, "/?do=form,data,length", "POST", form={"a": "1"}, drop=drop).status
            ),
        )
        t.attempt(str(drop), lambda drop=drop: t.send(app, "/?do=form", drop=drop).status)


def _own_environ() -> dict[str, object]:
    own = io.BytesIO(b"own=1")
    return {"wsgi.input": own, "CONTENT_LENGTH": "5", "CONTENT_TYPE": _FORM, "HTTP_X_OWN": "1"}


_REPLACED: dict[str, Callable[[], object]] = {
    "headers": lambda: setattr(request, "headers", Headers({"Content-Type": "application/json"})),
    "length": lambda: setattr(request, "headers", Headers({"Content-Length": "2"})),
    "environ": lambda: setattr(request, "environ", _own_environ()),
    "environ touched": lambda: (request.environ, setattr(request, "environ", _own_environ())),
    "environ emptied": lambda: request.environ.clear(),
    "parser": lambda: setattr(request, "form_data_parser_class", _Parser),
    "read": lambda: (request.form, setattr(request, "headers", Headers({"Content-Length": "9"}))),
    "length known": lambda: (
        request.content_length,
        setattr(request, "headers", Headers({"Content-Length": "9", "Content-Type": _FORM})),
    ),
    "type known": lambda: (request.mimetype, setattr(request, "headers", Headers())),
    "type known, another": lambda: (
        request.is_json,
        request.environ.update(CONTENT_TYPE=_FORM),
    ),
    "another environ": lambda: setattr(request, "environ", {}),
}


class _Parser(FormDataParser):
    """Has its own parser of urlencoded forms."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        stream, form, files = super().parse(*args, **kwargs)
        return stream, MultiDict(own=form), files


class _Eager(flask.Request):
    """Makes everything at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


@table(_REPLACED)
def headers_and_environs_of_hooks(t: Trace, kind: str) -> None:
    """A body is read by the headers and the environ that a hook has put in their place."""
    for cls in (flask.Request, _Eager):
        app = _reads(t)
        app.request_class = cls
        app.before_request(lambda: (_REPLACED[kind](), None)[1])
        app.after_request(lambda r: t.note(dict(request.headers), request.mimetype) or r)
        for read in ("form", "data", "json", "silent", "dot_data", "length"):
            t.send(app, f"/?do={read}", "POST", form={"a": "1", "b": "2"})
            t.send(app, f"/?do={read}", "POST", body=b'{"a": 1}', content_type="application/json")
