"""The hot path: one request, from the WSGI call to its answer, by the plan.

`wsgi_app` does what `Flask.wsgi_app` does, in the same order; a step that the plan
does not own is Flask's own method, called at its place. Nothing here looks up
what compile could have decided; registries, which anybody may change, are read
live, and so is everything that the app's own code may have changed meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from flask import Flask
from flask.ctx import AppContext, RequestContext, _AppCtxGlobals
from flask.signals import (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    request_finished,
    request_started,
    request_tearing_down,
)

from kolba.engine import signals, watch
from kolba.engine.compile import compile_app, looked_again
from kolba.engine.context import (
    current_app,
    current_request,
    leave,
    reset_app,
    reset_request,
    set_app,
    set_request,
    synchronous,
)
from kolba.engine.dispatch import dispatch, finish, full_dispatch, preprocess
from kolba.engine.finalizing import Page, text_for_hooks
from kolba.engine.frame import COOKIE, ENVIRON, PLACE, PLAN, PUSHED
from kolba.engine.late import ANSWERED, UNOPENED
from kolba.engine.locate import locate
from kolba.engine.pieces import StartResponse, by_pieces, end, page_sent, sent
from kolba.engine.plan import AppPlan, RoutePlan
from kolba.engine.responses import length_header, lengths
from kolba.engine.signals import CO_COROUTINE, COROUTINE_MARK, HAS_COROUTINE_MARKS

# To mypy, what is compared with their results is still of any type.
_current_request: Any = current_request
_current_app: Any = current_app

_LEN_OPTIONS = len("OPTIONS")

_new = object.__new__

# How many attributes a request's context has when nothing has been made for it.
_BARE = 8


def wsgi_app(app: Flask, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Takes the place of `Flask.wsgi_app`: answers one request by the app's plan."""
    attributes = app.__dict__
    try:
        plan: AppPlan = attributes[PLAN]
    except KeyError:
        plan = compile_app(app)
    if plan.token is not watch.current or plan.attributes != len(attributes):
        plan = compile_app(app)
    else:
        # PERF: a slot is read, then called; to call it as a method takes longer.
        look = plan.look
        if plan.seen != look():
            plan = looked_again(plan, app)
    count = plan.count
    count()
    if not plan.plain:
        place = locate(plan, app, environ) if plan.lean else None
        return by_pieces(plan, app, environ, start_response, place)
    place = locate(plan, app, environ)
    sessions: Any = plan.sessions
    opening = sessions.lookup(environ)
    if (
        place is None
        or (route := place[1]) is None
        or opening is UNOPENED
        or current_app(None) is not None
        or appcontext_pushed.receivers
    ):
        return by_pieces(plan, app, environ, start_response, place)

    # PERF: what follows is `by_pieces` for a request at which nobody looks but its view, in one
    # function, without what nobody asks for; where somebody does, the pieces are called.
    # (Agents show a failed view's frames: no name here is one that they blank out, as `token` is.)
    pushed: Any = _new(AppContext)
    pushed.app = app
    pushed._kolba_plan = plan
    context: Any = _new(RequestContext)
    # PERF: attributes of a new object take half the time of a `__dict__` made for it.
    context.app = app
    context._kolba_plan = plan
    context._kolba_environ = environ
    context._kolba_place = place
    context._kolba_cookie = opening
    context._kolba_args = None
    context._kolba_pushed = pushed
    undo_app = pushed._kolba_token = set_app(pushed)
    undo = context._kolba_token = set_request(context)
    frame = context.__dict__
    error: BaseException | None = None
    bare = False
    try:
        try:
            if not app._got_first_request or len(environ["REQUEST_METHOD"]) == _LEN_OPTIONS:
                answer = full_dispatch(plan, app, context, frame)
            else:
                try:
                    if (
                        app.before_request_funcs
                        or app.url_value_preprocessors
                        or request_started.receivers
                    ):
                        rv = _hooks_and_view(plan, app, context, frame, route)
                    else:
                        view = app.view_functions[route.endpoint]
                        if view is not route.view or view.__code__ is not route.code:
                            view = _synchronous_view(app, route, view)
                        args = place[2]
                        rv = view(**args) if args else view()
                except Exception as e:
                    rv = app.handle_user_exception(e)
                if (
                    type(rv) is str
                    and plan.token is watch.current
                    and context is _current_request(None)
                ):
                    if app.after_request_funcs or request_finished.receivers:
                        answer = text_for_hooks(plan, app, context, frame, rv)
                    elif (
                        len(frame) == _BARE
                        and not opening.must_save
                        and not sessions.set_on_interface
                    ):
                        answer = rv.encode()
                        if opening.late:
                            frame[COOKIE] = ANSWERED
                        bare = True
                    else:
                        answer = finish(plan, app, context, frame, rv)
                else:
                    try:
                        answer = finish(plan, app, context, frame, rv)
                    finally:
                        # It may be an exception, whose traceback holds this frame: a cycle.
                        del rv
        except Exception as e:
            error = e
            answer = app.handle_exception(e)
        except:
            error = sys.exc_info()[1]
            raise
        if bare:
            size = len(answer)
            length = lengths.get(size) or length_header(size)
            body: Any = [] if environ["REQUEST_METHOD"] == "HEAD" else [answer]
            start_response("200 OK", [plan.content_type, length])
        elif type(answer) is Page:
            body = page_sent(answer, environ, start_response)
        else:
            body = sent(plan, app, answer, environ, start_response)
    finally:
        # What start_response does is in time for the end, too.
        if (
            error is None
            and (len(frame) == _BARE or _is_quiet(plan, frame))
            and plan.token is watch.current
            and context is _current_request(None)
            and pushed is _current_app(None)
            and pushed._kolba_token is undo_app  # nobody has asked for its tokens
            and "werkzeug.debug.preserve_context" not in environ
            and not app.teardown_request_funcs
            and not request_tearing_down.receivers
            and not appcontext_tearing_down.receivers
            and not appcontext_popped.receivers
        ):
            reset_request(undo)
            context._kolba_token = context._kolba_pushed = None
            environ["werkzeug.request"] = None
            if app.teardown_appcontext_funcs:
                leave(plan, app, pushed, None)
                pushed = None
            else:
                reset_app(undo_app)
                pushed._kolba_token = pushed = None
        else:
            # What is in `g` is freed at its end, though an error's traceback holds this frame.
            pushed = None
            end(plan, app, context, frame, error)
    return body  # type: ignore[no-any-return]


def _is_quiet(plan: AppPlan, frame: dict[str, Any]) -> bool:
    """Whether the context of an answered request can end as that of a bare one does."""
    request = frame.get("request")
    if request is not None:
        # PERF: `must_close`, written out.
        if type(request) is not plan.request_class:
            return False
        values, environ = request.__dict__, frame[ENVIRON]
        if values.get("files") or "close" in values:
            return False
        if values.get("environ", environ) is not environ:
            return False
    return "_cv_tokens" not in frame


def _hooks_and_view(
    plan: AppPlan, app: Flask, context: RequestContext, frame: dict[str, Any], route: RoutePlan
) -> Any:
    """What the first hook that answers returns, or the view; nobody has seen the request yet."""
    # PERF: hooks are what uses `g` most; made here it does without the detour of what is late.
    frame[PUSHED].g = _AppCtxGlobals()
    if request_started.receivers:
        signals.send(request_started, app)
        if plan.token is not watch.current or current_request(None) is not context:
            rv: Any = app.preprocess_request()
            return app.dispatch_request() if rv is None else rv
    if app.url_value_preprocessors or "request" in frame:
        rv = preprocess(plan, app, context)
        if rv is not None:
            return rv
    else:
        for scope in route.before:
            if scope in app.before_request_funcs:
                for function in app.before_request_funcs[scope]:
                    # PERF: what `synchronous` says of most, written out.
                    if (
                        type(function) is not plan.sync_type
                        or function.__code__.co_flags & CO_COROUTINE
                        or plan.token is not watch.current
                    ):
                        function = synchronous(plan, app, function)
                    rv = function()
                    if rv is not None:
                        return rv
    if plan.token is not watch.current or current_request(None) is not context:
        return app.dispatch_request()
    if "request" in frame:
        return dispatch(plan, app, context)
    view = app.view_functions[route.endpoint]
    if view is not route.view or view.__code__ is not route.code:
        view = _synchronous_view(app, route, view)
    args = frame[PLACE][2]
    return view(**args) if args else view()


def _synchronous_view(app: Flask, route: RoutePlan, view: Any) -> Any:
    """`app.ensure_sync(view)`; a plain function is remembered."""
    if (
        type(view) is FunctionType
        and not view.__code__.co_flags & CO_COROUTINE
        and not (HAS_COROUTINE_MARKS and COROUTINE_MARK in view.__dict__)
    ):
        route.code = view.__code__  # first: another thread may use both at once
        route.view = view
        return view
    return app.ensure_sync(view)
