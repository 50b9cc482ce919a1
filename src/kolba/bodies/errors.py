"""What is wrong with a body, and how that is said."""

from __future__ import annotations

from typing import NoReturn

from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    LengthRequired,
    RequestEntityTooLarge,
)

from kolba.safety import Mode, Refused, refuse

GUARD = "body"
BROKEN = "the multipart body was cut, or is not well formed"

_UNITS = {"en": ("B", "GB", "MB", "kB"), "ru": ("Б", "ГБ", "МБ", "КБ")}


class BodyError(HTTPException):
    """A body, or a query string, that cannot be taken whole.

    Attributes:
        what: the fault, in words.
        setting: the setting whose limit was met; '' if it was no limit.
        limit: the limit.
        arrived: the text fields that came before the fault.
        mend: what whoever runs the site may do, if it was no limit.
    """

    mend = "Send it again"

    def __init__(self, what: str, *, setting: str = "", limit: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.setting = setting
        self.limit = limit
        self.arrived: list[tuple[str, str]] = []

    def limit_in_words(self, language: str) -> str:
        """The limit as a person reads it; `language` is "en" or "ru"."""
        is_size = self.setting.endswith(("LENGTH", "SIZE"))
        return sized(self.limit, language) if is_size else str(self.limit)


class BadBody(BodyError, BadRequest):
    """A body that was cut, is malformed, or is nested too deep: 400."""


class LargeBody(BodyError, RequestEntityTooLarge):
    """A body over a limit: 413."""


class UnseenBody(BodyError, LengthRequired):
    """A body in chunks, of which the server shows the app none (uWSGI): 411 (RFC 9112, 6.3)."""

    explains = (
        "The request came in chunks, and the server takes none. Send it with a Content-Length.",
        "Запрос пришёл частями, а сервер таких не принимает. Отправьте его с Content-Length.",
    )
    mend = (
        "Serve the app by a server that passes chunks on (kolba run, gunicorn, waitress), or let "
        "a proxy take the body whole (nginx does, unless proxy_request_buffering is off)"
    )

    def __init__(self) -> None:
        super().__init__("it came in chunks, which the server keeps from the app")


def over_length(limit: int) -> BodyError:
    """The error of a body over `MAX_CONTENT_LENGTH`."""
    what = f"it is larger than MAX_CONTENT_LENGTH, {sized(limit)}"
    return LargeBody(what, setting="MAX_CONTENT_LENGTH", limit=limit)


def cut(length: int | None, arrived: int) -> BodyError:
    """The error of a body of which less arrived than its head had said."""
    announced = "more" if length is None else f"{length} bytes (Content-Length)"
    return BadBody(f"{announced} were announced, {arrived} arrived")


def sized(size: int, language: str = "en") -> str:
    """Bytes as a person reads them; `language` is "en" or "ru"."""
    bytes_, *larger = _UNITS[language]
    for unit, factor in zip(larger, (10**9, 10**6, 10**3), strict=True):
        if size >= factor:
            number = f"{size / factor:.1f}".removesuffix(".0")
            return f"{number.replace('.', ',') if language == 'ru' else number} {unit}"
    return f"{size} {bytes_}"


def stop(error: BodyError) -> NoReturn:
    """Note the error and raise it."""
    refuse_by(Mode.ENFORCE, error)
    raise error


def refuse_by(how: Mode, error: BodyError) -> None:
    """Raise the error in `enforce`; in `report` note it and return."""
    if how is Mode.OFF:
        return
    mend = f"Raise {error.setting} to take more" if error.setting else error.mend
    try:
        refuse(GUARD, how, "a request's body", error.what, mend, code=error.code or 400)
    except Refused as refused:
        raise error from refused


def report(error: BodyError) -> None:
    """Note the error; Flask's own code answers."""
    refuse_by(Mode.REPORT, error)
