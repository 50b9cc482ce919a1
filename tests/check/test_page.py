"""The pages of the checker say of each rule what it says of itself."""

from __future__ import annotations

import pytest

from tests.check.page import PAGES, written


@pytest.mark.parametrize("language", PAGES)
def test_the_page_has_every_rule(language: str) -> None:
    """`python -m tests.check.page` would change nothing."""
    text = PAGES[language].read_text("utf-8")
    assert written(text, language) == text
