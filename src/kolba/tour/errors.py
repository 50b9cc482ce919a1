"""Error pages: the right status, the visitor's language, a way back, never a traceback."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import Flask, render_template
from werkzeug.exceptions import BadRequest, BadRequestKeyError, HTTPException
from werkzeug.wrappers import Response

from kolba.tour import languages


class Refused(BadRequest):
    """A 400 that says why: `key` is the key of a text, `values` fill it."""

    def __init__(self, key: str, values: dict[str, Any]) -> None:
        super().__init__()
        self.key = key
        self.values = values


def refuse(key: str, **values: Any) -> NoReturn:
    """Answer 400 with the text of this key."""
    raise Refused(key, values)


def init_app(app: Flask) -> None:
    """Register the one handler; Flask gives it what went wrong inside as a 500."""
    app.register_error_handler(HTTPException, error_page)


def error_page(error: HTTPException) -> Response:
    """Return the page of this error, with the headers that Werkzeug gave it (`Allow`)."""
    response = error.get_response()
    response.data = render_template(
        "error.html", status=error.code, name=error.name, reason=why(error)
    )
    return response


def why(error: HTTPException) -> str:
    """Return the reason as HTML in the visitor's language."""
    t = languages.current()
    match error:
        case Refused(key=key, values=values):
            return t(key, **values)
        case BadRequestKeyError(args=(str() as key, *_)):
            return t("errors.key", field=key)
    key = f"errors.{error.code}"
    return t(key if t.has(key) else "errors.other")
