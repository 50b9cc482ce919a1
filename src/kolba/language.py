"""The visitor's language for what Kolba itself says, and how its texts are put together.

`KOLBA_LANGUAGE` is a language, or a function without arguments that returns one; else
`Accept-Language` decides. `KOLBA_GETTEXT` is a function from an English text to its
translation (`flask_babel.gettext` fits): it is asked first, so that an app may bring any
language. Ours are English and Russian.

In a text `{name}` is a place for a value and `{name|one|many}` a word that follows a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import after_this_request, current_app, has_request_context, request
from flask.wrappers import Response

from kolba.held import held, hold

LANGUAGES = ("en", "ru")
_VOICE = "_kolba_voice"

_plural = re.compile(r"\{(\w+)\|([^|{}]*)\|([^|{}]*)\}")
_place = re.compile(r"\{(\w+)\}")


def language() -> str:
    """The language of this request's visitor, one of `LANGUAGES`; English outside a request."""
    return _voice()[0]


def _voice() -> tuple[str, Callable[[str], Any] | None]:
    """The language and the app's gettext, found once a request."""
    try:
        known: tuple[str, Callable[[str], Any] | None] | None = held(_VOICE)
    except RuntimeError:  # outside an application
        return LANGUAGES[0], None
    if known is None:
        spoken = _decide() if has_request_context() else LANGUAGES[0]
        known = spoken, current_app.config.get("KOLBA_GETTEXT")
        if has_request_context():
            hold(_VOICE, known)
    return known


def _decide() -> str:
    setting = current_app.config.get("KOLBA_LANGUAGE")
    if setting is None:
        after_this_request(_vary)
        return request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])
    # Any: "ru", "ru_RU" or a babel Locale
    chosen = str(setting() if callable(setting) else setting)[:2].lower()
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def _vary(response: Response) -> Response:
    response.vary.add("Accept-Language")
    return response


def translate(english: str, russian: str | None = None) -> str:
    """The text in the visitor's language: by the app's gettext, then ours, then English."""
    spoken, gettext = _voice()
    if gettext is not None and (translated := str(gettext(english))) != english:
        return translated
    return russian if russian is not None and spoken == "ru" else english


def voice() -> tuple[str, bool]:
    """The language, and whether the app brings translations of its own."""
    spoken, gettext = _voice()
    return spoken, gettext is not None


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Put values into a text; a place without a value stays as it is."""
    if "{" not in text:
        return text
    text = _plural.sub(lambda found: _word(found, values), text)
    return _place.sub(lambda found: str(values.get(found[1], found[0])), text)


def _word(found: re.Match[str], values: Mapping[str, Any]) -> str:
    number = values.get(found[1])
    if not isinstance(number, int):
        return found[3]
    if language() == "ru":
        return found[2] if number % 10 == 1 and number % 100 != 11 else found[3]
    return found[2] if number == 1 else found[3]
