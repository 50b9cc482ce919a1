"""Error handlers, aborts, logging, propagation and the debug switches."""

from __future__ import annotations

import logging

import flask
from flask import Blueprint, abort, request
from werkzeug.exceptions import (
    BadRequest,
    BadRequestKeyError,
    Conflict,
    Forbidden,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
)
from werkzeug.wrappers import Response as BaseResponse

from tests.differential.collect import table
from tests.differential.trace import Trace, error_text


class _Base(Exception):
    pass


class _Child(_Base):
    pass


class _Teapot(HTTPException):
    code = 418
    description = "short and <stout>"


class _SubForbidden(Forbidden):
    description = "sub"


def _throw(error: Exception) -> None:
    raise error


_ERRORS = {
    "base": lambda: _Base("b"),
    "child": lambda: _Child("c"),
    "value": lambda: ValueError("v"),
    "key": lambda: KeyError("k"),
    "os": lambda: OSError(5, "io"),
    "404": NotFound,
    "403": Forbidden,
    "sub": _SubForbidden,
    "teapot": _Teapot,
    "500": InternalServerError,
    "badkey": lambda: BadRequestKeyError("field"),
    "400": BadRequest,
    "405": lambda: MethodNotAllowed(["GET", "PUT"]),
    "401": lambda: Unauthorized("who?"),
    "429": lambda: TooManyRequests(retry_after=7),
    "413": RequestEntityTooLarge,
    "503": lambda: ServiceUnavailable("soon"),
    "response": lambda: NotFound(response=BaseResponse("given", 410)),
    "no code": HTTPException,
    "bare": lambda: Exception(),
    "original": lambda: InternalServerError(original_exception=ValueError("inner")),
    "unicode": lambda: Conflict("é <b>"),
}


def _raising(t: Trace, **options: object) -> flask.Flask:
    app = t.app(**options)

    @app.get("/<name>")
    def view(name: str) -> str:
        raise _ERRORS[name]()

    bp = Blueprint("bp", __name__, url_prefix="/bp")
    bp.add_url_rule("/<name>", "view", view)
    child = Blueprint("child", __name__, url_prefix="/child")
    child.add_url_rule("/<name>", "view", view)
    app.extensions["bps"] = (bp, child)
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    return app


def _register(app: flask.Flask) -> None:
    bp, child = app.extensions["bps"]
    bp.register_blueprint(child)
    app.register_blueprint(bp)


def errors_without_handlers(t: Trace) -> None:
    """Each exception becomes Flask's own page, log line and teardown argument."""
    app = _raising(t)
    t.watch_signals(app, "got-request-exception")
    app.after_request(lambda r: t.note("after", r.status, r.is_streamed, type(r).__name__) or r)
    for name in _ERRORS:
        for method in ("GET", "HEAD"):
            t.send(app, f"/{name}", method)


_HANDLERS = {
    "by class": {None: [_Base, ValueError, LookupError]},
    "by child and base": {None: [_Child, _Base]},
    "by code": {None: [404, 403, 500, 418, 400]},
    "by http class": {None: [NotFound, Forbidden, HTTPException]},
    "by exception": {None: [Exception]},
    "exception and code": {None: [Exception, 404, 500]},
    "by 500 class": {None: [InternalServerError]},
    "bp against app": {None: [404, _Base], "bp": [_Child, HTTPException, ValueError]},
    "child against bp": {"bp": [404, Exception], "child": [NotFound, _Base]},
    "sub": {None: [403], "bp": [_SubForbidden], "child": [HTTPException]},
    "bad key": {None: [BadRequestKeyError, KeyError], "bp": [400]},
}


@table(_HANDLERS)
def the_most_fitting_handler(t: Trace, name: str) -> None:
    """Code before class, blueprint before app, nearest class first: the handler Flask would call."""
    app = _raising(t)
    bp, child = app.extensions["bps"]
    owners = {None: app, "bp": bp, "child": child}
    for owner, keys in _HANDLERS[name].items():
        for key in keys:
            label = f"{owner} {getattr(key, '__name__', key)}"

            def handle(error: Exception, label: str = label) -> tuple[str, int]:
                original = getattr(error, "original_exception", None)
                return f"{label}: {error_text(error)} {original!r}", getattr(
                    error, "code", None
                ) or 500

            owners[owner].register_error_handler(key, handle)
    _register(app)
    for path in ("", "/bp", "/bp/child"):
        for error in (
            "base",
            "child",
            "value",
            "404",
            "403",
            "sub",
            "teapot",
            "500",
            "badkey",
            "400",
            "bare",
            "no code",
        ):
            t.send(app, f"{path}/{error}")
        t.send(app, f"{path}/not/there/at/all")
        t.send(app, f"{path}/404", "PUT")


@table(
    [
        "text",
        "tuple",
        "dict",
        "response",
        "none",
        "raises",
        "raises http",
        "error itself",
        "other error",
        "stream",
    ]
)
def what_handlers_return(t: Trace, kind: str) -> None:
    """A handler may return any view value; one that fails itself ends as Flask ends it."""
    app = _raising(t)

    def handle(error: Exception) -> object:
        if kind == "raises":
            raise RuntimeError("in handler") from error
        if kind == "raises http":
            abort(409)
        return {
            "text": "text",
            "tuple": ("t", 444, {"X-A": "b"}),
            "dict": {"error": str(error)},
            "response": flask.Response("r", 222),
            "none": None,
            "error itself": error,
            "other error": NotFound("other"),
            "stream": iter(["a", "b"]),
        }[kind]

    for key in (404, _Base, 500):
        app.register_error_handler(key, handle)
    t.watch_signals(app, "got-request-exception", "request-finished")
    for name in ("404", "base", "value", "500"):
        t.send(app, f"/{name}")
    t.send(app, "/a/b")


_SWITCHES = {
    "plain": {},
    "testing": {"TESTING": True},
    "debug": {"DEBUG": True},
    "propagate": {"PROPAGATE_EXCEPTIONS": True},
    "no propagate testing": {"PROPAGATE_EXCEPTIONS": False, "TESTING": True},
    "trap http": {"TRAP_HTTP_EXCEPTIONS": True},
    "trap http testing": {"TRAP_HTTP_EXCEPTIONS": True, "TESTING": True},
    "trap bad": {"TRAP_BAD_REQUEST_ERRORS": True},
    "trap bad debug": {"TRAP_BAD_REQUEST_ERRORS": True, "DEBUG": True},
    "trap bad off": {
        "TRAP_BAD_REQUEST_ERRORS": False,
        "DEBUG": True,
        "PROPAGATE_EXCEPTIONS": False,
    },
    "debug no propagate": {"DEBUG": True, "PROPAGATE_EXCEPTIONS": False},
}


@table(_SWITCHES)
def switches(t: Trace, name: str) -> None:
    """TESTING, DEBUG, PROPAGATE_ and TRAP_ switches, early and late, decide what escapes."""
    for late in (False, True):
        for handlers in (False, True):
            app = _raising(t)
            app.add_url_rule("/form", "form", lambda: request.form["missing"], methods=["POST"])
            app.add_url_rule("/args", "args", lambda: request.args["missing"])
            app.add_url_rule("/dir/", "dir", lambda: "d")
            if handlers:
                app.register_error_handler(Exception, lambda e: (f"caught {error_text(e)}", 500))
                app.register_error_handler(KeyError, lambda e: (f"key {error_text(e)}", 500))
            if late:
                t.send(app, "/value")
            app.config.update(_SWITCHES[name])
            for path in ("/value", "/404", "/badkey", "/500", "/args", "/a/b", "/dir"):
                t.send(app, path)
            t.send(app, "/form", "POST", form={"a": "b"})
            t.send(app, "/404", "POST")


def errors_are_logged(t: Trace) -> None:
    """Exceptions are logged by the app's logger, through log_exception, with path and method."""
    app = _raising(t)
    for path, method in (("/value", "GET"), ("/value?q=1", "HEAD"), ("/404", "GET")):
        t.send(app, path, method)
    app.log_exception = lambda info: t.note("log_exception", info[0].__name__)  # type: ignore[method-assign]
    t.send(app, "/value")


def the_default_log_goes_to_the_server(t: Trace) -> None:
    """With no logging set up, the record goes to the request's wsgi.errors."""
    root = logging.getLogger()
    root.handlers.clear()
    app = _raising(t)
    t.send(app, "/value")
    t.send(app, "/key")


@table(
    ["code", "exception", "response", "message", "unknown", "wsgi app", "own aborter", "mapping"]
)
def aborts(t: Trace, kind: str) -> None:
    """abort takes codes, exceptions, responses and messages, and app.aborter decides."""
    app = t.app()
    if kind == "own aborter":
        app.aborter.mapping[777] = _Teapot

    @app.get("/")
    def view() -> None:
        choices = {
            "code": (404,),
            "exception": (_Teapot(),),
            "response": (flask.Response("given", 299),),
            "message": (403, "no <entry>"),
            "unknown": (799,),
            "wsgi app": (BaseResponse("wsgi", 298),),
            "own aborter": (777,),
            "mapping": (418, "x"),
        }
        abort(*choices[kind])

    t.send(app)
    app.aborter = lambda *a, **k: (_ for _ in ()).throw(ValueError(f"own {a} {k}"))
    t.send(app)


def an_error_while_handling_an_error(t: Trace) -> None:
    """after_request and signals that fail while an error is handled are logged and skipped."""
    app = _raising(t)
    fail: list[bool] = [True]

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        t.note("after", response.status)
        if fail:
            raise LookupError("in after")
        return response

    app.register_error_handler(LookupError, lambda e: (f"lookup {e}", 500))
    app.add_url_rule("/", "index", lambda: "fine")
    for path in ("/", "/value", "/404", "/", "/x/y"):
        t.send(app, path)
    fail.clear()
    t.send(app)


def an_after_request_that_returns_nothing(t: Trace) -> None:
    """An after_request that returns None fails outside of error handling, as in Flask."""
    app = _raising(t)
    app.after_request(lambda response: None)
    app.add_url_rule("/", "index", lambda: "fine")
    app.register_error_handler(Exception, lambda e: "handled")
    t.watch_signals(app, "got-request-exception", "request-finished")
    for path in ("/", "/value", "/404", "/nowhere/x"):
        t.send(app, path)


def an_after_request_that_returns_other_things(t: Trace) -> None:
    """after_request results that are not Responses go to the server as they are."""
    results: list[object] = [
        "text",
        BaseResponse("base"),
        lambda e, s: [b"wsgi", s("200 OK", [])][:1],
        3,
        NotFound(),
    ]
    app = t.app()
    app.add_url_rule("/", "index", lambda: "fine")
    app.after_request(lambda response: results[0])
    while results:
        t.send(app)
        results.pop(0)


def should_ignore_error(t: Trace) -> None:
    """should_ignore_error of a subclass hides the error from teardowns only."""
    app = _raising(
        t,
        cls=type(
            "App",
            (flask.Flask,),
            {
                "should_ignore_error": lambda self, e: (
                    t.note("asked", error_text(e)) or isinstance(e, ValueError)
                )
            },
        ),
    )
    for path in ("/value", "/base", "/404"):
        t.send(app, path)


def exceptions_in_the_stream(t: Trace) -> None:
    """An error in a generator reaches the server after the contexts are gone."""
    app = t.app()
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    app.register_error_handler(Exception, lambda e: "never")

    @app.get("/<int:n>")
    def view(n: int) -> object:
        def pieces() -> object:
            for i in range(n):
                yield str(i)
            raise OSError("in stream")

        return pieces()

    for n in (0, 1, 2):
        t.send(app, f"/{n}")


def custom_codes_and_pages(t: Trace) -> None:
    """get_body, get_headers and get_response of HTTPException subclasses are used."""

    class Json(HTTPException):
        code = 422

        def get_body(self, environ: object = None, scope: object = None) -> str:
            return f'{{"path": "{(environ or {}).get("PATH_INFO")}"}}'

        def get_headers(
            self, environ: object = None, scope: object = None
        ) -> list[tuple[str, str]]:
            return [("Content-Type", "application/problem+json"), ("X-Problem", "1")]

    class Whole(HTTPException):
        code = 423

        def get_response(self, environ: object = None, scope: object = None) -> BaseResponse:
            return BaseResponse("whole", 207)

    app = t.app()
    app.add_url_rule("/json", "json", lambda: _throw(Json()))
    app.add_url_rule("/whole", "whole", lambda: _throw(Whole()))
    app.add_url_rule("/returned", "returned", lambda: Json())
    app.add_url_rule("/tuple", "tuple", lambda: (NotFound(), 201, {"X": "y"}))
    app.add_url_rule("/class", "class", lambda: NotFound)
    app.after_request(lambda r: t.note(r.is_streamed, r.headers) or r)
    for path in ("/json", "/whole", "/returned", "/tuple", "/class"):
        t.send(app, path)
        t.send(app, path, "HEAD")


def errors_see_the_request(t: Trace) -> None:
    """Handlers have request, session, g, url_for and blueprint name at hand."""
    app = _raising(t)

    def handle(error: Exception) -> str:
        flask.g.n = flask.g.get("n", 0) + 1
        flask.session["failed"] = request.path
        return f"{request.endpoint} {request.blueprint} {request.view_args} {flask.url_for('view', name='x')} {flask.g.n}"

    app.register_error_handler(Exception, handle)
    _register(app)
    for path in ("/value", "/bp/value", "/bp/child/404", "/none/x", "/bp/none/x"):
        t.send(app, path)
        t.send(app, path, "POST")


def a_refusal_raised_amid_another_error(t: Trace) -> None:
    """What routing refuses with hides the error that it is raised amid."""
    app = t.app()

    @app.before_request
    def refuse() -> None:
        try:
            _throw(KeyError("first"))
        except KeyError:
            error = request.routing_exception
            if error is not None:
                t.note(error_text(error), error.__suppress_context__, error.__cause__)
                raise error  # noqa: B904 (as careless code does)

    app.add_url_rule("/", "index", lambda: "home")
    app.add_url_rule("/shop/", "shop", lambda: "shop")
    app.add_url_rule("/page/<int:page>", "page", lambda page: str(page))
    app.add_url_rule("/first", "page", defaults={"page": 1}, alias=True)
    app.add_url_rule("/moved", "moved", redirect_to="/shop/")
    for path in ("/", "/none", "/shop", "/page/x", "/first", "/moved"):
        t.send(app, path)
        t.send(app, path, "POST")
