"""The only file that knows how Flask's contexts work inside.

A compiled request runs in genuine `RequestContext` and `AppContext` objects;
what Flask would put into them at once comes into being when first touched.
`push` and `pop` do what the methods of the same name do, step by step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from flask import Flask
from flask.ctx import AppContext, RequestContext, _AppCtxGlobals
from flask.globals import _cv_app, _cv_request
from flask.signals import (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    request_tearing_down,
)
from werkzeug.routing import Map, MapAdapter

from kolba.engine import lazy, requests, signals, watch
from kolba.engine.frame import COOKIE, ENVIRON, PLACE, PLAN, PUSHED, TOKEN
from kolba.engine.late import ANSWERED, UNOPENED
from kolba.engine.plan import NOWHERE, AppPlan, Bind, Place, RoutePlan
from kolba.engine.signals import CO_COROUTINE, COROUTINE_MARK, HAS_COROUTINE_MARKS

_new = object.__new__

# PERF: methods of Flask's two context variables, bound once.
current_request, set_request, reset_request = _cv_request.get, _cv_request.set, _cv_request.reset
current_app, set_app, reset_app = _cv_app.get, _cv_app.set, _cv_app.reset


def install() -> None:
    """Teach Flask's context classes to make their parts when touched."""
    lazy.install(
        RequestContext,
        PLAN,
        request=requests.make,
        url_adapter=_url_adapter,
        _session=_session,
        flashes=_flashes,
        _after_request_functions=_after_request_functions,
    )
    lazy.install(AppContext, PLAN, g=_g, url_adapter=_app_url_adapter)
    lazy.install(RequestContext, TOKEN, _cv_tokens=_request_tokens)
    lazy.install(AppContext, TOKEN, _cv_tokens=_app_tokens)


def environ_at_start(attributes: dict[str, Any]) -> dict[str, Any]:
    """The environ as it was when the request began."""
    request = attributes.get("request")
    if request is not None:
        return request.__dict__.get(requests.MARK) or attributes[ENVIRON]  # type: ignore[no-any-return]
    return attributes[ENVIRON]  # type: ignore[no-any-return]


def _url_adapter(attributes: dict[str, Any]) -> MapAdapter:
    plan: AppPlan = attributes[PLAN]
    return adapter_of(plan.url_map, attributes[PLACE][0], environ_at_start(attributes))


def adapter_of(url_map: Map, bind: Bind, environ: dict[str, Any]) -> MapAdapter:
    """The adapter that `Flask.create_url_adapter` makes for a request."""
    return MapAdapter(
        url_map,
        bind.server_name,
        _text(environ, "SCRIPT_NAME", "/"),
        bind.subdomain,
        environ["wsgi.url_scheme"],
        _text(environ, "PATH_INFO", "/"),
        environ["REQUEST_METHOD"],
        _text(environ, "QUERY_STRING", None),
    )


def _text(environ: dict[str, Any], key: str, missing: Any) -> Any:
    value = environ.get(key)
    if value is None:
        return missing
    return value if value.isascii() else value.encode("latin1").decode(errors="replace")


def _session(attributes: dict[str, Any]) -> Any:
    # Only contexts whose session is known to open without an error come here.
    sessions, opening = attributes[PLAN].sessions, attributes[COOKIE]
    if not opening.late:
        return sessions.open(opening)
    request = attributes.get("request")
    if request is None:
        begins = sessions.begins
        if begins is not None and opening is not ANSWERED:
            context = current_request(None)
            if context is not None and context.__dict__ is attributes:
                session = begins(context, attributes[ENVIRON])
                if session is not None:
                    return session
        request = attributes["request"] = requests.make(attributes)
    return sessions.open(opening, attributes["app"], request)


def _flashes(attributes: dict[str, Any]) -> None:
    return None


def _after_request_functions(attributes: dict[str, Any]) -> list[Any]:
    return []


def _request_tokens(attributes: dict[str, Any]) -> list[Any]:
    token, attributes[TOKEN] = attributes[TOKEN], None
    pushed, attributes[PUSHED] = attributes[PUSHED], None
    return [] if token is None else [(token, pushed)]


def _app_tokens(attributes: dict[str, Any]) -> list[Any]:
    token, attributes[TOKEN] = attributes[TOKEN], None
    return [] if token is None else [token]


def _app_url_adapter(attributes: dict[str, Any]) -> MapAdapter | None:
    plan: AppPlan = attributes[PLAN]
    if plan.app_bind is None:
        return None
    server_name, root, scheme = plan.app_bind
    return plan.url_map.bind(server_name, script_name=root, url_scheme=scheme)  # type: ignore[no-any-return]


def _g(attributes: dict[str, Any]) -> _AppCtxGlobals:
    return _AppCtxGlobals()


@dataclass(frozen=True, slots=True)
class Held:
    """What a request's context holds by now; what nobody has asked for is None."""

    rule: Any
    args: Any
    request: Any
    session: Any
    flashes: Any


def held(context: Any) -> Held:
    """What a context holds, for those who only look: nothing is made for them."""
    attributes = context.__dict__
    request = attributes.get("request")
    route, args = attributes.get(PLACE, NOWHERE)[1:3]
    rule = None if route is None else route.rule
    if request is not None:
        rule, args = (request.__dict__.get(name) for name in ("url_rule", "view_args"))
    session, flashes = attributes.get("_session"), attributes.get("flashes")
    return Held(rule, args if type(args) is dict else None, request, session, flashes)


def session_of_cookie(context: Any) -> Any:
    """A session like the one that a context would open, of its signed cookie; None of any other.

    It is nobody's: the context's own is not opened by it.
    """
    attributes = context.__dict__
    plan, opening = attributes.get(PLAN), attributes.get(COOKIE)
    if opening is None or opening is UNOPENED or opening.late or plan.sessions is None:
        return None
    return plan.sessions.open(opening)


def lean(plan: AppPlan, app: Flask, environ: dict[str, Any], place: Place) -> RequestContext:
    """A request context of which nothing but its frame has been made yet."""
    sessions = plan.sessions
    cookie = UNOPENED if sessions is None else sessions.lookup(environ)
    context: Any = _new(RequestContext)
    # PERF: attributes of a new object take half the time of a `__dict__` made for it.
    context.app = app
    context._cv_tokens = []
    context._kolba_plan = plan
    context._kolba_environ = environ
    context._kolba_place = place
    context._kolba_cookie = cookie
    if cookie is UNOPENED:
        context._session = None
    return context  # type: ignore[no-any-return]


def push(plan: AppPlan, app: Flask, context: RequestContext, frame: dict[str, Any]) -> None:
    """`RequestContext.push` up to the session: bind both contexts."""
    outer = current_app(None)
    pushed: Any = None
    if outer is not None and outer.app is app:
        pass  # It is shared, and stays.
    elif plan.own_app_context:
        pushed = _new(AppContext)
        pushed.app = app
        pushed._cv_tokens = [set_app(pushed)]
        pushed._kolba_plan = plan
        if appcontext_pushed.receivers:
            signals.send(appcontext_pushed, app)
    else:
        pushed = app.app_context()
        pushed.push()
    frame["_cv_tokens"].append((set_request(context), pushed))


# As many tokens as a context has whose `_cv_tokens` nobody has asked for.
_ONE = (None,)


def pop(
    plan: AppPlan,
    app: Flask,
    context: RequestContext,
    frame: dict[str, Any],
    error: BaseException | None,
) -> None:
    """`RequestContext.pop(error)`; `frame` is the context's `__dict__`."""
    is_plain = len(frame.get("_cv_tokens", _ONE)) == 1 and plan.own_pop
    if not is_plain or current_request(None) is not context:
        context.pop(error)
        return
    request = frame.get("request")
    try:
        if not plan.own_teardown_request:
            app.do_teardown_request(error)
        elif app.teardown_request_funcs or request_tearing_down.receivers:
            _teardown_request(plan, app, frame, error)
        if plan.close_request:
            context.request.close()
        elif request is not None and must_close(plan, request):
            close = getattr(request, "close", None)
            if close is not None:
                close()
    finally:
        current = current_request()
        token = frame.get(TOKEN)
        if token is None:
            token, pushed = frame["_cv_tokens"].pop()
        else:
            pushed, frame[TOKEN], frame[PUSHED] = frame[PUSHED], None, None
        reset_request(token)
        if current is not context:
            frame = current.__dict__
        # Break the cycle between environ and request, without waking a lazy one.
        environ = frame["request"].__dict__.get("environ") if "request" in frame else None
        (frame[ENVIRON] if environ is None else environ)["werkzeug.request"] = None
        if pushed is not None:
            _pop_app(plan, app, pushed, error)
        if current is not context:
            raise AssertionError(
                f"Popped wrong request context. ({current!r} instead of {context!r})"
            )


def must_close(plan: AppPlan, request: Any) -> bool:
    """Whether `close` of a request would do anything, if its class has Flask's."""
    if type(request) is not plan.request_class:
        return True
    values = request.__dict__
    return bool(values.get("files")) or "close" in values


def _teardown_request(
    plan: AppPlan, app: Flask, attributes: dict[str, Any], error: BaseException | None
) -> None:
    """`Flask.do_teardown_request`."""
    if app.teardown_request_funcs:
        for scope in scopes_after(attributes):
            if scope in app.teardown_request_funcs:
                for function in reversed(app.teardown_request_funcs[scope]):
                    synchronous(plan, app, function)(error)
    if request_tearing_down.receivers:
        signals.send(request_tearing_down, app, exc=error)


def synchronous(plan: AppPlan, app: Flask, function: Any) -> Callable[..., Any]:
    """`app.ensure_sync(function)`; a plain function is told by its code alone."""
    if (
        plan.own_ensure_sync
        and plan.token is watch.current  # a hook may have set another `ensure_sync`
        and type(function) is FunctionType
        and not function.__code__.co_flags & CO_COROUTINE
        and not (HAS_COROUTINE_MARKS and COROUTINE_MARK in function.__dict__)
    ):
        return function
    return app.ensure_sync(function)


def scopes_after(attributes: dict[str, Any]) -> tuple[str | None, ...]:
    """The scopes of hooks that run after the view: the blueprints', then the app's."""
    route: RoutePlan | None = attributes[PLACE][1]
    request = attributes.get("request")
    if request is not None and (route is None or request.url_rule is not route.rule):
        return (*request.blueprints, None)
    return (None,) if route is None else route.after


def _pop_app(plan: AppPlan, app: Flask, context: Any, error: BaseException | None) -> None:
    """`AppContext.pop(error)`."""
    attributes = context.__dict__
    is_plain = (
        plan.own_app_context
        and plan.own_teardown_appcontext
        and plan.token is watch.current  # a teardown may have set what comes after it
        and "pop" not in attributes
    )
    if not is_plain or (attributes.get(TOKEN) is None and len(context._cv_tokens) != 1):
        context.pop(error)
        return
    leave(plan, app, context, error)


def leave(plan: AppPlan, app: Flask, context: Any, error: BaseException | None) -> None:
    """`AppContext.pop(error)` of a context that is on for the last time."""
    try:
        for function in reversed(app.teardown_appcontext_funcs):
            # PERF: what `synchronous` says of most, written out.
            if (
                type(function) is not plan.sync_type
                or function.__code__.co_flags & CO_COROUTINE
                or plan.token is not watch.current
            ):
                function = synchronous(plan, app, function)
            function(error)
        if appcontext_tearing_down.receivers:
            signals.send(appcontext_tearing_down, app, exc=error)
    finally:
        current = current_app()
        token = context.__dict__.get(TOKEN)
        if token is None:
            reset_app(context._cv_tokens.pop())
        else:
            context._kolba_token = None
            reset_app(token)
    if current is not context:
        raise AssertionError(f"Popped wrong app context. ({current!r} instead of {context!r})")
    if appcontext_popped.receivers:
        signals.send(appcontext_popped, app)
