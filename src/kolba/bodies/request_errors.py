"""What a person, or a program, reads when a request cannot be taken.

A missing key (`request.form["x"]`) answers 400 with the name of the field and the names that
came; in debug mode also with the template whose form lacks it. A body over a limit, or cut
on the way, answers with the limit's setting and shows the text that arrived, so that
nobody types it again. JSON clients get RFC 9457 problem details.

The app's own error handlers go first, and find the same words in `error.description`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, cast

from flask import Flask, current_app, json, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from markupsafe import escape
from werkzeug.exceptions import BadRequestKeyError, HTTPException

from kolba.bodies import BodyError
from kolba.bodies.form_templates import closest_form
from kolba.language import fill, language, translate

PROBLEM = "application/problem+json"
MAX_NAMES = 20
MAX_NAME = 60

_RUSSIAN = {
    400: "Неверный запрос",
    411: "Неизвестна длина запроса",
    413: "Прислано слишком много",
}

# Never written back to a page.
_secret = re.compile(r"pass|pwd|secret|token|csrf|\bpin\b|cvv|cvc|card|otp", re.IGNORECASE)


def attach(app: Flask) -> None:
    """Explain errors of requests before the app's handlers, or Flask, answer them."""
    plain = app.handle_user_exception

    def handle_user_exception(error: Exception) -> HTTPException | ResponseReturnValue:
        if isinstance(error, BadRequestKeyError):
            explain_key(error)
        answer = plain(error)
        return _page(answer) if isinstance(answer, HTTPException) else answer

    # Any: Flask declares a method with a self.
    app.handle_user_exception = cast(Any, handle_user_exception)  # type: ignore[method-assign]


def wants_json() -> bool:
    """Whether the client sent JSON, or likes it better than HTML."""
    if request.is_json:
        return True
    if "json" not in request.environ.get("HTTP_ACCEPT", ""):
        return False
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"] or (
        accepted[PROBLEM] > accepted["text/html"]
    )


def problem(
    status: int, detail: str, errors: Iterable[Mapping[str, Any]] = (), *, setting: str = ""
) -> Response:
    """Problem details (RFC 9457)."""
    title = HTTPStatus(status).phrase
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    found = list(errors)
    body |= {"detail": detail, **({"errors": found} if found else {})}
    if setting:
        body["setting"] = setting
    response = current_app.response_class(json.dumps(body), status=status, mimetype=PROBLEM)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(error: HTTPException) -> HTTPException | Response:
    """The answer to an error that no handler of the app took."""
    # One that never called HTTPException.__init__ has no such attribute, and Flask asks for none.
    if getattr(error, "response", None) is not None or not (explained := _explained(error)):
        return error
    answer = _explaining(error, explained)
    again = getattr(error, "retry_after", None)
    if again is not None:
        answer.headers["Retry-After"] = str(again)
    return answer


def _explaining(error: HTTPException, explained: str) -> Response:
    code = error.code or 400
    if wants_json():
        return problem(code, explained, setting=getattr(error, "setting", ""))
    title = escape(translate(HTTPStatus(code).phrase, _RUSSIAN.get(code)))
    arrived = "".join(map(_shown, error.arrived)) if isinstance(error, BodyError) else ""
    return Response(
        f'<!doctype html>\n<html lang="{language()}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f"<title>{code} {title}</title>\n<h1>{title}</h1>\n<p>{escape(explained)}</p>\n{arrived}",
        status=code,
        headers={"Cache-Control": "no-store"},
    )


def _explained(error: HTTPException) -> str:
    if isinstance(error, BodyError):
        return body_words(error)
    explained: str = getattr(error, "kolba_explained", "")
    return explained


def body_words(error: BodyError) -> str:
    """What happened to a body, in the visitor's language."""
    if explains := getattr(error, "explains", None):
        return translate(*explains)
    if error.setting.startswith("KOLBA"):
        return fill(
            translate(
                "The request has more than the site takes: {setting} is {limit}.",
                "В запросе больше, чем принимает сайт: {setting} — {limit}.",
            ),
            vars(error),
        )
    if error.setting:
        return fill(
            translate(
                "Too much was sent at once: the site takes up to {limit} ({setting}).",
                "Прислано слишком много: сайт принимает до {limit} ({setting}).",
            ),
            {"limit": error.limit_in_words(language()), "setting": error.setting},
        )
    return fill(
        translate(
            "The request did not arrive whole, or is not well formed: {what}. Send it again.",
            "Запрос дошёл не целиком или составлен с ошибкой. Отправьте его ещё раз.",
        ),
        vars(error),
    )


def _shown(field: tuple[str, str]) -> str:
    name, text = field
    if _secret.search(name) or not text:
        return ""
    what = escape(
        fill(translate("Your text in “{name}”", "Ваш текст в поле «{name}»"), {"name": name})
    )
    box = f"<textarea readonly rows=8 cols=60>\n{escape(text)}</textarea>"
    return f"<p><label>{what}<br>\n{box}</label>\n"


# A missing key


def explain_key(error: BadRequestKeyError) -> None:
    """Say in the error which field is missing, and which came."""
    asked = _asked(error.__traceback__)
    if asked is None or not error.args:
        return
    where, names = asked
    key = error.args[0]
    text = _missing(where, str(key), names)
    if current_app.debug and where == "form":
        text += closest_form(current_app, str(key), names)
    error.description = text
    error.kolba_explained = text  # type: ignore[attr-defined]
    error.show_exception = False


def _asked(traceback: TracebackType | None) -> tuple[str, list[str]] | None:
    """Which of the request's mappings was asked: it is `self` where the error was raised."""
    if traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    mapping: Any = traceback.tb_frame.f_locals.get("self")
    known: Mapping[str, Any] = vars(request._get_current_object())  # type: ignore[attr-defined]
    for where in ("form", "args", "files", "values"):
        if mapping is not None and known.get(where) is mapping:
            return where, [str(name) for name in cast(Any, mapping)]
    return None


_PLACES: dict[str, Callable[[], str]] = {
    "form": lambda: translate("The form", "Форма"),
    "args": lambda: translate("The query string", "Строка запроса"),
    "files": lambda: translate("The upload", "Загрузка файла"),
    "values": lambda: translate("The request", "Запрос"),
}


def _missing(where: str, key: str, names: list[str]) -> str:
    shown = ", ".join(repr(name[:MAX_NAME]) for name in names[:MAX_NAMES])
    if len(names) > MAX_NAMES:
        shown += ", …"
    came = fill(translate("It came with: {names}.", "Пришли: {names}."), {"names": shown})
    if not names:
        came = translate("It came empty.", "Ничего не прислано.")
    lacks = translate("{where} has no field {key}.", "{where}: нет поля {key}.")
    return fill(lacks, {"where": _PLACES[where](), "key": repr(key)}) + " " + came
