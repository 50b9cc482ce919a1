"""The visitor's language, and the texts in it.

The cookie decides, then `Accept-Language`, then English. A text is known by its key;
an unknown key is an error, never an empty place on a page.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from markupsafe import Markup, escape

from kolba.tour.texts.tables import LANGUAGES, TEXTS

COOKIE = "tour_language"


class Translator:
    """Gives the texts of one language.

    In a text, a word between backticks is code, and `{name}` is a place for a value.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._plain: dict[str, str] = {key: getattr(text, language) for key, text in TEXTS.items()}
        self._prose = {key: prose(text) for key, text in self._plain.items()}

    def __call__(self, key: str, **values: Any) -> Markup:
        """Return a text as HTML; the values are escaped."""
        text = self._prose[key]
        return text.format(**values) if values else text

    def plain(self, key: str, **values: Any) -> str:
        """Return a text without any HTML, for titles and attributes."""
        text = self._plain[key].replace("`", "")
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Tell whether there is a text with this key."""
        return key in self._plain


def prose(text: str) -> Markup:
    """Return the text as HTML, with `<code>` for what stands between backticks."""
    odd_is_code = enumerate(text.split("`"))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part)
        for index, part in odd_is_code
    )


TRANSLATORS = {language: Translator(language) for language in LANGUAGES}


def current() -> Translator:
    """Return the translator for this request's visitor."""
    asked = request.cookies.get(COOKIE)
    if asked in TRANSLATORS:
        return TRANSLATORS[asked]
    return TRANSLATORS[request.accept_languages.best_match(LANGUAGES, default="en")]


def init_app(app: Flask) -> None:
    """Give templates `t` and `language`, and answers their language headers."""

    @app.context_processor
    def texts() -> dict[str, object]:
        t = current()
        return {"t": t, "language": t.language}

    @app.after_request
    def name_language(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.content_language.add(current().language)
            response.vary.update(("Accept-Language", "Cookie"))
        return response
