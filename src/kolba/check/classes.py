"""The classes of a file, and what is an object of which: as far as one assignment tells.

Methods are looked for in the class and then in what it is made of, as Python does. The
invariant: a class that is decorated, defined twice or has a metaclass, and a name that is
given more than one object, are unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from kolba.check.names import Function

if TYPE_CHECKING:
    from kolba.check.module import Module

Class = tuple["Module", ast.ClassDef]
_MOST = 12  # steps from a name to a class, and from that to its method


class Classes:
    """The classes of one file.

    Args:
        module: the file.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self._by_name: dict[str, ast.ClassDef | None] = {}
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                is_plain = not (node.decorator_list or node.keywords)
                is_new = node.name not in self._by_name
                self._by_name[node.name] = node if is_plain and is_new else None

    def plain(self, name: str) -> ast.ClassDef | None:
        """The plain class of this name."""
        return self._by_name.get(name)

    def named(self, node: ast.expr) -> Class | None:
        """The plain class that an expression names: of this file, or another of the check."""
        if isinstance(node, ast.Name) and self._module.names.is_of_file(node):
            found = self.plain(node.id)
            return None if found is None else (self._module, found)
        dotted, library = self._module.of(node), self._module.library
        home = None if dotted is None or library is None else library.home(self._module, dotted)
        if home is None:
            return None
        found = home[0].classes.plain(home[1])
        return None if found is None else (home[0], found)

    def of_object(self, node: ast.expr, steps: int = 0) -> Class | None:
        """The class that an expression is an object of."""
        made = self.made(node, steps)
        return None if made is None else made[0].classes.named(made[1].func)

    def made(self, node: ast.expr, steps: int = 0) -> tuple[Module, ast.Call] | None:
        """The call that makes an object, and its file."""
        if isinstance(node, ast.Call):
            return self._module, node
        if steps > _MOST:
            return None
        if isinstance(node, ast.Attribute) and _is_self(node.value):
            return self._one(self._given_to_self(node), steps)
        if isinstance(node, ast.Name):
            scope = self._module.names.home(node)
            if scope is not None and self._module.names.imported(scope, node.id) is None:
                return self._one(self._given(node.id, scope), steps)
        dotted, library = self._module.of(node), self._module.library
        home = None if dotted is None or library is None else library.home(self._module, dotted)
        if home is None:
            return None
        module, name = home
        return module.classes._one(module.classes._given(name, module.tree), steps)

    def _one(self, given: list[ast.expr], steps: int) -> tuple[Module, ast.Call] | None:
        return self.made(given[0], steps + 1) if len(given) == 1 else None

    def _given(self, name: str, scope: ast.AST) -> list[ast.expr]:
        """The one value that a name has in a scope; none if it may have others."""
        if self._bindings.get((scope, name)) != 1 or name in self._globals:
            return []
        return [v for n, v in self._module.assignments.get(scope, ()) if n == name]

    @cached_property
    def _bindings(self) -> dict[tuple[ast.AST, str], int]:
        """How often a scope gives a name a value."""
        found: dict[tuple[ast.AST, str], int] = {}
        for node in (*self._module.nodes.get(ast.Name, ()), *self._module.nodes.get(ast.arg, ())):
            if not isinstance(getattr(node, "ctx", None), ast.Load):
                key = self._module.names.scope(node), getattr(node, "id", getattr(node, "arg", ""))
                found[key] = found.get(key, 0) + 1
        return found

    @cached_property
    def _globals(self) -> frozenset[str]:
        """The names that functions change in the scope around them."""
        nodes = self._module.nodes
        said = (*nodes.get(ast.Global, ()), *nodes.get(ast.Nonlocal, ()))
        return frozenset(name for node in said for name in getattr(node, "names", ()))

    def _given_to_self(self, attribute: ast.Attribute) -> list[ast.expr]:
        """What the class around gives to `self.x`."""
        return self._of_self.get((self.around(attribute), attribute.attr), [])

    @cached_property
    def _of_self(self) -> dict[tuple[ast.ClassDef | None, str], list[ast.expr]]:
        found: dict[tuple[ast.ClassDef | None, str], list[ast.expr]] = {}
        for node in self._module.nodes.get(ast.Attribute, ()):
            if isinstance(node, ast.Attribute) and _is_store(node) and _is_self(node.value):
                parent = self._module.parents[node]
                value = parent.value if isinstance(parent, ast.Assign) else None
                given = found.setdefault((self.around(node), node.attr), [])
                given.append(ast.Constant(None) if value is None else value)
        return found

    def around(self, node: ast.AST) -> ast.ClassDef | None:
        """The class around a node."""
        return next((n for n in self._module.around(node) if isinstance(n, ast.ClassDef)), None)


def line(one: Class) -> Iterator[Class]:
    """A class and what it is made of, in the order in which Python looks; to the first unknown."""
    module, owner = one
    yield one
    for _ in range(_MOST):
        if len(owner.bases) != 1:
            return
        base = module.classes.named(owner.bases[0])
        if base is None:
            return
        module, owner = base
        yield base


def method(one: Class, name: str, of_class: bool = False) -> tuple[Module, Function] | None:
    """The method that an object of a class, or the class itself, has by this name; and its file."""
    for module, owner in line(one):
        found = [node for node in owner.body if name in _bound(node)]
        if found:
            function = found[0]
            if len(found) > 1 or not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                return None
            return (module, function) if _is_plain(function, of_class) else None
    return None


def _is_plain(function: Function, of_class: bool) -> bool:
    """Whether a method is called with what stands in the call, behind its owner."""
    decorators = [d.id if isinstance(d, ast.Name) else "" for d in function.decorator_list]
    return decorators in ([[]] if not of_class else []) + [["staticmethod"], ["classmethod"]]


def _bound(node: ast.stmt) -> list[str]:
    """The names that a statement of a class gives a meaning."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and _is_store(n)]


def _is_store(node: ast.Name | ast.Attribute) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"
