"""Whether decorators give a view the arguments that its route gives, no more and no less."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from types import CodeType, FunctionType
from typing import Any


def pass_all_on(function: Callable[..., Any]) -> bool:
    """Whether all that stands before a function does, by its text; False if that cannot be told."""
    while hasattr(function, "__wrapped__"):
        code = function.__code__ if isinstance(function, FunctionType) else None
        if code is None or not _passes_on(code):
            return False
        function = vars(function)["__wrapped__"]
    return True


@cache
def _passes_on(code: CodeType) -> bool:
    """Whether code that takes any arguments only ever hands them on, all of them and alone."""
    found = _definition(code)
    if found is None or found.args.vararg is None or found.args.kwarg is None:
        return False
    rest = found.args.vararg.arg, found.args.kwarg.arg
    own = [argument.arg for argument in (*found.args.posonlyargs, *found.args.args)]
    if own not in ([], ["self"]) or found.args.kwonlyargs:
        return False
    taken = ", ".join([*own, f"*{rest[0]}", f"**{rest[1]}"])
    handed_on = sum(_given(node) == taken for node in ast.walk(found))
    named = sum(isinstance(node, ast.Name) and node.id in rest for node in ast.walk(found))
    # What names one of them outside of such a call may change what it holds.
    return 0 < 2 * handed_on == named


def _definition(code: CodeType) -> ast.FunctionDef | None:
    try:
        [found] = ast.parse(textwrap.dedent(inspect.getsource(code))).body
    except (OSError, SyntaxError, TypeError, ValueError):
        return None
    return found if isinstance(found, ast.FunctionDef) else None


def _given(node: ast.AST) -> str:
    """What a call gives, as it is written; '' of anything else."""
    if not isinstance(node, ast.Call):
        return ""
    return ", ".join(map(ast.unparse, (*node.args, *node.keywords)))
