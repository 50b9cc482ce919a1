"""What a visitor gets while the state store cannot be reached: 503, soon again.

An app's `errorhandler(503)` gives the page its own look.
"""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any

from flask import Flask, current_app, request
from flask.wrappers import Response
from werkzeug.exceptions import ServiceUnavailable

from kolba.stores import StoreDown

logger = logging.getLogger("kolba.sessions")

AGAIN = 10.0
"""Seconds after which the log says again that the store is still down."""

_MOST = 16
_told: dict[str, float] = {}
"""Until when each reason need not be said again."""

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


def unavailable(error: StoreDown) -> StateUnavailable:
    """The answer for a store that is down, in the visitor's language; why, is for the log."""
    _tell(str(error))
    language = request.accept_languages.best_match(_TEXTS, "en") if request else "en"
    answer = StateUnavailable(_TEXTS[language or "en"], retry_after=error.retry_after)
    answer.__cause__ = error
    return answer


def _tell(why: str) -> None:
    """Log why requests are answered 503: each reason once in a while."""
    now = monotonic()
    if now < _told.get(why, 0.0):
        return
    if len(_told) >= _MOST:
        _told.clear()
    _told[why] = now + AGAIN
    logger.error("requests that need state are answered 503: %s", why)


def answer(error: StoreDown) -> Any:
    """What an app answers where the store failed and nothing has said so yet."""
    return current_app.handle_user_exception(unavailable(error))


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
