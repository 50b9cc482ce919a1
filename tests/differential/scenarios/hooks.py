"""Hooks of the app and of blueprints: their order, their answers and their failures."""

from __future__ import annotations

import contextvars
from collections.abc import Callable

import flask
from flask import Blueprint, after_this_request, g, request, session
from werkzeug.datastructures import Headers

from tests.differential.collect import table
from tests.differential.trace import Trace, error_text


def _noting(t: Trace, app: flask.Flask) -> None:
    """Every kind of hook, each noting its turn."""
    app.url_value_preprocessor(lambda endpoint, values: t.note("preprocess", endpoint, values))
    app.before_request(lambda: t.note("before", request.endpoint, request.path))
    app.teardown_request(lambda error: t.note("teardown_request", error_text(error)))
    app.teardown_appcontext(lambda error: t.note("teardown_appcontext", error_text(error)))

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        t.note("after", response.status, response.is_streamed)
        response.headers["X-After"] = request.endpoint or "none"
        return response


_CHANGES: dict[str, Callable[[flask.Response], object]] = {
    "nothing": lambda response: None,
    "a header more": lambda response: response.headers.add("X-More", "1"),
    "a header less": lambda response: response.headers.remove("Content-Length"),
    "a header in place of another": lambda response: response.headers.set("Content-Type", "a/b"),
    "the same headers again": lambda response: response.headers.extend([*response.headers]),
    "other headers": lambda response: setattr(response, "headers", Headers({"X-Own": "1"})),
    "the body": lambda response: response.set_data(b"other"),
    "a piece of the body": lambda response: response.response.append(b"more"),
    "the same text in pieces": lambda response: setattr(response, "response", [b"pa", b"ge"]),
    "a stream": lambda response: setattr(response, "response", iter([b"page"])),
    "the status": lambda response: setattr(response, "status", "299 Odd"),
    "the status to one without a body": lambda response: setattr(response, "status_code", 304),
    "the code alone": lambda response: setattr(response, "_status_code", 204),
    "passing through": lambda response: setattr(response, "direct_passthrough", True),
    "an attribute of its own": lambda response: setattr(response, "get_wsgi_headers", _own_headers),
    "a cookie": lambda response: response.set_cookie("seen", "yes"),
    "vary": lambda response: response.vary.add("Accept"),
    "an etag": lambda response: response.add_etag(),
}


def _own_headers(environ: object) -> Headers:
    return Headers({"X-Made": "by itself"})


@table(_CHANGES)
def what_a_hook_does_to_a_page(t: Trace, change: str) -> None:
    """A hook may do anything to the response of a page; who keeps it finds there what was sent."""
    app = t.app()
    app.secret_key = "a key of more than thirty-two characters"
    kept: list[flask.Response] = []

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        kept.append(response)
        _CHANGES[change](response)
        if request.args.get("close"):
            response.call_on_close(lambda: t.note("closed"))
        return response

    @app.teardown_request
    def teardown(error: BaseException | None) -> None:
        t.note("kept", kept[-1].status, [*kept[-1].headers])

    app.add_url_rule("/", "index", lambda: "page")
    app.add_url_rule("/read", "read", lambda: f"page {session.get('user')}")
    app.add_url_rule("/write", "write", lambda: session.update(user="ada") or "page")
    browser = t.browser(app)
    for path in ("/", "/read", "/write", "/", "/read", "/?close=1", "/read?close=1"):
        browser.send(path)
    browser.send("/read", "HEAD")


def a_hook_that_connects_a_receiver(t: Trace) -> None:
    """A receiver of request_finished that a hook connects hears of this very request."""
    app = t.app()
    app.secret_key = "a key of more than thirty-two characters"

    def seen(sender: flask.Flask, response: flask.Response) -> None:
        t.note("finished", response.status, [*response.headers])
        flask.request_finished.disconnect(seen, app)

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        flask.request_finished.connect(seen, app)
        return response

    app.add_url_rule("/", "index", lambda: "page")
    app.add_url_rule("/write", "write", lambda: session.update(user="ada") or "page")
    for path in ("/", "/write", "/"):
        t.send(app, path)


def a_hook_that_changes_the_app(t: Trace) -> None:
    """What a hook sets on the app counts for the rest of this request."""
    app = t.app()
    app.secret_key = "a key of more than thirty-two characters"

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        app.config["SESSION_COOKIE_NAME"] = f"name{request.args['n']}"
        return response

    app.add_url_rule("/", "index", lambda: session.update(user="ada") or "page")
    for number in range(3):
        t.send(app, f"/?n={number}")


def the_order_of_everything(t: Trace) -> None:
    """Hooks, view, teardowns, start_response and chunks come in Flask's order."""
    app = t.app(PROPAGATE_EXCEPTIONS=True)
    _noting(t, app)
    t.watch_signals(app)

    @app.get("/")
    def index() -> str:
        t.note("view")
        return "hello"

    @app.get("/stream")
    def stream() -> object:
        def pieces() -> object:
            for piece in ("a", "b", "c"):
                t.note("yield", piece)
                yield piece

        return pieces()

    @app.get("/boom")
    def boom() -> str:
        raise KeyError("no such key")

    for path in ("/", "/stream", "/boom", "/nowhere", "/"):
        t.send(app, path)


def several_of_each_kind(t: Trace) -> None:
    """Before and preprocessors run in order of registration, after and teardown in reverse."""
    app = t.app()
    for number in range(3):
        app.before_request(lambda n=number: t.note("before", n))
        app.url_value_preprocessor(lambda e, v, n=number: t.note("preprocess", n))
        app.teardown_request(lambda e, n=number: t.note("teardown", n))
        app.teardown_appcontext(lambda e, n=number: t.note("app teardown", n))

        def after(response: flask.Response, n: int = number) -> flask.Response:
            response.headers.add("X-Order", str(n))
            return response

        app.after_request(after)
    app.add_url_rule("/", "index", lambda: "hello")
    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        t.send(app, "/", method)


def before_request_may_answer(t: Trace) -> None:
    """What a before_request returns replaces the view, whatever its shape; '' and 0 are answers."""
    answers: list[object] = [
        "text",
        "",
        ("text", 201),
        {"a": 1},
        [1],
        b"raw",
        0,
        False,
        ("x", {"X": "1"}),
    ]
    app = t.app()
    _noting(t, app)
    app.before_request(lambda: answers[0])
    app.before_request(lambda: t.note("the second before"))
    app.add_url_rule("/", "index", lambda: t.note("view") or "view")
    while answers:
        t.send(app, "/")
        t.send(app, "/nowhere")
        answers.pop(0)


def before_request_answers_before_routing_errors(t: Trace) -> None:
    """A before_request runs, and may answer, for a URL nobody serves and a method not allowed."""
    app = t.app()
    _noting(t, app)
    app.add_url_rule("/only-post", "p", lambda: "p", methods=["POST"])
    app.add_url_rule("/dir/", "d", lambda: "d")

    @app.before_request
    def guard() -> object:
        error = request.routing_exception
        t.note(type(error).__name__, request.url_rule, request.view_args)
        return "guarded" if request.args else None

    for path in ("/only-post", "/dir", "/none"):
        t.send(app, path)
        t.send(app, path + "?guard=1")


def after_this_request_runs_first(t: Trace) -> None:
    """after_this_request functions run in order, before the app's, for this request only."""
    app = t.app()
    _noting(t, app)

    @app.get("/")
    def index() -> str:
        if request.args:
            for number in (1, 2):

                @after_this_request
                def mark(response: flask.Response, n: int = number) -> flask.Response:
                    t.note("this", n)
                    response.headers.add("X-This", str(n))
                    return response

        return "hello"

    for path in ("/?a=1", "/", "/?a=1"):
        t.send(app, path)


def after_this_request_from_a_hook(t: Trace) -> None:
    """after_this_request works in before_request and in an after_request (where it comes late)."""
    app = t.app()

    def add(response: flask.Response) -> flask.Response:
        response.headers.add("X-This", "1")
        return response

    @app.before_request
    def before() -> None:
        after_this_request(add)

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        after_this_request(add)
        return response

    app.add_url_rule("/", "index", lambda: "hello")
    t.send(app)
    t.attempt("outside of a request", after_this_request, add)


def after_request_may_replace_the_response(t: Trace) -> None:
    """after_request may return another response, of another class, and later hooks get that one."""
    app = t.app()
    app.add_url_rule("/", "index", lambda: "hello")

    @app.after_request
    def last(response: flask.Response) -> flask.Response:
        t.note(type(response).__name__, response.get_data())
        return response

    @app.after_request
    def replace(response: flask.Response) -> flask.Response:
        return flask.Response("other", 202, {"X-Other": response.get_data(as_text=True)})

    t.send(app)
    t.send(app, "/none")


def after_request_reads_and_changes_the_body(t: Trace) -> None:
    """get_data, set_data, content_length, is_json and friends in after_request are Flask's."""
    app = t.app()
    app.add_url_rule("/text", "text", lambda: "hello")
    app.add_url_rule("/json", "json", lambda: {"a": 1})
    app.add_url_rule("/stream", "stream", lambda: iter(["a", "b"]))
    app.add_url_rule("/empty", "empty", lambda: ("", 204))

    @app.after_request
    def after(r: flask.Response) -> flask.Response:
        t.note(
            r.is_streamed,
            r.is_sequence,
            r.content_length,
            r.mimetype,
            r.is_json,
            r.response if r.is_sequence else "",
        )
        if request.args:
            r.set_data(r.get_data() + b"!")
            r.headers["X-Length"] = str(r.content_length)
        return r

    for path in ("/text", "/json", "/stream", "/empty", "/none"):
        for query in ("", "?change=1"):
            for method in ("GET", "HEAD"):
                t.send(app, path + query, method)


@table(
    [
        "preprocess",
        "before",
        "view",
        "after_this",
        "after",
        "teardown_request",
        "teardown_appcontext",
    ]
)
def an_error_in(t: Trace, kind: str) -> None:
    """An error in each kind of hook takes Flask's own path, seen by handlers, signals and teardowns."""
    for propagate in (False, True):
        app = t.app(PROPAGATE_EXCEPTIONS=propagate)
        t.watch_signals(app)

        def fail(here: str) -> None:
            t.note("in", here)
            if here == kind:
                raise LookupError(f"in {here}")

        _failing(app, fail)
        t.send(app, "/")
        t.send(app, "/none")
        app.error_handler_spec[None][None][LookupError] = lambda e: (f"handled {e}", 418)
        t.send(app, "/")
        t.send(app, "/none")


def _failing(app: flask.Flask, fail: object) -> None:
    app.url_value_preprocessor(lambda e, v: fail("preprocess"))
    app.before_request(lambda: fail("before"))
    app.teardown_request(lambda e: fail("teardown_request"))
    app.teardown_appcontext(lambda e: fail("teardown_appcontext"))

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        fail("after")
        return response

    @app.get("/")
    def index() -> str:
        @after_this_request
        def this(response: flask.Response) -> flask.Response:
            fail("after_this")
            return response

        fail("view")
        return "hello"


def teardown_may_fail_after_the_view_did(t: Trace) -> None:
    """An error in a teardown replaces the answer and skips the teardowns behind it."""
    app = t.app()
    app.teardown_request(lambda e: t.note("never first", error_text(e)))
    app.teardown_appcontext(lambda e: t.note("app", error_text(e)))

    @app.teardown_request
    def fail(error: BaseException | None) -> None:
        raise OSError("database gone")

    app.add_url_rule("/", "index", lambda: "hello")
    app.add_url_rule("/boom", "boom", lambda: 1 / 0)
    t.send(app)
    t.send(app, "/boom")
    t.send(app, "/none")


def teardowns_get_the_error_that_nobody_handled(t: Trace) -> None:
    """Teardowns get None when a handler answered, and the error otherwise."""
    app = t.app()
    _noting(t, app)
    app.register_error_handler(KeyError, lambda e: ("key", 400))
    app.register_error_handler(500, lambda e: (f"500 {e.original_exception!r}", 500))

    def fail(error: Exception) -> None:
        raise error

    app.add_url_rule("/key", "key", lambda: fail(KeyError("k")))
    app.add_url_rule("/value", "value", lambda: fail(ValueError("v")))
    app.add_url_rule("/abort", "abort", lambda: flask.abort(403))
    for path in ("/key", "/value", "/abort", "/none"):
        t.send(app, path)


@table(["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def base_exceptions_pass_through(t: Trace, name: str) -> None:
    """SystemExit and its like reach the server, after the teardowns have seen them."""
    error = {
        "SystemExit": SystemExit,
        "KeyboardInterrupt": KeyboardInterrupt,
        "GeneratorExit": GeneratorExit,
    }[name]
    app = t.app()
    _noting(t, app)
    t.watch_signals(app, "got-request-exception", "appcontext-popped", "request-tearing-down")
    app.register_error_handler(Exception, lambda e: "never")

    @app.get("/<where>")
    def view(where: str) -> str:
        if where == "view":
            raise error("leaving")
        return where

    @app.before_request
    def before() -> None:
        if request.path == "/before":
            raise error("before")

    for path in ("/view", "/before", "/fine"):
        t.send(app, path)


def hooks_of_nested_blueprints(t: Trace) -> None:
    """Hooks of app, parent and child run from the outside in, and back from the inside out."""
    app = t.app()
    parent, child = (
        Blueprint("parent", "p", url_prefix="/p"),
        Blueprint("child", "c", url_prefix="/c"),
    )
    for owner in (app, parent, child):
        name = getattr(owner, "import_name", "")
        owner.url_value_preprocessor(lambda e, v, n=name: t.note("preprocess", n, e, v))
        owner.before_request(lambda n=name: t.note("before", n))
        owner.teardown_request(lambda e, n=name: t.note("teardown", n, error_text(e)))

        def after(response: flask.Response, n: str = name) -> flask.Response:
            response.headers.add("X-After", n)
            return response

        owner.after_request(after)
    child.before_app_request(lambda: t.note("child before_app_request"))
    child.teardown_app_request(lambda e: t.note("child teardown_app_request"))
    child.app_url_value_preprocessor(lambda e, v: t.note("child app preprocess"))
    app.add_url_rule("/", "index", lambda: "app")
    parent.add_url_rule("/", "index", lambda: f"{request.blueprint} {request.blueprints}")
    child.add_url_rule(
        "/<int:n>", "index", lambda n: f"{request.blueprint} {request.blueprints} {n}"
    )
    child.add_url_rule("/boom", "boom", lambda: 1 / 0)
    parent.register_blueprint(child)
    app.register_blueprint(parent)
    for path in ("/", "/p/", "/p/c/3", "/p/c/x", "/p/c/boom", "/p", "/p/c/3"):
        t.send(app, path)


def one_blueprint_under_two_names(t: Trace) -> None:
    """A blueprint registered twice runs its hooks for each name, with that name."""
    app = t.app()
    shop = Blueprint("shop", __name__)
    shop.before_request(lambda: t.note("before", request.blueprint, request.endpoint))
    shop.add_url_rule("/", "index", lambda: flask.url_for(".index"))
    app.register_blueprint(shop, url_prefix="/a")
    app.register_blueprint(shop, url_prefix="/b", name="other")
    for path in ("/a/", "/b/", "/a", "/b/x"):
        t.send(app, path)


def values_taken_by_a_preprocessor(t: Trace) -> None:
    """A preprocessor may take values out of view_args before the view, and put defaults back."""
    app = t.app()

    @app.url_value_preprocessor
    def take(endpoint: str | None, values: dict[str, object] | None) -> None:
        g.lang = values.pop("lang", None) if values else None

    @app.url_defaults
    def give(endpoint: str, values: dict[str, object]) -> None:
        if app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values.setdefault("lang", g.lang)

    app.add_url_rule(
        "/<lang>/", "home", lambda: f"{g.lang} {request.view_args} {flask.url_for('home')}"
    )
    app.add_url_rule(
        "/<lang>/<int:n>", "page", lambda n: f"{g.lang} {n} {flask.url_for('home', lang='de')}"
    )
    for path in ("/en/", "/fr/7", "/en", "/fr/x"):
        t.send(app, path)


def hooks_change_the_request(t: Trace) -> None:
    """What a hook does to request.url_rule, view_args and routing_exception decides the dispatch."""
    app = t.app()
    app.add_url_rule("/a/<x>", "a", lambda x: f"a {x}")
    app.add_url_rule("/b/<x>", "b", lambda x: f"b {x}")

    @app.before_request
    def meddle() -> None:
        kind = request.args.get("do")
        if kind == "args":
            request.view_args = {"x": "changed"}
        if kind == "in place" and request.view_args:
            request.view_args["x"] = "in place"
        if kind == "rule":
            request.url_rule = next(app.url_map.iter_rules("b"))
        if kind == "refuse":
            request.routing_exception = flask.wrappers.BadRequest("refused")
        if kind == "allow":
            request.routing_exception = None
            request.url_rule, request.view_args = (
                next(app.url_map.iter_rules("a")),
                {"x": "rescued"},
            )

    for path in ("/a/1", "/none"):
        for kind in ("", "args", "in+place", "rule", "refuse", "allow"):
            t.send(app, f"{path}?do={kind}")


def hooks_set_attributes_on_the_request(t: Trace) -> None:
    """Attributes that a hook sets on request, request_ctx and g are there in the view, and gone next."""
    app = t.app()

    @app.before_request
    def mark() -> None:
        t.note(
            hasattr(request, "user"), hasattr(g, "user"), hasattr(flask.globals.request_ctx, "user")
        )
        request.user = g.user = flask.globals.request_ctx.user = request.args.get("u")

    app.add_url_rule(
        "/", "index", lambda: f"{request.user} {g.user} {flask.globals.request_ctx.user}"
    )
    for user in "abc":
        t.send(app, f"/?u={user}")


def the_session_in_hooks(t: Trace) -> None:
    """Each hook kind may read or write the session; only writes before saving are saved."""
    app = t.app()
    app.before_request(
        lambda: session.__setitem__("before", request.path) if "w" in request.args else None
    )
    app.teardown_request(lambda e: session.__setitem__("teardown", 1))

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        if "after" in request.args:
            session["after"] = 1
        return response

    app.add_url_rule("/", "index", lambda: "-")
    app.add_url_rule("/show", "show", lambda: str(dict(session)))
    browser = t.browser(app)
    for path in ("/", "/?w=1", "/?after=1", "/show", "/none?w=1", "/show"):
        browser.send(path)


def _push_and_leave(t: Trace, app: flask.Flask) -> None:
    app.test_request_context("/pushed/7").push()


_MEANWHILE: dict[str, Callable[[Trace, flask.Flask], object]] = {
    "adds a before": lambda t, app: app.before_request_funcs[None].append(
        lambda: t.note("added before")
    ),
    "adds an after": lambda t, app: app.after_request_funcs[None].append(
        lambda response: t.note("added after") or response
    ),
    "adds a teardown": lambda t, app: app.teardown_appcontext_funcs.append(
        lambda error: t.note("added teardown", error)
    ),
    "drops every after": lambda t, app: app.after_request_funcs.clear(),
    "drops every teardown": lambda t, app: app.teardown_appcontext_funcs.clear(),
    "sets other befores": lambda t, app: setattr(
        app, "before_request_funcs", {None: [lambda: t.note("other before")]}
    ),
    "sets other afters": lambda t, app: setattr(
        app, "after_request_funcs", {None: [lambda response: flask.Response("other")]}
    ),
    "sets other teardowns": lambda t, app: setattr(
        app, "teardown_appcontext_funcs", [lambda error: t.note("other teardown", error)]
    ),
    "sets another view": lambda t, app: app.view_functions.update(index=lambda: "another view"),
    "patches the dispatch": lambda t, app: setattr(app, "dispatch_request", lambda: "patched"),
    "patches the end": lambda t, app: setattr(
        app, "do_teardown_appcontext", lambda *error: t.note("patched end", error)
    ),
    "patches a class": lambda t, app: setattr(
        type(app), "process_response", lambda self, response: t.note("patched") or response
    ),
    "changes its code": lambda t, app: setattr(
        app.before_request_funcs[None][1], "__code__", (lambda: "by other code").__code__
    ),
    "makes it async": lambda t, app: setattr(
        app.before_request_funcs[None][1], "__code__", _async_hook.__code__
    ),
    "pushes a request": _push_and_leave,
    "pops the request": lambda t, app: flask.globals.request_ctx.pop(),
    "takes the tokens": lambda t, app: t.note(
        len(flask.globals.request_ctx._cv_tokens), len(flask.globals.app_ctx._cv_tokens)
    ),
    "asks for this one": lambda t, app: after_this_request(
        lambda response: t.note("this one") or response
    ),
    "keeps the session": lambda t, app: session.update(user="ada"),
    "aborts": lambda t, app: flask.abort(403),
    "fails": lambda t, app: {}["no such key"],
}


async def _async_hook() -> str:
    return "by async code"


# Each request looks at its classes when it begins: the next one sees what a hook patched here.
_SEEN_BY_THE_NEXT = {"patches a class: before"}


@table(
    sorted(
        {f"{deed}: {place}" for deed in _MEANWHILE for place in ("before", "after", "teardown")}
        - _SEEN_BY_THE_NEXT
    )
)
def a_hook_that_changes_the_rest(t: Trace, row: str) -> None:
    """What a hook does to registries, methods and contexts counts at once, and for what follows."""
    deed, place = row.split(": ")

    class App(flask.Flask):
        pass

    made = t.app()
    app = App(made.name)
    app.config.update(made.config)
    app.secret_key = made.secret_key
    armed: list[str] = []

    def here(now: str) -> None:
        t.note(now, bool(flask.has_request_context()))
        if now in armed:
            armed.clear()
            _MEANWHILE[deed](t, app)

    app.before_request(lambda: here("before"))
    app.before_request(lambda: t.note("second before"))
    app.after_request(lambda response: t.note("second after", response.status) or response)
    app.after_request(lambda response: here("after") or response)
    app.teardown_appcontext(lambda error: t.note("second teardown", error_text(error)))
    app.teardown_appcontext(lambda error: here("teardown"))
    app.add_url_rule("/", "index", lambda: f"page {sorted(g)}")
    app.add_url_rule("/pushed/<n>", "pushed", lambda n: f"pushed {n}")
    app.add_url_rule("/stream", "stream", lambda: iter(["one ", "two"]))

    def visit() -> None:
        for path, method in (("/", "GET"), ("/", "HEAD"), ("/", "OPTIONS"), ("/stream", "GET")):
            contextvars.Context().run(t.send, app, path, method)

    visit()
    armed.append(place)
    visit()


@table(["app", "blueprint"])
def async_hooks(t: Trace, owner: str) -> None:
    """Hooks that are coroutine functions, beside plain ones, run in their turn."""
    app = t.app()
    shop = Blueprint("shop", __name__)
    hooked = app if owner == "app" else shop

    @hooked.before_request
    async def before() -> object:
        t.note("async before")
        return "by a hook" if "answer" in request.args else None

    @hooked.after_request
    async def after(response: flask.Response) -> flask.Response:
        response.headers["X-Async"] = "after"
        return response

    @app.teardown_appcontext
    async def teardown(error: BaseException | None) -> None:
        t.note("async teardown", error_text(error))

    hooked.before_request(lambda: t.note("before"))
    shop.add_url_rule("/shop", "index", lambda: "shop")
    app.add_url_rule("/", "index", lambda: "index")
    app.register_blueprint(shop)
    for path in ("/", "/shop", "/shop?answer=1", "/none"):
        t.send(app, path)


@table(
    [
        *("none after", "bytes after", "none after this", "bytes after this", "async view"),
        *("befores of a blueprint", "afters of a blueprint", "teardowns of a blueprint"),
        *("preprocessors of a blueprint", "another ensure_sync", "a context at first"),
    ]
)
def a_hook_that_nobody_would_write(t: Trace, deed: str) -> None:
    """Hooks run once, whatever they return; what one puts in others' place counts at once."""
    app, shop = t.app(), Blueprint("shop", __name__)
    registry = {
        "befores of a blueprint": "before_request_funcs",
        "afters of a blueprint": "after_request_funcs",
        "teardowns of a blueprint": "teardown_request_funcs",
        "preprocessors of a blueprint": "url_value_preprocessors",
    }.get(deed)

    def new(*arguments: object) -> object:
        t.note("new")
        return arguments[0] if deed.startswith("afters") else None

    def swap(*arguments: object) -> object:
        t.note("swap")
        if registry is not None:
            setattr(app, registry, {None: [new], "shop": [new]})
        if deed == "another ensure_sync":
            app.ensure_sync = lambda f: lambda *a, **k: t.note("wrapped") or f(*a, **k)  # type: ignore[method-assign]
        if deed == "a context at first" and "push" in request.args:
            app.test_request_context("/other").push()
        return None

    def index() -> str:
        if deed.endswith("after this"):
            after_this_request(lambda r: t.note("this") or (b"raw" if "bytes" in deed else None))
        return "index"

    def plain() -> str:
        return "plain"

    async def not_plain() -> str:
        return "async"

    app.url_value_preprocessor(swap if "preprocessors" in deed else lambda *a: t.note("pre", a))
    app.before_request(swap if registry in (None, "before_request_funcs") else lambda: None)
    app.before_request(lambda: t.note("second before"))
    if deed.endswith(" after"):
        app.after_request(lambda r: t.note("after") or (b"raw" if "bytes" in deed else None))
    app.after_request(lambda r: t.note("first after") or r)
    app.teardown_appcontext(lambda e: t.note("teardown"))
    shop.before_request(lambda: t.note("before of the shop"))
    shop.after_request(
        lambda r: (swap() if registry == "after_request_funcs" else t.note("after shop")) or r
    )
    shop.teardown_request(
        lambda e: swap() if registry == "teardown_request_funcs" else t.note("teardown shop")
    )
    shop.url_value_preprocessor(lambda *a: t.note("pre shop", a))
    shop.add_url_rule("/shop", "shop", lambda: "shop")
    app.register_blueprint(shop)
    app.add_url_rule("/", "index", index)
    app.add_url_rule("/other", "other", lambda: "other")
    app.add_url_rule("/plain", "plain", plain)
    for path in ("/?push", "/", "/shop", "/plain", "/shop", "/?push", "/"):
        for method in ("GET", "HEAD", "OPTIONS"):
            contextvars.Context().run(t.send, app, path, method)
    if deed == "async view":
        plain.__code__ = not_plain.__code__
        for path in ("/plain", "/shop", "/plain"):
            contextvars.Context().run(t.send, app, path)
