"""Calls in views whose errors nobody catches: what they raise is a 500."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kolba.check.module import Module

_CATCHES = (ast.Try, ast.TryStar, ast.With, ast.AsyncWith)
_HANDLED = tuple(
    f"{register}({error}"
    for register in ("errorhandler", "register_error_handler", "app_errorhandler")
    for error in ("ValueError", "Exception", "json.", "JSONDecodeError")
)


def is_unguarded(node: ast.AST, module: Module) -> bool:
    """Whether a ValueError there is a 500: the view alone tells what becomes of it."""
    if any(isinstance(around, _CATCHES) for around in module.around(node)):
        return False
    view = module.view(node)
    return view is not None and view.is_plain and not _is_handled(module)


def may_be_missing(value: ast.expr) -> bool:
    """`request.args.get("n")`, which `missing-value-used` is about."""
    return isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords


def _is_handled(module: Module) -> bool:
    says = module.library.says if module.library else module.source.__contains__
    return any(says(words) for words in _HANDLED)
