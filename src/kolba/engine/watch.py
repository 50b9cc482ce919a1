"""Knows when a plan has become stale.

Everything a plan was compiled from is either read live on each request, or
watched here. A watched change replaces `current` by a new object; a plan that
was compiled under another one is never run again. (One shared object for all
apps: compiling again is cheap, since the matcher is kept with its map.)

Watched are attributes set on an app or a map and items changed in a
`flask.Config`. Classes are looked at anew by each request (`classes`); `skipped`
is what is read of them where a look at the whole of them is not to be had.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Config, Flask
from flask.ctx import AppContext, RequestContext
from flask.sessions import SecureCookieSessionInterface
from flask.wrappers import Request, Response
from werkzeug.routing import Map, MapAdapter, Rule

from kolba.readings import reader

current: object = object()

# Where a map keeps the matcher compiled from it, and the mark that each change of it replaces:
# what was compiled under another mark may lack a route.
MAP_INDEX = "_kolba_index"
MAP_MARK = "_kolba_mark"

# What every request sets, or nothing reads at compile time.
_UNWATCHED = {"_got_first_request"}
_OF_INSTANCES = (
    *("url_map", "config", "json", "aborter", "before_request_funcs", "after_request_funcs"),
    *("url_value_preprocessors", "teardown_request_funcs", "teardown_appcontext_funcs"),
    "subdomain_matching",
)
_WATCHED = frozenset(dir(Flask)).union(_OF_INSTANCES) - _UNWATCHED

_CONFIG_MUTATORS = (
    "__setitem__",
    "__delitem__",
    "__ior__",
    "clear",
    "pop",
    "popitem",
    "setdefault",
    "update",
)


def changed() -> None:
    """Make every plan stale."""
    global current
    current = object()


def watch() -> None:
    """Install the watchers on Flask's and Werkzeug's classes; call it once."""
    _watch_app()
    _watch_map()
    _watch_rule()
    for name in _CONFIG_MUTATORS:
        setattr(Config, name, _announcing(name, getattr(Config, name)))


def _watch_app() -> None:
    plain_set, plain_delete = Flask.__setattr__, Flask.__delattr__

    def __setattr__(self: Flask, name: str, value: Any) -> None:
        plain_set(self, name, value)
        if name in _WATCHED:
            changed()

    def __delattr__(self: Flask, name: str) -> None:
        plain_delete(self, name)
        changed()

    Flask.__setattr__ = __setattr__  # type: ignore[method-assign,assignment]
    Flask.__delattr__ = __delattr__  # type: ignore[method-assign,assignment]


def _watch_map() -> None:
    plain_set = Map.__setattr__

    def __setattr__(self: Map, name: str, value: Any) -> None:
        plain_set(self, name, value)
        if name != "_remap" or value:
            _map_changed(self)

    Map.__setattr__ = __setattr__  # type: ignore[method-assign,assignment]


def _map_changed(url_map: Map) -> None:
    url_map.__dict__[MAP_MARK] = object()
    changed()


def _watch_rule() -> None:
    plain_set = Rule.__setattr__

    def __setattr__(self: Rule, name: str, value: Any) -> None:
        plain_set(self, name, value)
        url_map = self.__dict__.get("map")
        if url_map is not None:
            _map_changed(url_map)

    Rule.__setattr__ = __setattr__  # type: ignore[method-assign,assignment]


def _announcing(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Config, *args: Any, **kwargs: Any) -> Any:
        try:
            return plain(self, *args, **kwargs)
        finally:
            changed()

    method.__name__ = name
    method.__qualname__ = f"Config.{name}"
    method.__doc__ = plain.__doc__
    return method


# What a compiled request skips: on every request ...
_APP = (
    "request_context",
    "app_context",
    "create_url_adapter",
    "full_dispatch_request",
    "preprocess_request",
    "dispatch_request",
    "ensure_sync",
    "finalize_request",
    "make_response",
    "process_response",
    "do_teardown_request",
    "do_teardown_appcontext",
    "session_interface",
    "request_class",
    "response_class",
    "app_ctx_globals_class",
)
_of_app = reader(*_APP)
_of_request_context = reader("__init__", "push", "pop", "match_request")
_of_app_context = reader("__init__", "push", "pop")
_of_request = reader("__init__", "close", "blueprints")
_of_session_ends = reader("open_session", "save_session", "is_null_session")
# ... when it answers without `Response.__call__` ...
_of_response = reader(
    "__init__",
    "__call__",
    "get_wsgi_response",
    "get_wsgi_headers",
    "get_app_iter",
    "iter_encoded",
    "close",
    "set_data",
    "default_mimetype",
    "default_status",
    "automatically_set_content_length",
    "autocorrect_location_header",
)
# ... and when a session is opened or saved.
_of_response_cookies = reader("set_cookie", "vary", "max_cookie_size")
_of_adapter = reader("match", "build")
_of_map = reader("bind", "bind_to_environ")
_of_session = reader(
    "get_signing_serializer",
    "get_cookie_name",
    "make_null_session",
    "should_set_cookie",
    "get_expiration_time",
    "get_cookie_domain",
    "get_cookie_path",
    "get_cookie_secure",
    "get_cookie_httponly",
    "get_cookie_samesite",
    "get_cookie_partitioned",
    "session_class",
    "serializer",
    "digest_method",
    "key_derivation",
    "salt",
)


def skipped(cls: type[Flask], response_class: Any) -> tuple[Any, ...]:
    """The present values of what compiled requests of an app of `cls` skip."""
    return (
        _of_app(cls),
        _of_request_context(RequestContext),
        _of_app_context(AppContext),
        _of_request(Request),
        _of_session_ends(SecureCookieSessionInterface),
        _of_response(Response),
        _of_response(response_class) if isinstance(response_class, type) else None,
        _of_session(SecureCookieSessionInterface),
        _of_response_cookies(Response),
        _of_adapter(MapAdapter),
        _of_map(Map),
    )
