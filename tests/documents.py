"""Reads the project's pages: their code blocks, and the commands that they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.ru.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str | Path, language: str) -> list[str]:
    """Returns the page's code blocks in this language."""
    text = (ROOT / page).read_text("utf-8")
    return [body for kind, body in BLOCK.findall(text) if kind == language]


def console(page: str | Path) -> Iterator[tuple[str, str]]:
    """Yields the commands of the page, and what it says that they print."""
    for block in blocks(page, "console"):
        command, _, output = block.partition("\n")
        assert command.startswith("$ kolba "), command
        yield command.removeprefix("$ "), output
