"""What can be patched on the classes around Flask: their methods, and the attributes they read.

Invariant: the rows are computed from the classes, so that no list of methods can go stale.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
import jinja2
import wrapt
from flask.config import Config
from flask.ctx import AppContext, RequestContext, _AppCtxGlobals
from flask.json.provider import DefaultJSONProvider
from flask.json.tag import TagTuple
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request, Response
from werkzeug.datastructures import Headers
from werkzeug.routing import BaseConverter, Map, MapAdapter, Rule
from werkzeug.routing.matcher import StateMachineMatcher
from werkzeug.sansio import response as sansio_response

from tests.differential.patching import counting, methods_of
from tests.differential.trace import Trace

CLASSES: dict[str, type] = {
    "Flask": flask.Flask,
    "RequestContext": RequestContext,
    "AppContext": AppContext,
    "Request": Request,
    "Response": Response,
    "SecureCookieSessionInterface": SecureCookieSessionInterface,
    "SecureCookieSession": SecureCookieSession,
    "MapAdapter": MapAdapter,
    "Map": Map,
    "Rule": Rule,
    "StateMachineMatcher": StateMachineMatcher,
    "DefaultJSONProvider": DefaultJSONProvider,
    "Config": Config,
    "_AppCtxGlobals": _AppCtxGlobals,
    "Template": jinja2.Template,
    "Environment": flask.templating.Environment,
}
# Called for every line of machinery, or by tests themselves: a count of them says nothing.
_NOISE = {
    "__eq__",
    "__hash__",
    "__repr__",
    "__str__",
    "__format__",
    "__ge__",
    "__gt__",
    "__le__",
    "__lt__",
    "__ne__",
    "__getattr__",
    "__class_getitem__",
    "__len__",
    "__iter__",
    "__contains__",
    "__getitem__",
    "__reversed__",
    "__bool__",
    "get",
    "items",
    "keys",
    "values",
}


def rows() -> list[str]:
    """ "Class.method" for the methods that a tool could patch."""
    return [
        f"{label}.{name}"
        for label, cls in CLASSES.items()
        for name in methods_of(cls)
        if name not in _NOISE
        and isinstance(_plain(cls, name), Callable | classmethod | staticmethod)
        and (label != "Config" or not name.startswith("__"))
    ]


def _plain(cls: type, name: str) -> Any:
    """What the class or its bases hold under `name`, unbound."""
    return next(vars(base)[name] for base in cls.__mro__ if name in vars(base))


def _bases_with(label: str, name: str) -> list[type]:
    return [base for base in CLASSES[label].__mro__[1:-1] if name in vars(base)]


# Where Flask's classes take a method from: a tool may patch it there.
BASES: dict[str, type] = {
    row: bases[0]
    for row in rows()
    if row.startswith(("Flask.", "Request.", "Response."))
    and (bases := _bases_with(*row.split(".", 1)))
}


def patch(t: Trace, row: str, base: type | None = None) -> None:
    """Replace a method on its class, or on a base of it, by one that notes its calls."""
    label, _, name = row.partition(".")
    cls = base or CLASSES[label]
    plain = _plain(cls, name)
    if isinstance(plain, classmethod | staticmethod):
        setattr(cls, name, type(plain)(counting(t, row, plain.__func__)))
    else:
        setattr(cls, name, counting(t, row, plain))


def wrap(t: Trace, row: str) -> None:
    """Put a proxy around a method, as agents do: it compares equal to what it stands for."""
    label, _, name = row.partition(".")
    cls = CLASSES[label]

    def wrapper(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        return counting(t, row, wrapped)(*args, **kwargs)

    setattr(cls, name, wrapt.FunctionWrapper(_plain(cls, name), wrapper))


def _keep_as_early(self: _AppCtxGlobals, name: str, value: Any) -> None:
    self.__dict__[name] = "early", value


def _saves_nothing(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> None:
    return None


# The module that wrapt 1 gives its proxies.
_Proxy = type("FunctionWrapper", (wrapt.FunctionWrapper,), {"__module__": "builtins"})
_render = flask.templating._render
_dump_cookie = sansio_response.dump_cookie  # type: ignore[attr-defined]


def _render_early(*args: Any) -> str:
    return f"early {_render(*args)}"


def _dump_early(*args: Any, **kwargs: Any) -> str:
    return f"{_dump_cookie(*args, **kwargs)}; Early"


# What a tool may have replaced before Kolba is imported, and a scenario that shows it.
EARLIEST: dict[str, tuple[Any, Callable[..., Any], str]] = {
    "_AppCtxGlobals.__setattr__": (
        _AppCtxGlobals,
        _keep_as_early,
        "contexts.what_proxies_of_the_app_stand_for",
    ),
    "SecureCookieSessionInterface.save_session": (
        SecureCookieSessionInterface,
        _Proxy(SecureCookieSessionInterface.save_session, _saves_nothing),
        "sessions.a_session_counts",
    ),
    "BaseConverter.to_python": (
        BaseConverter,
        lambda self, value: f"early {value}",
        "routing.strings_and_others",
    ),
    "TagTuple.to_json": (
        TagTuple,
        lambda self, value: ["early", len(value)],
        "sessions.every_type_of_value",
    ),
    "response.dump_cookie": (sansio_response, _dump_early, "sessions.a_session_counts"),
    "templating._render": (flask.templating, _render_early, "templates.template_signals"),
}


def patch_earliest(name: str) -> None:
    owner, replacement, _ = EARLIEST[name]
    setattr(owner, name.partition(".")[2], replacement)


ATTRIBUTES: dict[str, tuple[type, Any]] = {
    "Response.default_mimetype": (Response, "text/patched"),
    "Response.default_status": (Response, 299),
    "Response.autocorrect_location_header": (Response, True),
    "Response.automatically_set_content_length": (Response, False),
    "Response.implicit_sequence_conversion": (Response, False),
    "Response.max_cookie_size": (Response, 3),
    "Request.max_content_length": (Request, 1),
    "Request.path": (Request, property(lambda self: "/patched")),
    "Request.method": (Request, property(lambda self: "PATCHED", lambda self, v: None)),
    "Request.url": (Request, "patched"),
    "Request.cookies": (Request, {"session": "x"}),
    "Request.args": (Request, {"patched": "1"}),
    "Request.parameter_storage_class": (Request, dict),
    "Request.trusted_hosts": (Request, ["shop.example"]),
    "Request.user_id": (Request, "new"),
    "Request.endpoint": (Request, property(lambda self: "patched")),
    "Request.blueprints": (Request, property(lambda self: ["bp"])),
    "Request.want_form_data_parsed": (Request, False),
    "Request.view_args": (Request, {"n": 1}),
    "Flask.session_interface": (flask.Flask, SecureCookieSessionInterface()),
    "Flask.response_class": (flask.Flask, type("R", (Response,), {"default_mimetype": "text/own"})),
    "Flask.request_class": (flask.Flask, type("Q", (Request,), {"path": "/own"})),
    "Flask.app_ctx_globals_class": (flask.Flask, type("G", (_AppCtxGlobals,), {"x": 1})),
    "SecureCookieSessionInterface.salt": (SecureCookieSessionInterface, "patched"),
    "SecureCookieSessionInterface.key_derivation": (SecureCookieSessionInterface, "concat"),
    "SecureCookieSessionInterface.session_class": (
        SecureCookieSessionInterface,
        type("S", (SecureCookieSession,), {}),
    ),
    "SecureCookieSession.modified": (SecureCookieSession, True),
    "SecureCookieSession.accessed": (SecureCookieSession, True),
    "SecureCookieSession.permanent": (SecureCookieSession, True),
    "DefaultJSONProvider.sort_keys": (DefaultJSONProvider, False),
    "DefaultJSONProvider.mimetype": (DefaultJSONProvider, "application/patched"),
    "Rule.methods": (Rule, {"GET"}),
    "Map.host_matching": (Map, True),
    "Headers.add": (Headers, lambda self, *a, **k: None),
    "Map.converters": (Map, {}),
    "RequestContext.flashes": (RequestContext, []),
}
