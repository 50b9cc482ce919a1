"""A text in the languages that the checker speaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

LANGUAGES = ("en", "ru")


class Text(NamedTuple):
    """The same in English and in Russian; `{name}` is a place for a value, or another text."""

    en: str
    ru: str

    def said(self, language: str, values: Mapping[str, Any] | None = None) -> str:
        """The text in a language, with its values."""
        text: str = getattr(self, language)
        for name, value in (values or {}).items():
            shown = value.said(language) if isinstance(value, Text) else str(value)
            text = text.replace(f"{{{name}}}", shown)
        return text

    def general(self, language: str) -> str:
        """The text in a language, about no case in particular."""
        return re.sub(r"\{\w+\}", "…", self.said(language))
