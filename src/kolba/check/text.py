"""A text in the languages that the checker speaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

LANGUAGES = ("en", "ru")
_PLACE = re.compile(r"\{(\w+)\}")


class Text(NamedTuple):
    """The same in English and in Russian; `{name}` is a place for a value, or another text."""

    en: str
    ru: str

    def said(self, language: str, values: Mapping[str, Any] | None = None) -> str:
        """The text in a language, with its values."""
        text: str = getattr(self, language)
        if not values:
            return text

        def filled(place: re.Match[str]) -> str:
            value = values.get(place[1], place[0])
            return value.said(language) if isinstance(value, Text) else str(value)

        return _PLACE.sub(filled, text)

    def general(self, language: str) -> str:
        """The text in a language, about no case in particular."""
        return re.sub("…( …)+", "…", _PLACE.sub("…", self.said(language)))
