"""Streams: chunks, contexts inside, clients that leave, and what is left behind."""

from __future__ import annotations

import flask
from flask import (
    g,
    has_request_context,
    request,
    session,
    stream_template,
    stream_template_string,
    stream_with_context,
)

from tests.differential.collect import table
from tests.differential.trace import Trace, error_text


def _app(t: Trace) -> flask.Flask:
    app = t.app()
    app.teardown_request(lambda e: t.note("teardown_request", error_text(e), request.path))
    app.teardown_appcontext(lambda e: t.note("teardown_appcontext", error_text(e)))
    return app


def chunks_keep_their_boundaries(t: Trace) -> None:
    """Each piece that a view yields is one chunk, empty ones too, text encoded."""
    app = _app(t)
    bodies = [
        ["a", "b"],
        [b"a", "é", b""],
        [""],
        [],
        ["x" * 10_000] * 3,
        ["a", "", "b"],
        [bytearray(b"ba"), b"x"],
    ]
    app.add_url_rule("/iter/<int:n>", "iter", lambda n: iter(bodies[n]))
    app.add_url_rule("/gen/<int:n>", "gen", lambda n: (x for x in bodies[n]))
    app.add_url_rule("/list/<int:n>", "list", lambda n: flask.Response(bodies[n]))
    app.add_url_rule(
        "/response/<int:n>",
        "response",
        lambda n: flask.Response((x for x in bodies[n]), mimetype="text/csv"),
    )
    for kind in ("iter", "gen", "list", "response"):
        for n in range(len(bodies)):
            for method in ("GET", "HEAD"):
                t.send(app, f"/{kind}/{n}", method)


def a_plain_generator_has_no_context(t: Trace) -> None:
    """A generator without stream_with_context runs after the contexts are gone."""
    app = _app(t)

    @app.get("/")
    def index() -> object:
        def pieces() -> object:
            yield str(has_request_context())
            yield request.path

        return pieces()

    t.send(app)


@table(["function", "generator", "decorator", "nested", "twice"])
def stream_with_context_keeps_the_request(t: Trace, kind: str) -> None:
    """Inside stream_with_context request, session and g are there; teardown runs again at the end."""
    app = _app(t)

    @app.get("/")
    def index() -> object:
        g.x = "g"
        session["n"] = session.get("n", 0) + 1

        def pieces() -> object:
            yield f"{request.args['q']} "
            yield f"{dict(session)} {g.get('x')} "
            session["late"] = 1
            yield flask.url_for("index")

        if kind == "function":
            return stream_with_context(pieces)()
        if kind == "generator":
            return stream_with_context(pieces())
        if kind == "decorator":
            return flask.Response(stream_with_context(pieces()), 202)
        if kind == "nested":
            return stream_with_context(x.upper() for x in stream_with_context(pieces()))
        first = "".join(stream_with_context(pieces()))
        return stream_with_context(x for x in [first, *pieces()])

    for path in ("/?q=1", "/?q=2", "/"):
        t.send(app, path)
    t.send(app, "/?q=3", "HEAD")


@table(["0", "1", "2"])
def a_client_that_leaves(t: Trace, take: str) -> None:
    """A stream closed early closes its generator, runs its teardowns and leaves nothing pushed."""
    app = _app(t)

    @app.get("/<kind>")
    def index(kind: str) -> object:
        def pieces() -> object:
            try:
                for n in range(3):
                    t.note("yield", n, has_request_context())
                    yield str(n)
            except GeneratorExit:
                t.note("GeneratorExit", has_request_context())
                raise
            finally:
                t.note("finally")

        return stream_with_context(pieces()) if kind == "context" else pieces()

    for kind in ("context", "plain"):
        t.send(app, f"/{kind}", take=int(take))
        t.send(app, f"/{kind}")
        t.send(app, f"/{kind}", "HEAD", take=int(take))


def errors_in_streams(t: Trace) -> None:
    """An error before the first chunk, between chunks, or in the closing reaches the server."""
    app = _app(t)

    @app.get("/<kind>/<int:n>")
    def index(kind: str, n: int) -> object:
        def pieces() -> object:
            for i in range(3):
                if i == n:
                    raise LookupError(f"at {i}")
                yield str(i)

        return stream_with_context(pieces()) if kind == "context" else pieces()

    t.watch_signals(app, "got-request-exception")
    for kind in ("context", "plain"):
        for n in range(4):
            t.send(app, f"/{kind}/{n}")


def stream_with_context_outside(t: Trace) -> None:
    """Outside of a request stream_with_context says so when it is called, or iterated."""
    t.attempt("outside", lambda: list(stream_with_context(iter("ab"))))
    app = _app(t)
    with app.app_context():
        t.attempt("app context", lambda: list(stream_with_context(iter("ab"))))
    with app.test_request_context("/x"):
        t.attempt("request", lambda: list(stream_with_context(request.path for _ in "ab")))


def templates_in_streams(t: Trace) -> None:
    """stream_template sends pieces as Jinja makes them, with signals and contexts, of Jinja's types."""
    app = _app(t)
    t.watch_signals(app, "template-rendered", "before-render-template")
    source = "<p>{{ x }}</p>{% for n in range(3) %}<i>{{ n }}{{ request.path }}{{ session.a }}</i>{% endfor %}"
    app.add_url_rule("/string", "string", lambda: stream_template_string(source, x="<é>"))
    app.add_url_rule("/file", "file", lambda: stream_template("page.html", items=["<a>", "b"]))
    app.add_url_rule(
        "/fails", "fails", lambda: stream_template_string("a{{ x }}b{{ 1 // 0 }}c", x=1)
    )
    app.add_url_rule(
        "/types",
        "types",
        lambda: repr([(type(x).__name__, x) for x in stream_template_string(source, x="<")]),
    )
    app.add_url_rule(
        "/generate",
        "generate",
        lambda: repr(
            [(type(x).__name__, x) for x in app.jinja_env.from_string(source).generate(x="<")]
        ),
    )
    app.add_url_rule("/stream", "stream", lambda: app.jinja_env.from_string(source).stream(x="<"))
    for path in ("/string", "/file", "/fails", "/types", "/generate", "/stream"):
        t.send(app, path)
        t.send(app, path, take=1)


def streams_and_cookies(t: Trace) -> None:
    """Session changes inside a stream come too late for Set-Cookie, also with flashes."""
    app = _app(t)

    @app.get("/")
    def index() -> object:
        def pieces() -> object:
            session["inside"] = 1
            flask.flash("late")
            yield "x"

        return stream_with_context(pieces())

    browser = t.browser(app)
    for _ in range(2):
        browser.send()


def streamed_requests_and_answers(t: Trace) -> None:
    """A body may be read while the answer streams, inside the context."""
    app = _app(t)

    @app.post("/")
    def index() -> object:
        return stream_with_context(line.upper() for line in request.stream)

    t.send(app, "/", "POST", body=b"one\ntwo\nthree")
    t.send(app, "/", "POST", body=b"one\ntwo\nthree", take=1)


def write_callables(t: Trace) -> None:
    """A WSGI app in a view that uses write() is turned into a response as Werkzeug does."""

    def writes(environ: dict[str, object], start_response: object) -> list[bytes]:
        write = start_response("200 OK", [("X-W", "1")])
        write(b"written ")
        return [b"returned"]

    def late(environ: dict[str, object], start_response: object) -> object:
        yield b""
        start_response("201 LATE", [])
        yield b"late"

    app = _app(t)
    app.add_url_rule("/writes", "writes", lambda: writes)
    app.add_url_rule("/late", "late", lambda: late)
    for path in ("/writes", "/late"):
        t.send(app, path)


def hooks_on_streams(t: Trace) -> None:
    """after_request sees a stream as streamed, and may read it whole or wrap it."""
    app = _app(t)
    app.add_url_rule("/", "index", lambda: iter(["a", "b"]))

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        t.note(response.is_streamed, response.content_length, response.is_sequence)
        if "read" in request.args:
            t.note(response.get_data(), response.is_streamed, response.content_length)
        if "wrap" in request.args:
            inner = response.response
            response.response = (x.upper() for x in inner)
        return response

    for path in ("/", "/?read=1", "/?wrap=1", "/?read=1&wrap=1"):
        t.send(app, path)
