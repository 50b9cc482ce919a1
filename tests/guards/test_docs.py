"""The pages of these chapters: every Python block runs, and its assertions hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["redirects", "origins", "cookies", "login", "testing", "moving"]


@pytest.mark.parametrize("page", PAGES)
def test_blocks_run(page: str) -> None:
    """The blocks of a page, one after the other in one module, do what the page says."""
    text = (DOCS / f"{page}.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert blocks
    names = {"__name__": f"docs_{page}"}
    for block in blocks:
        exec(compile(block, f"docs/{page}.md", "exec"), names)
