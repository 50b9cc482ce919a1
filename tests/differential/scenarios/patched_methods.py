"""Every method of Flask replaced on the instance: called as often, with the same answers.

The names come from `dir(Flask)`, so that no list here can go stale.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
from flask import request
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface
from werkzeug.routing import Map

from tests.differential.collect import table
from tests.differential.patching import counting, example, glance, methods_of, visit
from tests.differential.trace import Trace


@table(methods_of(flask.Flask))
def a_method_replaced_before(t: Trace, name: str) -> None:
    """A method replaced on the instance before the first request is called as often as by Flask."""
    app = example(t)
    setattr(app, name, counting(t, name, getattr(app, name)))
    visit(t, app)


@table(methods_of(flask.Flask))
def a_method_replaced_after(t: Trace, name: str) -> None:
    """A method replaced on the instance after requests, and put back, is called while it is there."""
    app = example(t)
    glance(t, app)
    setattr(app, name, counting(t, name, getattr(app, name)))
    visit(t, app)
    delattr(app, name)
    glance(t, app)


@table(methods_of(flask.Flask))
def a_method_overridden(t: Trace, name: str) -> None:
    """A method overridden in a subclass, calling super, is called as often as by Flask."""
    plain = getattr(flask.Flask, name)
    trace = t
    cls = type(
        "App",
        (flask.Flask,),
        {name: counting(trace, name, plain) if not isinstance(plain, property) else plain},
    )
    t.attempt("visit", lambda: visit(t, example(t, cls=cls)))


_DIFFERENT: dict[str, Callable[..., Any]] = {
    "dispatch_request": lambda app: lambda: "own dispatch",
    "full_dispatch_request": lambda app: lambda: flask.Response("own full"),
    "preprocess_request": lambda app: lambda: "own pre" if request.path == "/" else None,
    "process_response": lambda app: lambda r: flask.Response("own processed", 202),
    "make_response": lambda app: lambda rv: flask.Response(f"made {type(rv).__name__}"),
    "finalize_request": lambda app: (
        lambda rv, from_error_handler=False: flask.Response("own final")
    ),
    "handle_exception": lambda app: lambda e: flask.Response(f"own {e!r}", 500),
    "handle_user_exception": lambda app: lambda e: f"own user {type(e).__name__}",
    "handle_http_exception": lambda app: lambda e: f"own http {e.code}",
    "should_ignore_error": lambda app: lambda e: True,
    "make_default_options_response": lambda app: lambda: flask.Response("own options"),
    "create_url_adapter": lambda app: lambda r: app.url_map.bind("own.example", script_name="/own"),
    "url_for": lambda app: lambda endpoint, **v: f"/own/{endpoint}",
    "redirect": lambda app: lambda location, code=302: flask.Response("own", code),
    "inject_url_defaults": lambda app: lambda endpoint, values: values.update(own=1),
    "handle_url_build_error": lambda app: lambda e, n, v: "/own/error",
    "ensure_sync": lambda app: lambda f: lambda *a, **k: f(*a, **k),
    "do_teardown_request": lambda app: lambda exc=None: None,
    "do_teardown_appcontext": lambda app: lambda exc=None: None,
    "log_exception": lambda app: lambda info: None,
    "trap_http_exception": lambda app: lambda e: True,
    "raise_routing_exception": lambda app: lambda r: "own routing",
    "update_template_context": lambda app: lambda context: context.update(c="own"),
    "send_static_file": lambda app: lambda filename: f"own static {filename}",
    "wsgi_app": lambda app: lambda e, s: [s("299 Own", []) or b"own"][:1],
    "request_context": lambda app: (
        lambda e: flask.ctx.RequestContext(app, {**e, "PATH_INFO": "/tuple"})
    ),
    "app_context": lambda app: lambda: flask.ctx.AppContext(app),
    "async_to_sync": lambda app: lambda f: lambda *a, **k: "own sync",
    "get_send_file_max_age": lambda app: lambda n: 7,
    "test_request_context": lambda app: lambda *a: None,
    "_find_error_handler": lambda app: (
        lambda e, b: lambda error: f"own handler {type(error).__name__}"
    ),
    "__call__": lambda app: lambda e, s: [b"never used"],
    "open_resource": lambda app: lambda *a: None,
}


@table(_DIFFERENT)
def a_method_that_does_otherwise(t: Trace, name: str) -> None:
    """A replacement with another effect has that effect: before, after, in a subclass, and undone."""
    replace = _DIFFERENT[name]
    for when in ("before", "after", "subclass"):
        t.note(when)
        cls = (
            type("App", (flask.Flask,), {name: lambda self, *a, **k: replace(self)(*a, **k)})
            if when == "subclass"
            else flask.Flask
        )
        app = example(t, cls=cls)
        if when == "after":
            glance(t, app)
        if when != "subclass":
            setattr(app, name, replace(app))
        visit(t, app)
        if when == "after":
            delattr(app, name)
            glance(t, app)


@table(
    [
        name
        for name in dir(flask.Flask)
        if isinstance(getattr(flask.Flask, name), property)
        or name in ("logger", "name", "jinja_env", "has_static_folder")
    ]
)
def a_property_of_a_subclass(t: Trace, name: str) -> None:
    """A property overridden in a subclass is read as often as Flask reads it."""
    plain = getattr(flask.Flask, name)

    def read(self: flask.Flask) -> Any:
        t.note("read", name)
        return plain.__get__(self, type(self))

    setter = getattr(plain, "fset", None)
    t.attempt(
        "visit",
        lambda: visit(
            t, example(t, cls=type("App", (flask.Flask,), {name: property(read, setter)}))
        ),
    )


@table(methods_of(SecureCookieSessionInterface))
def a_session_method_replaced(t: Trace, name: str) -> None:
    """A method put on an instance of the session interface, early or late, is called as by Flask."""
    for late in (False, True):
        app = example(t)
        app.session_interface = SecureCookieSessionInterface()
        if late:
            glance(t, app)
        setattr(
            app.session_interface, name, counting(t, name, getattr(app.session_interface, name))
        )
        visit(t, app)


@table(methods_of(DefaultJSONProvider))
def a_json_method_replaced(t: Trace, name: str) -> None:
    """A method put on app.json, early or late, is called as by Flask."""
    for late in (False, True):
        app = example(t)
        if late:
            glance(t, app)
        if name != "default":
            setattr(app.json, name, counting(t, name, getattr(app.json, name)))
        else:
            app.json.default = counting(t, name, DefaultJSONProvider.default)
        visit(t, app)


@table(["add", "update", "bind", "bind_to_environ", "iter_rules", "is_endpoint_expecting", "merge"])
def a_map_method_replaced(t: Trace, name: str) -> None:
    """A method put on app.url_map, early or late, is called as by Flask."""
    for late in (False, True):
        app = example(t)
        if late:
            glance(t, app)
        if hasattr(app.url_map, name):
            setattr(app.url_map, name, counting(t, name, getattr(app.url_map, name)))
        visit(t, app)


@table(["on the map", "on the class"])
def a_bind_where_a_name_is_set(t: Trace, where: str) -> None:
    """With a SERVER_NAME, which binds the map outside of requests too, as often as by Flask."""
    app = t.app(SERVER_NAME="shop.example")
    app.add_url_rule("/", "index", lambda: flask.url_for("index"))
    t.send(app, "/", host="shop.example")
    owner: Any = app.url_map if where == "on the map" else Map
    owner.bind = counting(t, "bind", owner.bind)
    for _ in range(2):
        t.send(app, "/", host="shop.example")
    with app.app_context():
        t.note(flask.url_for("index"))


def a_matcher_replaced(t: Trace) -> None:
    """A map whose matcher is replaced, or whose converters change, answers by the new one."""
    from werkzeug.routing.matcher import StateMachineMatcher

    app = example(t)
    visit(t, app)
    app.url_map._matcher = StateMachineMatcher(True)
    visit(t, app)


@table(["before", "after"])
def several_at_once(t: Trace, when: str) -> None:
    """An APM agent that wraps wsgi_app, full_dispatch_request, views and handlers sees everything."""
    app = example(t)
    if when == "after":
        glance(t, app)
    for name in (
        "wsgi_app",
        "full_dispatch_request",
        "dispatch_request",
        "handle_user_exception",
        "handle_exception",
        "do_teardown_request",
        "finalize_request",
        "make_response",
    ):
        setattr(app, name, counting(t, name, getattr(app, name)))
    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = counting(t, f"view {endpoint}", view)
    for functions in (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
    ):
        for hooks in functions.values():
            hooks[:] = [counting(t, "hook", hook) for hook in hooks]
    visit(t, app)


def put_into_the_dict(t: Trace) -> None:
    """A replacement before the first request by app.__dict__ or vars() is seen too."""
    app = example(t)
    app.__dict__["dispatch_request"] = lambda: "from the dict"
    vars(app)["process_response"] = counting(t, "process_response", app.process_response)
    visit(t, app)
