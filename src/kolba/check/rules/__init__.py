"""The rules: one mistake, one file. A new one is a file here and its name in the list."""

from __future__ import annotations

from importlib import import_module

from kolba.check.rule import Rule

_NAMES = (
    "decorator_above_route",
    "markup_of_values",
    "method_never_arrives",
    "nested_session_change",
    "open_redirect",
    "result_thrown_away",
)

RULES: tuple[Rule, ...] = tuple(import_module(f"kolba.check.rules.{name}").RULE for name in _NAMES)
"""Every rule there is, by its code."""
