"""What a rule is: its texts, and the functions that find its mistake.

To add one: a file in `rules/` with a `RULE`, a line in the list of `rules/__init__.py`,
and a fixture in `tests/check/fixtures/` of the code's name.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kolba.check.diagnostic import Hit
from kolba.check.text import Text

if TYPE_CHECKING:
    from kolba.check.module import Module
    from kolba.check.project import Project
    from kolba.check.template import Template

CHAPTERS = (
    *("urls", "escaping", "requests", "redirects", "flashes", "cookies", "sessions"),
    *("login", "app"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One mistake that is looked for.

    Attributes:
        code: the mistake's name, which is its file's.
        chapter: one of `CHAPTERS`.
        message: what is wrong there.
        hint: what to write.
        why: what comes of it; for `--explain` and the page.
        bad: code that has it.
        good: the same code without it.
        nodes: kinds of nodes that `find` wants to see, of each Python file.
        find: what is wrong about such a node.
        find_in_template: what is wrong in a template.
        find_in_project: what is wrong between files.
        asked_for: whether it is looked for only when it is selected by name.
    """

    code: str
    chapter: str
    message: Text
    hint: Text
    why: Text
    bad: str
    good: str
    nodes: tuple[type[ast.AST], ...] = ()
    find: Callable[[Any, Module], Iterable[Hit]] | None = None
    find_in_template: Callable[[Template], Iterable[Hit]] | None = None
    find_in_project: Callable[[Project], Iterable[Hit]] | None = None
    asked_for: bool = False
