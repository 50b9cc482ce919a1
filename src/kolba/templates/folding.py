"""Jinja's folding of constants, which passes over what surely has none.

Jinja looks through a whole expression again for each attribute and call within it. Whatever is
nothing but a variable with attributes, items and calls of plain arguments stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, optimizeconst
from jinja2.optimizer import Optimizer

F = TypeVar("F", bound=Callable[..., None])
_PLAIN = frozenset((nodes.Name, nodes.Const))


class QuickOptimizer(Optimizer):
    """Gives the same trees as Jinja's, and calls the same filters and tests as often."""

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        return node if is_variable(node) else super().visit(node, *args, **kwargs)


def unless_constant(write: F) -> F:
    """Have Jinja fold an expression, and this function write it if it is no constant."""
    folding = optimizeconst(write)

    def visit(self: CodeGenerator, node: nodes.Expr, frame: Frame, **kwargs: Any) -> None:
        (write if is_variable(node) else folding)(self, node, frame, **kwargs)

    return cast(F, visit)


def is_variable(node: Any) -> bool:
    """Whether a node stands on a name, with nothing on the way that could be folded."""
    while True:
        cls = type(node)
        if cls is nodes.Name:
            return True
        if cls is nodes.Getitem:
            if type(node.arg) not in _PLAIN:
                return False
        elif cls is nodes.Call:
            if not _has_plain_arguments(node):
                return False
        elif cls is not nodes.Getattr:
            return False
        node = node.node


def _has_plain_arguments(call: nodes.Call) -> bool:
    for argument in call.args:
        if type(argument) not in _PLAIN:
            return False
    for pair in call.kwargs:
        if type(pair.value) not in _PLAIN:
            return False
    return call.dyn_args is None and call.dyn_kwargs is None
