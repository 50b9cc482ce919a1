"""The page's texts: each is there, is used, and has the same places in both languages."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from kolba.inspector.texts import TEXTS

STATIC = files("kolba.inspector") / "static"
SCRIPT = (STATIC / "inspector.js").read_text("utf-8")
PAGE = (STATIC / "index.html").read_text("utf-8")
PLACE = re.compile(r"\{(\w+)\}")

NAMED = {
    *re.findall(r'data-(?:text|placeholder)="(\w+)"', PAGE),
    *re.findall(r'(?:say|section|named|folded|hook|line)\((?:\w+, )?"(\w+)"', SCRIPT),
    *re.findall(r'"born", "(\w+)"|"shown", "(\w+)"', SCRIPT)[0],
}
"""What the page and its script ask for by name."""

CODES = set(re.findall(r'_note\("(\w+)"', (files("kolba.inspector") / "advice.py").read_text()))


def test_every_text_that_is_asked_for_is_there() -> None:
    """No place of the page stays empty, and no note is without its words."""
    assert CODES and {name for name in NAMED if name} <= TEXTS.keys()
    assert {f"note_{code}" for code in CODES} == {key for key in TEXTS if key.startswith("note_")}


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_used(key: str) -> None:
    """Nothing is said that nobody reads."""
    made = key.startswith("note_") or key.endswith("_hint")
    kinds = {"session_cookie", "session_stored", "session_other", "enforce", "report"}
    changes = {"added", "changed", "removed"}
    assert made or key in kinds | changes or f'"{key}"' in SCRIPT + PAGE


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_have_the_same_places(key: str) -> None:
    """A value that one language shows is shown by the other."""
    text = TEXTS[key]
    assert sorted(PLACE.findall(text.en)) == sorted(PLACE.findall(text.ru))
    assert re.search("[а-яё]", text.ru.lower()) or text.en == text.ru
