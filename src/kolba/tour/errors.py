"""Error pages: the right status, the visitor's language, a way back, never a traceback."""

from __future__ import annotations

from werkzeug.exceptions import BadRequestKeyError, HTTPException
from werkzeug.wrappers import Response

from kolba import Kolba, render_template
from kolba.safety import Refused
from kolba.tour import languages


def init_app(app: Kolba) -> None:
    """Register the one handler; Flask gives it what went wrong inside as a 500."""
    app.register_error_handler(HTTPException, error_page)


def error_page(error: HTTPException) -> Response:
    """Return the page of this error, with the headers that Werkzeug gave it (`Allow`)."""
    response = error.get_response()
    response.data = render_template(
        "error.html", status=error.code, name=error.name, reason=why(error)
    )
    response.mimetype = "text/html"
    return response


def why(error: HTTPException) -> str:
    """Return the reason as HTML in the visitor's language."""
    t = languages.current()
    match error:
        case BadRequestKeyError(args=(str() as key, *_)):
            return t("errors.key", field=key)
        case Refused(guard=guard) if t.has(f"errors.{guard}"):
            return t(f"errors.{guard}")
    key = f"errors.{error.code}"
    return t(key if t.has(key) else "errors.other")
