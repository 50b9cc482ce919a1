"""Flask's methods from the first hook to the answer, done by the plan.

Each function says which method it is. One that the plan does not own is called itself, at its
place.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

from flask import Flask
from flask.ctx import RequestContext
from flask.globals import request as flask_request
from flask.signals import request_finished, request_started

from kolba.engine import context as contexts
from kolba.engine import signals, watch
from kolba.engine.compile import compile_app
from kolba.engine.context import current_request, synchronous
from kolba.engine.finalizing import UNDONE, finalize, finalize_text
from kolba.engine.frame import ENVIRON, PLACE
from kolba.engine.locate import allowed_methods
from kolba.engine.plan import AppPlan, RoutePlan
from kolba.engine.signals import CO_COROUTINE, COROUTINE_MARK, HAS_COROUTINE_MARKS

_LEN_OPTIONS = len("OPTIONS")


def full_dispatch(plan: AppPlan, app: Flask, context: RequestContext, frame: dict[str, Any]) -> Any:
    """`Flask.full_dispatch_request`; a `Page` stands for a plain page of text."""
    if not plan.own_full_dispatch:
        return app.full_dispatch_request()
    if not app._got_first_request:
        app.__dict__["_got_first_request"] = True
    try:
        own_preprocess = plan.own_preprocess
        if request_started.receivers:
            signals.send(request_started, app)
            if plan.token is not watch.current or current_request(None) is not context:
                own_preprocess = False
        if not own_preprocess:
            rv = app.preprocess_request()
        elif app.before_request_funcs or app.url_value_preprocessors:
            rv = preprocess(plan, app, context)
        else:
            rv = None
        if rv is None:
            if (
                plan.token is not watch.current
                or not plan.own_dispatch
                or current_request(None) is not context
            ):
                rv = app.dispatch_request()
            elif (
                "request" in frame
                or (route := (place := frame[PLACE])[1]) is None
                or len(frame[ENVIRON]["REQUEST_METHOD"]) == _LEN_OPTIONS
            ):
                rv = dispatch(plan, app, context)
            else:
                view = app.view_functions[route.rule.endpoint]
                # PERF: written out, so that the view of most requests is called without detours.
                if (
                    type(view) is FunctionType
                    and plan.own_ensure_sync
                    and not view.__code__.co_flags & CO_COROUTINE
                    and not (HAS_COROUTINE_MARKS and COROUTINE_MARK in view.__dict__)
                ):
                    rv = view(**place[2]) if place[2] else view()
                else:
                    rv = app.ensure_sync(view)(**(place[2] or {}))
    except Exception as e:
        rv = app.handle_user_exception(e)
    try:
        return finish(plan, app, context, frame, rv)
    finally:
        # It may be an exception, whose traceback holds this frame: a cycle.
        del rv


def finish(
    plan: AppPlan, app: Flask, context: RequestContext, frame: dict[str, Any], rv: Any
) -> Any:
    """`Flask.finalize_request`; a `Page` stands for a plain page of text."""
    if plan.token is not watch.current:
        plan = compile_app(app)
    if not plan.own_finalize or current_request(None) is not context:
        return app.finalize_request(rv)
    if type(rv) is str and plan.own_quiet and not request_finished.receivers:
        # PERF: nothing looks at the answer but the server, and hooks.
        answer = finalize_text(plan, app, context, frame, rv)
        if answer is not UNDONE:
            return answer
    return finalize(plan, app, context, frame, rv)


def preprocess(plan: AppPlan, app: Flask, context: RequestContext) -> Any:
    """`Flask.preprocess_request`."""
    frame = context.__dict__
    route: RoutePlan | None = frame[PLACE][1]
    scopes = _scopes_before(frame, route) if route is None or "request" in frame else route.before
    # Hooks may put others in their place: what is asked is what the app has now.
    if app.url_value_preprocessors:
        for scope in scopes:
            if scope in app.url_value_preprocessors:
                for preprocess in app.url_value_preprocessors[scope]:
                    # One before it may have pushed another context, or popped this one.
                    moved = current_request(None) is not context
                    request = flask_request if moved else context.request
                    preprocess(request.endpoint, request.view_args)
    for scope in scopes:
        if scope in app.before_request_funcs:
            for function in app.before_request_funcs[scope]:
                rv = synchronous(plan, app, function)()
                if rv is not None:
                    return rv
    return None


def _scopes_before(frame: dict[str, Any], route: RoutePlan | None) -> tuple[str | None, ...]:
    request = frame.get("request")
    if request is not None and (route is None or request.url_rule is not route.rule):
        return (None, *reversed(request.blueprints))
    return (None,) if route is None else route.before


def dispatch(plan: AppPlan, app: Flask, context: RequestContext) -> Any:
    """`Flask.dispatch_request`."""
    frame = context.__dict__
    _, route, args, _ = frame[PLACE]
    request = frame.get("request")
    if request is None:
        if route is None:
            app.raise_routing_exception(context.request)
        rule, method = route.rule, frame[ENVIRON]["REQUEST_METHOD"]
        args = args or {}
    else:
        if request.routing_exception is not None:
            app.raise_routing_exception(request)
        rule = request.url_rule
        values = request.__dict__
        # PERF: what `request.method` is made of, up to its case, if nobody has asked for it.
        if ENVIRON in values and "method" not in values:
            method = values[ENVIRON].get("REQUEST_METHOD", "GET")
        else:
            method = request.method
    if (
        len(method) == _LEN_OPTIONS
        and method.upper() == "OPTIONS"
        and getattr(rule, "provide_automatic_options", False)
    ):
        return _default_options(plan, app, context)
    if request is not None:
        args = request.view_args
    view = app.view_functions[rule.endpoint]
    return synchronous(plan, app, view)(**args)


def _default_options(plan: AppPlan, app: Flask, context: RequestContext) -> Any:
    """`Flask.make_default_options_response`."""
    frame = context.__dict__
    if not plan.own_options or (bind := frame[PLACE][0]) is None or "url_adapter" in frame:
        return app.make_default_options_response()
    methods = allowed_methods(plan, bind, contexts.environ_at_start(frame))
    if methods is None:
        return app.make_default_options_response()
    response = app.response_class()
    response.allow.update(methods)
    return response
