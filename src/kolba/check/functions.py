"""The plain functions of a file, the calls of them there, and what calls in it are of.

Values are followed into such a function and out of it (`flow`), and so into a method of an
object whose class is known. The invariant: a view, and what is decorated or defined twice, is
none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from kolba.check.classes import method
from kolba.check.names import Function
from kolba.check.nodes import keyword, last

if TYPE_CHECKING:
    from kolba.check.module import Module


class Functions:
    """The plain functions of a file.

    Args:
        module: the file.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self._by_name: dict[str, Function | None] = {}
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                is_plain = not node.decorator_list and node.name not in self._by_name
                self._by_name[node.name] = node if is_plain else None
        self._called: dict[ast.Call, tuple[Module, Function] | None] = {}
        self._calls: dict[str, list[ast.Call]] = {}
        for call in module.nodes.get(ast.Call, ()):
            if isinstance(call, ast.Call):
                self._calls.setdefault(last(call.func), []).append(call)

    def plain(self, name: str) -> Function | None:
        """The plain function of this name."""
        return self._by_name.get(name)

    def called(self, call: ast.Call) -> tuple[Module, Function] | None:
        """The plain function that a call is of, and its file: this one, or another of the check."""
        if call not in self._called:  # PERF: what a call is given is followed again and again
            self._called[call] = self._found(call.func)
        return self._called[call]

    def _found(self, function: ast.expr) -> tuple[Module, Function] | None:
        if isinstance(function, ast.Name) and self._module.names.is_of_file(function):
            plain = self.plain(function.id)
            return None if plain is None else (self._module, plain)
        dotted, library = self._module.of(function), self._module.library
        if dotted is not None and library is not None:
            found = library.function(self._module, dotted)
            if found is not None:
                return found
        return self._method(function) if isinstance(function, ast.Attribute) else None

    def _method(self, function: ast.Attribute) -> tuple[Module, Function] | None:
        """The method of an object, or of a class itself."""
        classes, owner = self._module.classes, function.value
        if isinstance(owner, ast.Name) and owner.id == "self":
            around = classes.around(function)
            return None if around is None else method((self._module, around), function.attr)
        made = classes.of_object(owner)
        if made is not None:
            return method(made, function.attr)
        named = classes.named(owner)
        return None if named is None else method(named, function.attr, of_class=True)

    def calls(self, function: ast.AST) -> Iterator[ast.Call]:
        """The calls of a plain function."""
        name = getattr(function, "name", "")
        is_method = isinstance(self._module.parents.get(function), ast.ClassDef)
        if not is_method and self._by_name.get(name) is not function:
            return
        for call in self._calls.get(name, ()):
            is_plain = isinstance(call.func, ast.Name) or is_method
            if is_plain and self.called(call) == (self._module, function):
                yield call

    def returns(self, function: Function) -> Iterator[ast.expr]:
        """What a function gives back."""
        return iter(self._returns.get(function, ()))

    @cached_property
    def _returns(self) -> dict[ast.AST | None, list[ast.expr]]:
        found: dict[ast.AST | None, list[ast.expr]] = {}
        for node in self._module.nodes.get(ast.Return, ()):
            if isinstance(node, ast.Return) and node.value is not None:
                found.setdefault(self._module.function(node), []).append(node.value)
        return found


def given(call: ast.Call, function: Function, name: str) -> ast.expr | None:
    """What a call gives for a parameter; None if that cannot be told."""
    if any(isinstance(a, ast.Starred) for a in call.args):
        return None
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    if isinstance(call.func, ast.Attribute) and names[:1] in (["self"], ["cls"]):
        names = names[1:]
    if name in names and names.index(name) < len(call.args):
        return call.args[names.index(name)]
    return keyword(call, name)
