"""What a visitor gets while the state store cannot be reached: 503, soon again.

An app's `errorhandler(503)` gives the page its own look. Invariant: whoever meets the
store that is down (a view, a hook, a page for an error), the answer is a 503.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, cast

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from kolba.stores import StoreDown

logger = logging.getLogger("kolba.sessions")

AGAIN = 10.0
"""Seconds after which the log says again that the store is still down."""

_MOST = 16
_told: dict[str, float] = {}
"""Until when each line need not be said again."""

_TEXTS = {
    "en": (
        "Your data could not be reached just now, so nothing was changed. "
        "Please try again in a few seconds."
    ),
    "ru": (
        "Сейчас не получилось прочитать или сохранить ваши данные, поэтому ничего не изменено. "
        "Повторите попытку через несколько секунд."
    ),
}


class StateUnavailable(ServiceUnavailable):
    """503 with `Retry-After`: a request needed state, and the store is down."""


MET = (StoreDown, StateUnavailable)
"""What is raised where the store is down."""


def unavailable(error: StoreDown) -> StateUnavailable:
    """The answer for a store that is down, in the visitor's language; why, is for the log."""
    tell("requests that need state are answered 503", error)
    language = request.accept_languages.best_match(_TEXTS, "en") if request else "en"
    answer = StateUnavailable(_TEXTS[language or "en"], retry_after=error.retry_after)
    answer.__cause__ = error
    return answer


def tell(what: str, why: object) -> None:
    """Log what follows from a store that is down: each once in a while."""
    said, now = f"{what}: {why}", monotonic()
    if now < _told.get(said, 0.0):
        return
    if len(_told) >= _MOST:
        _told.clear()
    _told[said] = now + AGAIN
    logger.error("%s", said)


def attach(app: Flask) -> None:
    """Answer 503 also where Flask asks no error handler: in hooks, and in handlers themselves."""
    app.register_error_handler(StoreDown, _answer)
    handled, failed = app.handle_user_exception, app.handle_exception

    def handle_user_exception(error: Exception) -> HTTPException | ResponseReturnValue:
        try:
            answer = handled(error)
        except MET as met:
            if met is error:  # it is trapped, or its handler raises it again
                raise
            error = down = _as_answer(error if isinstance(error, StateUnavailable) else met)
            answer = _once_more(handled, down)
        return _with_retry(app, answer, error)

    def handle_exception(error: Exception) -> Response:
        met = error
        if not isinstance(error, MET):
            try:
                return failed(error)
            except MET as raised:  # by the page for errors
                met = raised
        try:
            answer = app.handle_user_exception(met)
        except MET:
            return failed(error)
        return app.finalize_request(answer, from_error_handler=True)

    # Any: Flask declares methods with a self.
    app.handle_user_exception = cast(Any, handle_user_exception)  # type: ignore[method-assign]
    app.handle_exception = cast(Any, handle_exception)  # type: ignore[method-assign]


def _answer(error: StoreDown) -> Any:
    """What an app answers where the store failed and nothing has said so yet."""
    return current_app.handle_user_exception(unavailable(error))


def _once_more(
    handled: Callable[[Exception], HTTPException | ResponseReturnValue], error: StateUnavailable
) -> HTTPException | ResponseReturnValue:
    """The page, made again: a session that is known to be away is empty in it."""
    try:
        return handled(error)
    except MET:
        return error


def _as_answer(met: StoreDown | StateUnavailable) -> StateUnavailable:
    return met if isinstance(met, StateUnavailable) else unavailable(met)


def _with_retry(
    app: Flask, answer: HTTPException | ResponseReturnValue, error: Exception
) -> HTTPException | ResponseReturnValue:
    """An app's own page says when to come again, as the plain one does."""
    if isinstance(answer, HTTPException) or not isinstance(error, StateUnavailable):
        return answer
    response = app.make_response(answer)
    if response.status_code == 503:
        response.headers.setdefault("Retry-After", str(error.retry_after))
    return response


def turn_into(app: Flask, response: Response, error: StoreDown) -> None:
    """Make a finished response a 503 in place: its promise could not be kept."""
    answer = app.make_response(app.handle_user_exception(unavailable(error)))
    _close_body(response)
    response.status_code = answer.status_code
    response.set_data(answer.get_data())
    for name in ("Location", "Content-Encoding", "ETag", "Last-Modified", "Set-Cookie"):
        response.headers.remove(name)
    response.headers["Content-Type"] = answer.headers["Content-Type"]
    response.headers["Retry-After"] = answer.headers.get("Retry-After", str(error.retry_after))
    response.headers["Cache-Control"] = "no-store"


def _close_body(response: Response) -> None:
    response.direct_passthrough = False
    close = getattr(response.response, "close", None)
    if close is not None:
        close()
