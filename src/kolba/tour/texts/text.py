"""One text in both languages."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """The same said in English and in Russian."""

    en: str
    ru: str
