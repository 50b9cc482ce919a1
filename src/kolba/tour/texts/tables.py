"""The tables put together: a text is known as `table.name`. Typesetting is done here, once."""

from __future__ import annotations

import re

from kolba.tour.texts import (
    common,
    cookies,
    engine,
    errors,
    escaping,
    exchange,
    exercises,
    flashes,
    home,
    lab,
    login,
    pictures,
    redirects,
    requests,
    sessions,
    urls,
)
from kolba.tour.texts.text import Text

LANGUAGES = ("en", "ru")

TABLES: dict[str, dict[str, Text]] = {
    "common": common.TEXTS,
    "home": home.TEXTS,
    "exchange": exchange.TEXTS,
    "errors": errors.TEXTS,
    "login": login.TEXTS,
    "exercises": exercises.TEXTS,
    "lab": lab.TEXTS,
    "pictures": pictures.TEXTS,
    "urls": urls.TEXTS,
    "escaping": escaping.TEXTS,
    "requests": requests.TEXTS,
    "redirects": redirects.TEXTS,
    "flashes": flashes.TEXTS,
    "cookies": cookies.TEXTS,
    "sessions": sessions.TEXTS,
    "engine": engine.TEXTS,
}


def typeset(text: Text) -> Text:
    """Keep Russian prepositions with the next word, and dashes with the one before."""
    ru = re.sub(r"\b([А-Яа-яЁё]{1,2}) (?=\S)", "\\1\u00a0", text.ru)
    return Text(en=text.en.replace(" — ", "\u00a0— "), ru=ru.replace(" — ", "\u00a0— "))


TEXTS = {
    f"{table}.{name}": typeset(text)
    for table, texts in TABLES.items()
    for name, text in texts.items()
}
