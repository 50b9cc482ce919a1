"""What the names of a function are given, and which of that reaches a place where one is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kolba.check.names import Scope
from kolba.check.nodes import children

if TYPE_CHECKING:
    from kolba.check.module import Module

_GIVES = (
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor),
    *(ast.NamedExpr, ast.With, ast.AsyncWith),
)
_STATEMENTS_THAT_LEAVE = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Assigned:
    """The assignments of one function.

    Args:
        module: the file.
        scope: the function, or the module itself.

    Attributes:
        nodes: what is of the function itself.
        given: by name, each statement that gives it a value, the value, and the target.
    """

    def __init__(self, module: Module, scope: Scope) -> None:
        self._module = module
        self.nodes = list(own(scope))
        self.given: dict[str, list[tuple[ast.stmt, ast.expr, ast.expr]]] = {}
        self._read()

    def _read(self) -> None:
        for node in self.nodes:
            if not isinstance(node, _GIVES):
                continue  # PERF: it is most of them
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node, node.value)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                self._assign(node.target, node, node.value)
            elif isinstance(node, ast.AugAssign):
                self._assign(node.target, node, ast.BinOp(node.target, node.op, node.value))
            elif isinstance(node, ast.For | ast.AsyncFor):
                self._assign(node.target, node, node.iter)
            elif isinstance(node, ast.NamedExpr):
                self._assign(node.target, self._statement(node), node.value)
            elif isinstance(node, ast.With | ast.AsyncWith):
                for item in node.items:
                    if item.optional_vars is not None:
                        self._assign(item.optional_vars, node, ast.Constant(None))

    def _statement(self, node: ast.AST) -> ast.stmt:
        return next(a for a in self._module.around(node) if isinstance(a, ast.stmt))

    def _assign(self, target: ast.expr, statement: ast.stmt, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.given.setdefault(target.id, []).append((statement, value, target))
        elif isinstance(target, ast.Tuple | ast.List):
            values: list[ast.expr] = [ast.Constant(None)] * len(target.elts)
            if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
                values = value.elts
            for part, given in zip(target.elts, values, strict=True):
                self._assign(part, statement, given)

    def reaching(self, use: ast.Name) -> Iterator[ast.expr | None]:
        """The values that a name may have where it is used; None is the parameter's own."""
        here = (use.lineno, use.col_offset)
        before = [given for given in self.given.get(use.id, ()) if _end(*given) <= here]
        around = {use, *self._module.around(use)}
        assigned = {statement for statement, _, _ in before}
        first: ast.AST | None = None
        for statement, value, _ in reversed(before):
            if first is not None and statement.lineno < getattr(first, "lineno", 0):
                return
            if self._reaches(statement, around):
                yield value
                first = first or self._always(statement, around, assigned)
        if first is None:
            yield None

    def _always(
        self, statement: ast.stmt, around: set[ast.AST], assigned: set[ast.stmt]
    ) -> ast.AST | None:
        """What always gives the name a value before the use, of which a statement is a part."""
        node: ast.AST = statement
        for parent in self._module.around(statement):
            if parent in around:
                return node
            match parent:
                case ast.With() | ast.AsyncWith():
                    pass
                case ast.Try() if node in parent.body and all(map(leaves, parent.handlers)):
                    pass
                case ast.If() if all(
                    any(node is one or one in assigned for one in block) or leaves(block[-1])
                    for block in (parent.body, parent.orelse or [ast.Pass()])
                ):
                    pass
                case _:
                    return None
            node = parent
        return None

    def _reaches(self, statement: ast.stmt, around: set[ast.AST]) -> bool:
        """Whether what follows a statement may be the use: not from a branch that has left."""
        node: ast.AST = statement
        for parent in self._module.around(statement):
            if parent in around:
                return not (isinstance(parent, ast.If) and _other_branch(parent, node, around))
            for block in _blocks(parent):
                if node in block and isinstance(block[-1], _STATEMENTS_THAT_LEAVE):
                    return False
            node = parent
        return True


def own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions inside of it."""
    stack = list(reversed(getattr(scope, "body", []) if not isinstance(scope, ast.Lambda) else []))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            stack += reversed(children(node))


def _end(statement: ast.stmt, value: ast.expr, target: ast.expr) -> tuple[int, int]:
    """Where a name has got its value: behind the statement, but in the head of a block."""
    node = target if hasattr(statement, "body") else statement
    return node.end_lineno or 0, node.end_col_offset or 0


def leaves(node: ast.stmt | ast.ExceptHandler) -> bool:
    last = node.body[-1] if isinstance(node, ast.ExceptHandler) else node
    return isinstance(last, _STATEMENTS_THAT_LEAVE)


def _other_branch(branching: ast.If, node: ast.AST, around: set[ast.AST]) -> bool:
    return any(node not in block and around & set(block) for block in _blocks(branching))


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block
