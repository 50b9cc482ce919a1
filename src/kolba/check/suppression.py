"""`# kolba: ignore[CODE]`: what a line says is meant, and whether that was needed."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = re.compile(r"(?:#|\{#-?)\s*kolba:\s*ignore(?:\[([\w\s,-]*)\])?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ignore:
    """What one comment says.

    Attributes:
        line: where it stands.
        column: where it begins, from 1.
        codes: the rules that it is about; none for all.
    """

    line: int
    column: int
    codes: frozenset[str]

    def covers(self, code: str) -> bool:
        return not self.codes or code in self.codes


def in_python(source: str) -> list[Ignore]:
    """The comments of a Python file."""
    if "kolba:" not in source:
        return []
    found: list[Ignore] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                found += _ignores(token.string, token.start[0], token.start[1])
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def in_template(source: str, first_line: int = 1) -> list[Ignore]:
    """The comments of a template."""
    if "kolba:" not in source:
        return []
    lines = source.splitlines()
    numbered = [(n, line) for n, line in enumerate(lines, first_line) if "{#" in line]
    return [ignore for n, line in numbered for ignore in _ignores(line, n, 0)]


def _ignores(text: str, line: int, column: int) -> Iterator[Ignore]:
    for mark in _MARK.finditer(text):
        codes = frozenset(code.strip() for code in (mark[1] or "").split(",") if code.strip())
        yield Ignore(line, column + mark.start() + 1, codes)
