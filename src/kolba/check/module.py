"""A Python file under check: parsed once, walked once.

What rules ask of it: the nodes by type, what is around a node, what a name stands for,
the views and where a value comes from. Nothing of the file is run.
"""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from kolba.check.classes import Classes
from kolba.check.flow import Flow, Steps
from kolba.check.functions import Functions
from kolba.check.html_forms import Fields
from kolba.check.names import Function, Names
from kolba.check.nodes import children, text
from kolba.check.views import View, assignments, resources, views

if TYPE_CHECKING:
    from kolba.check.library import Library

BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Module:
    """A parsed file.

    Args:
        path: as it was found.
        source: its text.

    Attributes:
        owners: names that are apps and blueprints wherever the project gives them a value.
        fields: what the project's forms send, by the names of their fields.
        library: the other files of the check.
        steps: what a question about a value may take in this file.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it cannot be parsed.
    """

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.source = source
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(source)
        self.nodes: dict[type[ast.AST], list[ast.AST]] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self._walk()
        self.owners: frozenset[str] = frozenset()
        self.fields = Fields()
        self.library: Library | None = None
        self._flows: dict[ast.AST, Flow] = {}
        self.steps = Steps()

    def _walk(self) -> None:
        """Each node once, in the order of the text."""
        stack: list[ast.AST] = [self.tree]
        found: defaultdict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        while stack:
            node = stack.pop()
            found[type(node)].append(node)
            parts = children(node)
            self.parents.update(dict.fromkeys(parts, node))
            parts.reverse()
            stack += parts
        self.nodes.update(found)

    @cached_property
    def names(self) -> Names:
        return Names(self.nodes, self.parents)

    @cached_property
    def functions(self) -> Functions:
        """The plain functions, and the calls of them."""
        return Functions(self)

    @cached_property
    def classes(self) -> Classes:
        """The plain classes, and the objects of them."""
        return Classes(self)

    @cached_property
    def assignments(self) -> dict[ast.AST, list[tuple[str, ast.expr]]]:
        """The plain assignments of each scope: name and value."""
        return assignments(self)

    @cached_property
    def views(self) -> dict[Function, View]:
        """The functions that routes lead to."""
        return views(self)

    @cached_property
    def resources(self) -> dict[Function, dict[str, str]]:
        """The methods of an API's resources: the converters of their parameters."""
        return resources(self)

    @cached_property
    def texts(self) -> dict[str, str]:
        """The names of the file that are one constant text."""
        found: dict[str, list[ast.expr]] = {}
        for name, value in self.assignments.get(self.tree, ()):
            found.setdefault(name, []).append(value)
        one = {name: text(values[0]) for name, values in found.items() if len(values) == 1}
        return {name: value for name, value in one.items() if value}

    @cached_property
    def packages(self) -> frozenset[str]:
        """The packages that the file imports."""
        found: set[str] = set()
        for node in (*self.nodes.get(ast.Import, ()), *self.nodes.get(ast.ImportFrom, ())):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").partition(".")[0])
        return frozenset(found)

    def of(self, node: ast.AST) -> str | None:
        """The dotted name of what a node stands for."""
        return self.names.of(node)

    def flow(self, node: ast.AST) -> Flow:
        """Where values come from, in the function around a node."""
        scope = self.names.scope(node)
        if scope not in self._flows:
            self._flows[scope] = Flow(self, scope)
        return self._flows[scope]

    @contextmanager
    def entered(self, function: Function, call: ast.Call, caller: Flow) -> Iterator[Flow]:
        """The flow of a plain function while it has what one call gives it."""
        plain = self.flow(function.body[0])
        self._flows[function] = entered = plain.entered(call, caller)
        try:
            yield entered
        finally:
            self._flows[function] = plain

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What is around a node, from the inside."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def function(self, node: ast.AST) -> Function | None:
        """The function around a node."""
        return next((n for n in self.around(node) if isinstance(n, BLOCKS)), None)

    def view(self, node: ast.AST) -> View | None:
        """The view around a node, if no other function is between."""
        function = self.function(node)
        return None if function is None else self.views.get(function)

    def calls(self, name: str) -> Iterator[ast.Call]:
        """The calls of what has this dotted name."""
        for node in self.nodes.get(ast.Call, ()):
            if isinstance(node, ast.Call) and self.of(node.func) == name:
                yield node
