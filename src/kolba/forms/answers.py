"""The answer of a view whose form was refused: 422, or problem details for JSON clients."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from kolba.bodies.request_errors import problem, wants_json
from kolba.forms.base import BaseForm
from kolba.language import translate


def answered(rv: ResponseReturnValue, refused: BaseForm[Any]) -> ResponseReturnValue:
    """A view's answer with the status that a refused form has.

    What the view said by itself stays: a redirect, an error, a status in a tuple.
    """
    if isinstance(rv, tuple) and any(isinstance(part, int | str) for part in rv[1:2]):
        return rv
    response = current_app.make_response(rv)
    if response.status_code != 200:
        return response
    if response.mimetype == "text/html" and wants_json():
        return details(refused)
    response.status_code = refused.status
    # What a person typed is on it.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def details(refused: BaseForm[Any]) -> Response:
    """What is wrong with a form, as problem details (RFC 9457) with a JSON pointer for each."""
    words = translate("The form was not accepted.", "Форма не принята.")
    return problem(refused.status, words, _errors(refused))


def _errors(refused: BaseForm[Any]) -> list[dict[str, str]]:
    return [
        {"pointer": _pointer(found.path), "detail": found.message, "kind": found.kind}
        for found in refused.problems
    ]


def _pointer(path: tuple[str | int, ...]) -> str:
    """A JSON pointer as a URI fragment (RFC 6901)."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "#" + "".join(f"/{part}" for part in parts)
