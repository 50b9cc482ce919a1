"""What the checker says: a mistake and its place, as plain values."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One mistake.

    Attributes:
        path: the file.
        line: its line there, from 1.
        column: its column, from 1.
        code: the rule that found it.
        message: what is wrong.
        hint: what to write.
        end_line: the last line of what is wrong.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    hint: str
    end_line: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A file that was left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule yields: a place, and what its texts have places for.

    Attributes:
        line: from 1.
        column: from 1.
        values: by the names in the rule's texts.
        end_line: the last line.
        path: the file, where a rule looks at more than one.
    """

    line: int
    column: int
    values: Mapping[str, Any] = field(default_factory=dict)
    end_line: int = 0
    path: str | None = None


def at(node: ast.AST, path: str | None = None, **values: Any) -> Hit:
    """A hit at a node of a Python file."""
    line: int = getattr(node, "lineno", 1)
    column: int = getattr(node, "col_offset", 0)
    return Hit(line, column + 1, values, getattr(node, "end_lineno", None) or line, path)
