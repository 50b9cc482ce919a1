"""From what a view returned to the answer: `Flask.finalize_request`, step by step.

A plain page of text whose response nobody has kept or changed is sent without asking it.
Invariant: hooks get the response that Flask would give them, and what they leave is sent.
"""

from __future__ import annotations

from sys import getrefcount
from typing import Any

from flask import Flask
from flask.ctx import RequestContext
from flask.globals import request
from flask.signals import request_finished
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from kolba.engine import signals, watch
from kolba.engine.compile import compile_app
from kolba.engine.context import current_request, scopes_after, synchronous
from kolba.engine.frame import COOKIE, ENVIRON, PLACE, PLAN
from kolba.engine.holders import MOST
from kolba.engine.late import ANSWERED, WITH_COOKIES, Added, OnClose
from kolba.engine.plan import AppPlan, RoutePlan
from kolba.engine.refusals import response_to
from kolba.engine.responses import length_header, lengths, response_of, text_response
from kolba.engine.signals import CO_COROUTINE

_MOST, _MOST_OF_BODY = MOST.made, MOST.made_body


class Page(tuple[bytes, list[tuple[str, str]], OnClose | None]):
    """The bytes of a plain page, its headers, and what is called when it has been sent."""

    __slots__ = ()


UNDONE = object()
"""Says that nothing has been done; None is what a hook may return."""
NOTHING: Added = (), None
"""Nothing is added to an answer."""


def finalize_text(
    plan: AppPlan, app: Flask, context: RequestContext, frame: dict[str, Any], text: str
) -> Any:
    """`Flask.finalize_request` for text that nothing but the server and hooks look at.

    Returns:
        A `Page`, a response, or what else hooks return; `UNDONE`, and nothing done, if
        `finalize` is to do it.
    """
    if app.after_request_funcs or frame.get("_after_request_functions"):
        return text_for_hooks(plan, app, context, frame, text)
    body = text.encode()
    found: Added | None
    if (
        "_session" not in frame
        and not frame[COOKIE].must_save
        and not plan.sessions.set_on_interface  # type: ignore[union-attr]
    ):
        if frame[COOKIE].late:
            frame[COOKIE] = ANSWERED
        found = NOTHING
    else:
        found = plan.sessions.added(app, context._session)  # type: ignore[union-attr]
        if found is None:
            return UNDONE
    added, on_close = found
    listed = [plan.content_type, ("Content-Length", str(len(body))), *added]
    return Page((body, listed, on_close))


def text_for_hooks(
    plan: AppPlan, app: Flask, context: RequestContext, frame: dict[str, Any], text: str
) -> Any:
    """The response that hooks want to see; a `Page` if they have left it as it was."""
    body = text.encode()
    size = len(body)
    length = lengths.get(size) or length_header(size)
    listed, wanted = [plan.content_type, length], [plan.content_type, length]
    made = response_of(plan.response_class, body, listed, "200 OK", 200)
    headers, chunks = made.headers, made.response
    if app.after_request_funcs or "_after_request_functions" in frame:
        response = _after_request(plan, app, frame, made)
        if response is not made:
            return _saved_and_told(plan, app, context, frame, response)
        del response  # which counts as somebody who holds it
        if not _is_as_made(plan, made, headers, chunks, body, listed, wanted):
            return _saved_and_told(plan, app, context, frame, made)
    found: Added | None
    if "_session" in frame:
        found = plan.sessions.added(app, frame["_session"])  # type: ignore[union-attr]
    # PERF: what `_rests` says of most, written out.
    elif (
        plan is frame[PLAN]
        and not (opening := frame[COOKIE]).late
        and not opening.must_save
        and not plan.sessions.set_on_interface
    ):
        found = NOTHING
    else:
        found = NOTHING if _rests(plan, frame, made) else None
    if found is None:
        return _saved_and_told(plan, app, context, frame, made)
    added, on_close = found
    if added:
        # Who has kept the response finds there what was sent.
        listed += added
        wanted += added
    if on_close is not None:
        made._on_close.append(on_close)
    if request_finished.receivers:
        signals.send(request_finished, app, response=made)
        if not _is_as_made(plan, made, headers, chunks, body, listed, wanted):
            return made
    return Page((body, wanted, on_close))


def _saved_and_told(
    plan: AppPlan, app: Flask, context: RequestContext, frame: dict[str, Any], response: Any
) -> Any:
    """What `Flask.finalize_request` does after the hooks."""
    response = _saved(plan, app, context, frame, response)
    if request_finished.receivers:
        signals.send(request_finished, app, response=response)
    return response


def _is_as_made(
    plan: AppPlan,
    made: Any,
    headers: Headers,
    chunks: Any,
    body: bytes,
    listed: list[tuple[str, str]],
    wanted: list[tuple[str, str]],
) -> bool:
    """Whether nobody has changed a response, or could still do so: nobody else holds it."""
    attributes = made.__dict__
    return (
        # PERF: values that are the same are not compared, and it takes one call for all of them.
        attributes
        == {
            "headers": headers,
            "_status": "200 OK",
            "_status_code": 200,
            "direct_passthrough": False,
            "_on_close": [],
            "response": chunks,
        }
        and attributes["headers"] is headers
        and attributes["response"] is chunks
        and headers._list is listed
        and listed == wanted
        and len(chunks) == 1
        and chunks[0] is body
        and type(made) is plan.response_class
        and type(headers) is Headers
        and getrefcount(made) <= _MOST
        and getrefcount(chunks) <= _MOST_OF_BODY
        and made.__weakref__ is None
        and plan.token is watch.current
    )


def finalize(
    plan: AppPlan, app: Flask, context: RequestContext, frame: dict[str, Any], rv: Any
) -> Any:
    """`Flask.finalize_request`."""
    response: Any = None
    if plan.own_text:
        kind = type(rv)
        if kind is str:
            response = text_response(plan.response_class, rv, plan.content_type)
        elif kind is plan.response_class:
            response = rv
        elif kind is dict or kind is list:
            response = app.json.response(rv)
        elif isinstance(rv, HTTPException):
            unseen = frame[COOKIE] is not WITH_COOKIES and _is_unseen(plan, app, frame)
            environ = present_environ(frame)
            response = response_to(plan.response_class, rv, environ, not unseen)
    if response is None:
        response = app.make_response(rv)
    if plan.own_process_response:
        if app.after_request_funcs or "_after_request_functions" in frame:
            response = _after_request(plan, app, frame, response)
        response = _saved(plan, app, context, frame, response)
    else:
        response = app.process_response(response)
    if request_finished.receivers:
        signals.send(request_finished, app, response=response)
    return response


def present_environ(frame: dict[str, Any]) -> Any:
    """What `request.environ` is."""
    made = frame.get("request")
    return frame[ENVIRON] if made is None else made.__dict__.get("environ", frame[ENVIRON])


def _is_unseen(plan: AppPlan, app: Flask, frame: dict[str, Any]) -> bool:
    """Whether nothing but the server looks at the response."""
    return not (
        app.after_request_funcs
        or not plan.own_process_response
        or plan.sessions is None
        or "_session" in frame
        or frame[COOKIE].must_save
        or request_finished.receivers
        or frame.get("_after_request_functions")
    )


def _rests(plan: AppPlan, frame: dict[str, Any], response: Any) -> bool:
    """Whether this answer leaves a session alone that nobody has touched."""
    opening = frame[COOKIE]
    sessions: Any = plan.sessions
    if type(sessions) is not type(frame[PLAN].sessions):
        return False  # It was opened by an interface that the app has no longer.
    if not opening.late:
        return not (opening.must_save or sessions.set_on_interface)
    rests: bool = sessions.rests(frame[ENVIRON], response)
    if rests:
        frame[COOKIE] = ANSWERED
    return rests


def _after_request(plan: AppPlan, app: Flask, frame: dict[str, Any], response: Any) -> Any:
    """The first half of `Flask.process_response`: what the hooks leave of the response."""
    route: RoutePlan | None = frame[PLACE][1]
    scopes = None if route is None or "request" in frame else route.after
    if "_after_request_functions" in frame:
        for function in frame["_after_request_functions"]:
            response = synchronous(plan, app, function)(response)
        # They may have pushed a context or popped this one.
        if (current := current_request(None)) is None or current.__dict__ is not frame:
            scopes = *request.blueprints, None
    if app.after_request_funcs:
        for scope in scopes or scopes_after(frame):
            if scope in app.after_request_funcs:
                for function in reversed(app.after_request_funcs[scope]):
                    # PERF: what `synchronous` says of most, written out.
                    if (
                        type(function) is not plan.sync_type
                        or function.__code__.co_flags & CO_COROUTINE
                        or plan.token is not watch.current
                    ):
                        function = synchronous(plan, app, function)
                    response = function(response)
    return response


def _saved(
    plan: AppPlan, app: Flask, context: RequestContext, frame: dict[str, Any], response: Any
) -> Any:
    """The second half: the response, with the session saved."""
    if plan.token is not watch.current:
        plan = compile_app(app)
    if "_session" not in frame and _rests(plan, frame, response):
        return response
    if plan.sessions is not None:
        plan.sessions.save(app, context._session, response)
    elif not app.session_interface.is_null_session(context._session):
        app.session_interface.save_session(app, context._session, response)  # type: ignore[arg-type]
    return response
