"""What the conditions of a function look at: values that went through one may be checked.

The invariant: of two mistakes the smaller is made. What any condition looks at counts as
checked in the whole function, and what that was made of, too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kolba.check.assigned import Assigned, leaves
from kolba.check.nodes import children, last
from kolba.check.reads import READS, key_of

if TYPE_CHECKING:
    from kolba.check.module import Module

_CHECKS = re.compile(
    r"safe|valid|check|allow|verif|sanit|clean|ensure|permit|trust|^is_|^has_|assert|match"
    r"|confirm|authori|require|guard|test|refuse|reject",
    re.IGNORECASE,
)
_CONDITIONS = (
    *(ast.If, ast.While, ast.Assert, ast.IfExp, ast.Match, ast.comprehension),
    *(ast.Call, ast.Compare, ast.Try, ast.TryStar),
)
# Asking whether a file is there says nothing of where it is.
_NEUTRAL = frozenset(("exists", "isfile", "isdir", "is_file", "is_dir", "getsize"))


class Looks:
    """The conditions of one function.

    Args:
        module: the file.
        assigned: its assignments.

    Attributes:
        names: the names that are looked at.
        keys: the keys of the request whose values are looked at.
        attributes: the attributes that are looked at, of whatever they are.
        asked: the constants in conditions, also those that ask only whether something is there.
        saved: what has a method `save` that is called with a place: uploads, as code.
    """

    def __init__(self, module: Module, assigned: Assigned) -> None:
        self._module = module
        self._assigned = assigned
        self.names: set[str] = set()
        self.keys: set[str] = set()
        self.attributes: set[str] = set()
        self.asked: set[object] = set()
        self.saved: set[str] = set()
        for node in assigned.nodes:
            if isinstance(node, _CONDITIONS):
                self._look(node)
        self._trace_checks()

    def _look(self, node: ast.AST) -> None:
        tests: list[ast.expr] = []
        if isinstance(node, ast.If | ast.While | ast.Assert | ast.IfExp):
            tests = [node.test]
        elif isinstance(node, ast.Match):
            tests = [node.subject]
        elif isinstance(node, ast.comprehension):
            tests = node.ifs
        elif isinstance(node, ast.Call) and last(node.func) == "save":
            if isinstance(node.func, ast.Attribute) and node.args:
                self.saved.add(ast.unparse(node.func.value))
            return
        elif isinstance(node, ast.Call) and last(node.func) == "secure_filename":
            # A name that is made of parts, of which one is made safe.
            for given in node.args:
                if isinstance(given, ast.Subscript):
                    self._note(given.value)
            return
        elif isinstance(node, ast.Call) and self._is_check(node):
            patterns = self._pattern(node)
            for test in (*node.args, *(k.value for k in node.keywords)):
                if test not in patterns:
                    self._note(test)
            return
        elif isinstance(node, ast.Compare) and not is_trivial(node):
            tests = [node]
        elif isinstance(node, ast.Try | ast.TryStar):
            self._tried(node)
        for test in tests:
            self.asked |= {n.value for n in ast.walk(test) if isinstance(n, ast.Constant)}
            for part in _parts(test):
                if not is_trivial(part):
                    self._note(part)

    def _is_check(self, call: ast.Call) -> bool:
        """Whether a function is called that looks at its arguments, by its name."""
        # `subprocess.check_output` looks at what comes back.
        is_command = (self._module.of(call.func) or "").startswith("subprocess.")
        return not is_command and _CHECKS.search(last(call.func)) is not None

    def _tried(self, node: ast.Try | ast.TryStar) -> None:
        """`try: lookup[name]` with a handler that leaves is a check, too."""
        if not any(leaves(h) for h in node.handlers):
            return
        for part in node.body:
            if isinstance(part, ast.Expr):
                self._note(part.value)

    def _note(self, test: ast.AST) -> None:
        for node in self._looked_at(test):
            if isinstance(node, ast.Name):
                self.names.add(node.id)
            elif isinstance(node, ast.Attribute):
                self.attributes.add(node.attr)
            elif (found := key_of(node, self._module)) is not None:
                self.keys.add(found)

    def _looked_at(self, test: ast.AST) -> Iterator[ast.AST]:
        """The parts of what a condition looks at."""
        yield test
        patterns = self._pattern(test)
        for child in children(test):
            if child not in patterns:
                yield from self._looked_at(child)

    def _pattern(self, node: ast.AST) -> list[ast.expr]:
        """The regular expression that a call takes: it is not what is looked at."""
        if isinstance(node, ast.Call) and (self._module.of(node.func) or "").startswith("re."):
            return node.args[:1]
        return []

    def _trace_checks(self) -> None:
        """What a checked value was made of is checked, too."""
        waiting = list(self.names)
        while waiting:
            for _, value, _ in self._assigned.given.get(waiting.pop(), ()):
                before = set(self.names)
                self._note(value)
                waiting += self.names - before


def _parts(test: ast.expr) -> Iterator[ast.expr]:
    """The parts of a condition that `and`, `or` and `not` join."""
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _parts(value)
    elif isinstance(test, ast.UnaryOp):
        yield from _parts(test.operand)
    else:
        yield test


def is_trivial(test: ast.expr) -> bool:
    """Whether a condition asks only whether something is there."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        other = test.comparators[0]
        if isinstance(test.ops[0], ast.In | ast.NotIn):
            return isinstance(test.left, ast.Constant)
        is_nothing = isinstance(other, ast.Constant) and other.value in (None, "", 0, True, False)
        return is_nothing and _is_plain(test.left)
    return _is_plain(test)


def _is_plain(node: ast.expr) -> bool:
    """A name, a name of a file, or what is read from a dict: not a part that was made of it."""
    if isinstance(node, ast.NamedExpr):
        return _is_plain(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr in ("filename", "referrer", "data")
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in READS | _NEUTRAL
    return isinstance(node, ast.Name | ast.Constant | ast.Subscript)
