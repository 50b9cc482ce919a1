"""The hot path: one request, from the WSGI call to its answer, by the plan.

`wsgi_app` does what `Flask.wsgi_app` does, in the same order; a step that the plan
does not own is Flask's own method, called at its place. Nothing here looks up
what compile could have decided; registries, which anybody may change, are read
live, and so is everything that the app's own code may have changed meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from flask import Flask
from flask.ctx import AppContext, RequestContext, _AppCtxGlobals
from flask.globals import request as flask_request
from flask.signals import (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    request_finished,
    request_started,
    request_tearing_down,
)
from werkzeug.exceptions import HTTPException
from werkzeug.routing import ValidationError

from kolba.engine import context as contexts
from kolba.engine import signals, watch
from kolba.engine.compile import compile_app, looked_again
from kolba.engine.context import (
    current_app,
    current_request,
    lean,
    leave,
    pop,
    push,
    reset_app,
    reset_request,
    set_app,
    set_request,
    synchronous,
)
from kolba.engine.finalizing import (
    UNDONE,
    Page,
    finalize,
    finalize_text,
    text_for_hooks,
)
from kolba.engine.frame import COOKIE, ENVIRON, PLACE, PLAN, PUSHED
from kolba.engine.late import ANSWERED, UNOPENED, open_by_interface
from kolba.engine.locate import allowed_methods, locate
from kolba.engine.plan import NOWHERE, AppPlan, Place, RoutePlan
from kolba.engine.responses import Closing, length_header, lengths, send
from kolba.engine.signals import CO_COROUTINE, HAS_COROUTINE_MARKS

StartResponse = Callable[..., Any]

flask_wsgi_app = Flask.wsgi_app

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
        return _by_pieces(plan, app, environ, start_response, place)
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
        return _by_pieces(plan, app, environ, start_response, place)

    # PERF: what follows is `_by_pieces` for a request at which nobody looks but its view, in one
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
                answer = _full_dispatch(plan, app, context, frame)
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
                        answer = _finish(plan, app, context, frame, rv)
                else:
                    try:
                        answer = _finish(plan, app, context, frame, rv)
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
            body = _page_sent(answer, environ, start_response)
        else:
            body = _sent(plan, app, answer, environ, start_response)
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
            _end(plan, app, context, frame, error)
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
        rv = _preprocess(plan, app, context)
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
        return _dispatch(plan, app, context)
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
        and not (HAS_COROUTINE_MARKS and view.__dict__)
    ):
        route.code = view.__code__  # first: another thread may use both at once
        route.view = view
        return view
    return app.ensure_sync(view)


def _by_pieces(
    plan: AppPlan,
    app: Flask,
    environ: dict[str, Any],
    start_response: StartResponse,
    place: Place | None,
) -> Iterable[bytes]:
    """Any request, each step of which is Kolba's or Flask's."""
    if plan.whole:
        return flask_wsgi_app(app, environ, start_response)
    context = (
        _eager_context(plan, app, environ) if place is None else lean(plan, app, environ, place)
    )
    frame = context.__dict__
    error: BaseException | None = None
    try:
        try:
            if place is not None:
                push(plan, app, context, frame)
                if plan.token is not watch.current:
                    # Who is told of app contexts may have added its route, or changed its key.
                    frame["_session"] = None
                    _match_anew(context, frame)
                elif frame[COOKIE] is UNOPENED or place[2].__class__ is tuple:
                    _open_late(plan, context)
            elif plan.own_context:
                push(plan, app, context, frame)
                _open_and_match(plan, context)
            else:
                context.push()
            if plan.token is not watch.current:
                plan = compile_app(app)
            answer = _full_dispatch(plan, app, context, frame)
        except Exception as e:
            error = e
            answer = app.handle_exception(e)
        except:
            error = sys.exc_info()[1]
            raise
        return _sent(plan, app, answer, environ, start_response)
    finally:
        _end(plan, app, context, frame, error)


def _sent(
    plan: AppPlan,
    app: Flask,
    answer: Any,
    environ: dict[str, Any],
    start_response: StartResponse,
) -> Iterable[bytes]:
    """What the server gets of an answer."""
    if plan.token is not watch.current:
        plan = compile_app(app)
    if type(answer) is Page:
        return _page_sent(answer, environ, start_response)
    if plan.own_response:
        return send(plan.response_class, answer, environ, start_response)
    return answer(environ, start_response)  # type: ignore[no-any-return]


def _page_sent(
    page: Page, environ: dict[str, Any], start_response: StartResponse
) -> Iterable[bytes]:
    """What the server gets of a plain page."""
    text, headers, on_close = page
    body = [] if environ["REQUEST_METHOD"] == "HEAD" else [text]
    start_response("200 OK", headers)
    return body if on_close is None else Closing(body, on_close)


def _end(
    plan: AppPlan,
    app: Flask,
    context: RequestContext,
    frame: dict[str, Any],
    error: BaseException | None,
) -> None:
    """What `Flask.wsgi_app` does when an answer has been made."""
    environ = frame[ENVIRON]
    if "werkzeug.debug.preserve_context" in environ:
        environ["werkzeug.debug.preserve_context"](current_app())
        environ["werkzeug.debug.preserve_context"](current_request())
    miss = frame[PLACE][3] if error is None else None
    if error is not None and app.should_ignore_error(error):
        error = None
    if plan.token is not watch.current:
        plan = compile_app(app)
    pop(plan, app, context, frame, error)
    if miss is not None:
        # It was answered. Its frames hold the context, and the context it: a cycle.
        miss.__traceback__ = None


def _eager_context(plan: AppPlan, app: Flask, environ: dict[str, Any]) -> RequestContext:
    """A context that Flask's own constructor made, with the engine's frame added."""
    context = app.request_context(environ)
    frame = context.__dict__
    frame[PLAN] = plan
    frame[ENVIRON] = environ
    frame[PLACE] = NOWHERE
    frame[COOKIE] = None
    return context


def _open_and_match(plan: AppPlan, context: RequestContext) -> None:
    """The second half of `RequestContext.push`: open the session, then match."""
    if context._session is None:
        context._session = open_by_interface(context)
    if context.url_adapter is None:
        return
    request = context.request
    try:
        # The adapter is of the map that the app had when the request began.
        if plan.own_match and getattr(context.url_adapter, "map", None) is plan.url_map:
            rule, args = plan.index.matcher.match(context.url_adapter)  # type: ignore[union-attr]
        else:
            rule, args = context.url_adapter.match(return_rule=True)
    except HTTPException as e:
        request.routing_exception = e
        context.__dict__[PLACE] = None, None, None, e
        return
    request.url_rule, request.view_args = rule, args
    if plan.lean:
        context.__dict__[PLACE] = None, plan.index.routes.get(id(rule)), args, None


def _match_anew(context: RequestContext, frame: dict[str, Any]) -> None:
    """Open the session, if it is not open yet, and match by what the app is now."""
    frame[PLACE] = frame[PLACE][0], None, None, None
    _open_and_match(compile_app(context.app), context)


def _open_late(plan: AppPlan, context: RequestContext) -> None:
    """Open the session, and convert with the app's own converters, in the context.

    Both may look at the request, which does not know its route yet.
    """
    frame = context.__dict__
    bind, route, args, miss = frame[PLACE]
    frame[PLACE] = bind, None, None, None
    if frame[COOKIE] is UNOPENED:
        if plan.sessions is None:
            frame["_session"] = open_by_interface(context)
        else:
            frame["_session"] = plan.sessions.open_now(context, contexts.environ_at_start(frame))
        if plan.token is not watch.current:
            _match_anew(context, frame)
            return
    if args.__class__ is tuple:
        leaf, raw = args
        try:
            route, args = leaf.target, leaf.convert(raw)
        except ValidationError:
            route, args = None, None
            adapter: Any = context.url_adapter
            miss = plan.index.matcher.refusal(  # type: ignore[union-attr]
                bind.domain,
                f"/{adapter.path_info.lstrip('/')}" if adapter.path_info else "",
                adapter.default_method.upper(),
                False,
            ).error(adapter)
        except HTTPException as e:
            route, args, miss = None, None, e
    frame[PLACE] = bind, route, args, miss
    request = frame.get("request")
    if request is not None:
        if route is not None:
            request.url_rule, request.view_args = route.rule, {} if args is None else args
        elif miss is not None:
            request.routing_exception = miss


def _full_dispatch(
    plan: AppPlan, app: Flask, context: RequestContext, frame: dict[str, Any]
) -> Any:
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
            rv = _preprocess(plan, app, context)
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
                rv = _dispatch(plan, app, context)
            else:
                view = app.view_functions[route.rule.endpoint]
                # PERF: written out, so that the view of most requests is called without detours.
                if (
                    type(view) is FunctionType
                    and plan.own_ensure_sync
                    and not view.__code__.co_flags & CO_COROUTINE
                    and not (HAS_COROUTINE_MARKS and view.__dict__)
                ):
                    rv = view(**place[2]) if place[2] else view()
                else:
                    rv = app.ensure_sync(view)(**(place[2] or {}))
    except Exception as e:
        rv = app.handle_user_exception(e)
    try:
        return _finish(plan, app, context, frame, rv)
    finally:
        # It may be an exception, whose traceback holds this frame: a cycle.
        del rv


def _finish(
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


def _preprocess(plan: AppPlan, app: Flask, context: RequestContext) -> Any:
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


def _dispatch(plan: AppPlan, app: Flask, context: RequestContext) -> Any:
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
