"""From an app's registries to its plan.

Reads the app, its class and Flask's classes; what is not Flask's own is left
to itself, piece by piece, with the reason. Never raises: what cannot be
compiled becomes a `Fallback`, and Flask raises its own error at its own time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from functools import lru_cache, partial
from inspect import getattr_static
from time import sleep
from types import FunctionType
from typing import Any

from flask import Flask
from flask.config import Config
from flask.ctx import AppContext, RequestContext, _AppCtxGlobals
from flask.helpers import _split_blueprint_path
from flask.wrappers import Request, Response
from werkzeug.datastructures import Headers
from werkzeug.routing import Map, MapAdapter, Rule
from werkzeug.routing.matcher import StateMachineMatcher
from werkzeug.utils import get_content_type

from kolba.engine import proxies, requests, watch
from kolba.engine.building import compile_builders
from kolba.engine.classes import heir_of, is_settled, look_at, settle
from kolba.engine.counters import counting
from kolba.engine.frame import PLAN
from kolba.engine.genuine import CLASSES, changed_name, is_genuine, reads_as_dict, snapshot
from kolba.engine.matching import compile_map
from kolba.engine.plan import AppPlan, Fallback, MapIndex, Piece, RoutePlan
from kolba.engine.refusals import HTML
from kolba.engine.responses import own_part
from kolba.engine.sessions import CookieSessions, compile_sessions, why_left
from kolba.engine.signals import HAS_COROUTINE_MARKS
from kolba.engine.urls.settled import Unsettled
from kolba.engine.urls.unsupported import Unsupported
from kolba.engine.watch import MAP_INDEX, MAP_MARK, skipped

# How often a map is read anew that other threads are changing.
_TRIES = 50

_URL_CLASSES = (Map, MapAdapter, Rule, StateMachineMatcher)

_log = logging.getLogger(__name__)

# What of an app is known from its plan; a property may give another one to each request.
_READ_ONCE = (
    *("config", "url_map", "json", "subdomain_matching"),
    *("request_class", "response_class", "session_interface"),
)

# What must be Kolba's for a request to be run in one piece.
_PLAIN = (
    *("lean", "own_app_context", "own_full_dispatch", "own_preprocess", "own_dispatch"),
    *("own_ensure_sync", "own_finalize", "own_quiet", "own_pop", "own_teardown_request"),
    "own_teardown_appcontext",
)


def compile_app(app: Flask) -> AppPlan:
    """Compile `app` as it is now, and keep the plan with it."""
    plan = _Compiler(app).plan()
    before: AppPlan | None = app.__dict__.get(PLAN)
    app.__dict__[PLAN] = plan
    plan.attributes = len(app.__dict__)
    if plan.fallbacks and (before is None or before.fallbacks != plan.fallbacks):
        _log_fallbacks(app, plan)
    return plan


def looked_again(plan: AppPlan, app: Flask) -> AppPlan:
    """The plan for an app one of whose classes may have changed."""
    settle(plan.looked_at)
    seen = plan.look()
    if plan.classes != _classes(app) or plan.values != snapshot(plan.classes):
        return compile_app(app)
    # Something was changed that no plan is made of.
    if is_settled(seen):
        plan.seen = seen
    return plan


def _content_type(cls: type[Response]) -> tuple[str, str]:
    """The header of an answer that says nothing about its type."""
    return "Content-Type", get_content_type(str(cls.default_mimetype), "utf-8")


def _classes(app: Flask) -> tuple[type, ...]:
    """Those whose attributes decide how a request of `app` runs."""
    own = type(app), app.request_class, app.response_class, type(app.json), type(app.url_map)
    classes = (cls for cls in (*own, *CLASSES) if isinstance(cls, type))
    return tuple(dict.fromkeys(classes))


# PERF: one number for all that are the same for every app.
_HEIR = heir_of(CLASSES)


def _looked_at(classes: tuple[type, ...]) -> tuple[type, ...]:
    """Fewer classes that change when one of these does."""
    if _HEIR is None:
        return classes
    return _HEIR, *(cls for cls in classes if cls not in _HEIR.__bases__)


def _name(cls: Any) -> str:
    """A class for a reader; whatever else stands in its place, too."""
    return f"{cls.__module__}.{cls.__qualname__}" if isinstance(cls, type) else repr(cls)


def _log_fallbacks(app: Flask, plan: AppPlan) -> None:
    for left in plan.fallbacks:
        _log.debug("%s: left to Flask's own code: %s", app.import_name, left)


def route_plan(rule: Rule) -> RoutePlan:
    """What is known of a rule before any request."""
    endpoint = rule.endpoint
    blueprint = endpoint.rpartition(".")[0] if isinstance(endpoint, str) else ""
    return RoutePlan(rule, endpoint, *_scopes(blueprint))


@lru_cache(maxsize=1024)
def _scopes(blueprint: str) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    """The scopes of hooks before and after the views of a blueprint: the same for all of them."""
    blueprints = tuple(_split_blueprint_path(blueprint)) if blueprint else ()
    return (None, *reversed(blueprints)), (*blueprints, None)


def index_of(url_map: Map) -> MapIndex:
    """The matcher and the builders of a map, compiled once for each state of it."""
    index: MapIndex | None = url_map.__dict__.get(MAP_INDEX)
    values = snapshot(_URL_CLASSES)
    # Read before the map is: a route that another thread adds meanwhile is seen the next time.
    mark = url_map.__dict__.get(MAP_MARK)
    if index is None or index.mark is not mark or index.values != values:
        index = _compile_index(url_map, values, mark)
        url_map.__dict__[MAP_INDEX] = index
    return index


def _compile_index(url_map: Map, values: tuple[object, ...], mark: object) -> MapIndex:
    for cls in _URL_CLASSES:
        name = changed_name(cls)
        if name:
            reason = f"{cls.__name__}.{name} was replaced"
            return MapIndex(None, None, {}, values, reason, mark)
    reason = ""
    for _ in range(_TRIES):
        try:
            return _read_map(url_map, values, mark)
        except (Unsettled, RuntimeError) as error:
            # Most likely another thread is in the middle of adding a route; let it finish.
            reason = str(error)
            sleep(0.001)
    return MapIndex(None, None, {}, values, reason, mark)


def _read_map(url_map: Map, values: tuple[object, ...], mark: object) -> MapIndex:
    """Raises Unsettled and RuntimeError as `compile_map` does."""
    routes: dict[int, RoutePlan] = {}

    def target(rule: Rule) -> RoutePlan:
        route = routes[id(rule)] = route_plan(rule)
        return route

    try:
        matcher, urls = compile_map(url_map, target), compile_builders(url_map)
    except Unsupported as error:
        return MapIndex(None, None, {}, values, error.reason, mark)
    return MapIndex(matcher, urls, routes, values, mark=mark)


class _Compiler:
    """Compiles one app, collecting what falls back."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.cls = type(app)
        self.fallbacks: list[Fallback] = []

    def plan(self) -> AppPlan:
        # The state of the world is read first: a change made meanwhile is seen.
        token = watch.current
        app = self.app
        classes = _classes(app)
        looked_at = _looked_at(classes)
        settle(looked_at)
        look = look_at(looked_at, partial(skipped, self.cls, app.response_class))
        seen = look()
        values = snapshot(classes)
        whole = self._whole()
        config: Any = {} if whole else app.config
        index = MapIndex(None, None, {}, reason=whole) if whole else index_of(app.url_map)
        if index.reason and not whole:
            self._left(Piece.MATCHING, index.reason)
        own_adapter = (
            self._own(Piece.MATCHING, "create_url_adapter")
            and not index.reason
            and self._binds_as_written()
            and self._plain_config(Piece.MATCHING, config)
        )
        own_context = self._own(Piece.CONTEXT, "request_context") and self._genuine(
            Piece.CONTEXT, RequestContext, "__init__", "push", "match_request"
        )
        own_app_context = (
            self._own(Piece.APP_CONTEXT, "app_context")
            and self._genuine(Piece.APP_CONTEXT, AppContext, "__init__", "push", "pop")
            and self._same(Piece.APP_CONTEXT, "app_ctx_globals_class", _AppCtxGlobals)
            and self._own(Piece.APP_CONTEXT, "create_url_adapter")
            and self._plain_config(Piece.APP_CONTEXT, config)
        )
        lean_request = self._lean_request()
        own_response = self._own_response()
        wants_sessions = own_context and not whole
        sessions = compile_sessions(app) if wants_sessions else None
        if sessions is None and wants_sessions:
            self._left(Piece.SESSION, why_left(app))
        app_bind, app_binds = self._app_bind(config, own_adapter)
        own_full_dispatch = self._own(Piece.DISPATCH, "full_dispatch_request")
        own_ensure_sync = self._own(Piece.ASYNC, "ensure_sync")
        own_make_response = self._own(Piece.MAKE_RESPONSE, "make_response")
        own_process_response = self._own(
            Piece.PROCESS_RESPONSE, "process_response"
        ) and self._readable(Piece.PROCESS_RESPONSE, "after_request_funcs")
        by_flask = self._reason_of(Piece.APP, Piece.CONTEXT, Piece.DISPATCH)
        plan = AppPlan(
            token=token,
            attributes=0,
            classes=classes,
            looked_at=looked_at,
            look=look,
            seen=seen if is_settled(seen) else None,
            values=values,
            whole=whole,
            by_flask=by_flask,
            index=index,
            url_map=app.url_map,
            urls=index.urls if requests.has_plain_scopes(app.request_class) else None,
            own_context=own_context,
            lean=own_context and own_adapter and lean_request,
            own_pop=self._genuine(Piece.POP, RequestContext, "pop"),
            own_app_context=own_app_context and app_binds,
            own_match=index.matcher is not None and own_context,
            own_full_dispatch=own_full_dispatch,
            own_preprocess=self._own(Piece.HOOKS, "preprocess_request")
            and self._readable(Piece.HOOKS, "before_request_funcs", "url_value_preprocessors"),
            own_dispatch=self._own(Piece.VIEW, "dispatch_request"),
            own_finalize=self._own(Piece.FINALIZE, "finalize_request"),
            own_make_response=own_make_response,
            own_process_response=own_process_response,
            own_teardown_request=self._own(Piece.TEARDOWN, "do_teardown_request")
            and self._readable(Piece.TEARDOWN, "teardown_request_funcs"),
            own_teardown_appcontext=self._own(Piece.TEARDOWN, "do_teardown_appcontext")
            and self._is_registry(Piece.TEARDOWN, "teardown_appcontext_funcs"),
            own_ensure_sync=own_ensure_sync,
            sync_type=FunctionType if own_ensure_sync and not HAS_COROUTINE_MARKS else None,
            own_options="make_default_options_response" not in app.__dict__
            and is_genuine(self.cls, Flask, "make_default_options_response"),
            own_response=own_response,
            own_text=own_response and own_make_response,
            own_quiet=own_response
            and own_make_response
            and own_process_response
            and sessions is not None,
            own_json=own_response and is_genuine(self.cls, Flask, "debug"),
            plain=False,
            close_request=not is_genuine(app.request_class, Request, "close"),
            remembers_hosts="SERVER_NAME" in config
            and config.get("TRUSTED_HOSTS", "") is None
            and getattr(app.request_class, "trusted_hosts", None) is None,
            sessions=sessions,
            plain_queries=requests.plain_queries(app) if lean_request else None,
            reads_cookies=type(sessions) is CookieSessions and sessions.signer is not None,
            request_class=app.request_class,
            response_class=app.response_class,
            json=app.json,
            app_bind=app_bind,
            content_type=_content_type(app.response_class) if own_response else HTML,
            binds={"http": {}, "https": {}},
            # Last, when every piece has been looked at.
            fallbacks=tuple(self.fallbacks),
            count=counting(by_flask, index.matcher is None, self.fallbacks),
        )
        plan.plain = all(getattr(plan, name) for name in _PLAIN) and not plan.close_request
        return plan

    def _whole(self) -> str:
        """Why the whole app runs on Flask's own code, or ''."""
        if not isinstance(self.app.config, Config):
            self._left(Piece.APP, "app.config is not a flask.Config: its changes cannot be seen")
        elif not isinstance(self.app.url_map, Map):
            self._left(Piece.APP, "app.url_map is not a Map of Werkzeug")
        elif name := next(filter(self._computes, _READ_ONCE), ""):
            self._left(Piece.APP, f"{name} is computed by the app's class")
        return self._reason_of(Piece.APP)

    def _computes(self, name: str) -> bool:
        return hasattr(type(getattr_static(self.cls, name, None)), "__get__")

    def _reason_of(self, *pieces: Piece) -> str:
        """Why the first of these pieces is left to Flask, or ''."""
        return next((str(left) for left in self.fallbacks if left.piece in pieces), "")

    def _left(self, piece: Piece, reason: str) -> None:
        self.fallbacks.append(Fallback(piece, reason))

    def _own(self, piece: Piece, name: str) -> bool:
        """Whether the app takes the method from Flask; notes the fallback if not."""
        if name not in self.app.__dict__ and is_genuine(self.cls, Flask, name):
            return True
        self._left(piece, f"{name} is the app's own")
        return False

    def _readable(self, piece: Piece, *registries: str) -> bool:
        """Whether empty ones may be passed over: Flask would find nothing in them."""
        cls = self.app.request_class
        if not requests.has_plain_scopes(cls):
            self._left(piece, f"{_name(cls)} says in its own way whose hooks run")
            return False
        return all(self._is_registry(piece, name) for name in registries)

    def _is_registry(self, piece: Piece, name: str) -> bool:
        registry = self.app.__dict__.get(name)
        if type(registry) in (dict, defaultdict, list):
            return True
        self._left(piece, f"app.{name} is of {type(registry)}")
        return False

    def _genuine(self, piece: Piece, base: type, *names: str) -> bool:
        for name in names:
            if not is_genuine(base, base, name):
                self._left(piece, f"{base.__name__}.{name} was replaced")
                return False
        return True

    def _binds_as_written(self) -> bool:
        url_map = self.app.url_map
        for name in ("bind", "bind_to_environ"):
            if getattr(getattr(url_map, name), "__func__", None) is not getattr(Map, name):
                self._left(Piece.MATCHING, f"url_map.{name} is the app's own")
                return False
        return True

    def _plain_config(self, piece: Piece, config: Any) -> bool:
        if not config or reads_as_dict(config):
            return True
        self._left(piece, f"{_name(type(config))} reads in its own way")
        return False

    def _same(self, piece: Piece, name: str, expected: object) -> bool:
        if getattr(self.app, name) is expected:
            return True
        self._left(piece, f"{name} is the app's own")
        return False

    def _lean_request(self) -> bool:
        cls = self.app.request_class
        if requests.can_be_lazy(cls):
            proxies.learn(cls)
            return True
        self._left(Piece.REQUEST, f"{_name(cls)} makes its requests itself")
        return False

    def _own_response(self) -> bool:
        cls = self.app.response_class
        own = own_part(cls)
        if own:
            self._left(Piece.ANSWER, f"the response class {_name(cls)} has {own} of its own")
            return False
        for base in (Response, Headers):
            name = changed_name(base)
            if name:
                self._left(Piece.ANSWER, f"{base.__name__}.{name} was replaced")
                return False
        return True

    def _app_bind(self, config: Any, own_adapter: bool) -> tuple[tuple[str, str, str] | None, bool]:
        """What binds URLs outside a request; False if it is for Flask to do, or raises there."""
        name = config.get("SERVER_NAME")
        if name is None:
            return None, "SERVER_NAME" in config
        if not own_adapter:
            return None, False
        try:
            bind = (name, config["APPLICATION_ROOT"], config["PREFERRED_URL_SCHEME"])
            self.app.url_map.bind(name, script_name=bind[1], url_scheme=bind[2])
        except Exception:  # Flask raises it when the context is made
            return None, False
        return bind, True
