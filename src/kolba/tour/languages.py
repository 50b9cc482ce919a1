"""The visitor's language, and the texts in it.

The cookie decides, then `Accept-Language`, then English. A text is known by its key;
an unknown key is an error, never an empty place on a page. Forms and guards speak the
same language: Kolba asks here for it, and for the words of a form's labels.
"""

from __future__ import annotations

from typing import Any

from flask import Response

from kolba import Kolba, Markup, escape, request
from kolba.tour import preferences
from kolba.tour.texts.tables import LANGUAGES, TEXTS

_labels: dict[str, str] = {}


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
    asked: str = preferences.language.get()
    if asked == "auto":
        asked = request.accept_languages.best_match(LANGUAGES, default="en")
    return TRANSLATORS[asked]


def label(key: str) -> str:
    """Return the English words of a form's label; `gettext` finds the others by them."""
    words = TRANSLATORS["en"].plain(key)
    _labels[words] = key
    return words


def gettext(english: str) -> str:
    """Return a label in the visitor's language."""
    key = _labels.get(english)
    return current().plain(key) if key else english


def init_app(app: Kolba) -> None:
    """Give templates `t` and `language`, forms their words, and answers their headers."""
    app.config.update(KOLBA_LANGUAGE=lambda: current().language, KOLBA_GETTEXT=gettext)

    @app.context_processor
    def texts() -> dict[str, object]:
        t = current()
        return {"t": t, "language": t.language}

    @app.after_request
    def name_language(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.content_language.add(current().language)
            response.vary.update(("Accept-Language", "Cookie"))
            response.cache_control.no_store = True  # a page shows its visitor's cookies
        return response
