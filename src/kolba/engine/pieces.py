"""One request, piece by piece: for apps and requests at which more looks than a view.

The order is that of `Flask.wsgi_app`. Each piece is Kolba's where the plan owns it, else Flask's
own; where the app changes amid a request, the rest of it goes by what the app is now.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from flask.ctx import RequestContext
from werkzeug.exceptions import HTTPException
from werkzeug.routing import ValidationError

from kolba.engine import context as contexts
from kolba.engine import watch
from kolba.engine.compile import compile_app
from kolba.engine.context import current_app, current_request, lean, pop, push
from kolba.engine.dispatch import full_dispatch
from kolba.engine.finalizing import Page
from kolba.engine.frame import COOKIE, ENVIRON, PLACE, PLAN
from kolba.engine.late import UNOPENED, open_by_interface
from kolba.engine.plan import NOWHERE, AppPlan, Place
from kolba.engine.responses import Closing, send

StartResponse = Callable[..., Any]

flask_wsgi_app = Flask.wsgi_app


def by_pieces(
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
            answer = full_dispatch(plan, app, context, frame)
        except Exception as e:
            error = e
            answer = app.handle_exception(e)
        except:
            error = sys.exc_info()[1]
            raise
        return sent(plan, app, answer, environ, start_response)
    finally:
        end(plan, app, context, frame, error)


def sent(
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
        return page_sent(answer, environ, start_response)
    if plan.own_response:
        return send(plan.response_class, answer, environ, start_response)
    return answer(environ, start_response)  # type: ignore[no-any-return]


def page_sent(
    page: Page, environ: dict[str, Any], start_response: StartResponse
) -> Iterable[bytes]:
    """What the server gets of a plain page."""
    text, headers, on_close = page
    body = [] if environ["REQUEST_METHOD"] == "HEAD" else [text]
    start_response("200 OK", headers)
    return body if on_close is None else Closing(body, on_close)


def end(
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
