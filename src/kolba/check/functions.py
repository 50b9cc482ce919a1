"""The plain functions of a file, the calls of them there, and what calls in it are of.

Values are followed into such a function and out of it (`flow`), and so into a method that
another of its class calls. The invariant: a view, and what is decorated or defined twice, is none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

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
        self._methods: dict[ast.AST, dict[str, Function | None]] = {}
        self._calls: dict[str, list[ast.Call]] = {}
        for call in module.nodes.get(ast.Call, ()):
            if isinstance(call, ast.Call):
                self._calls.setdefault(last(call.func), []).append(call)

    def plain(self, name: str) -> Function | None:
        """The plain function of this name."""
        return self._by_name.get(name)

    def called(self, call: ast.Call) -> tuple[Module, Function] | None:
        """The plain function that a call is of, and its file: this one, or another of the check."""
        if isinstance(call.func, ast.Name) and self._module.names.is_of_file(call.func):
            function = self.plain(call.func.id)
            return None if function is None else (self._module, function)
        if isinstance(call.func, ast.Attribute) and _is_self(call.func.value):
            method = self._method(call, call.func.attr)
            return None if method is None else (self._module, method)
        dotted = self._module.of(call.func)
        library = self._module.library
        return None if dotted is None or library is None else library.function(self._module, dotted)

    def _method(self, call: ast.Call, name: str) -> Function | None:
        """The method of the class around a call."""
        around = (n for n in self._module.around(call) if isinstance(n, ast.ClassDef))
        owner = next(around, None)
        if owner is None:
            return None
        if owner not in self._methods:
            found: dict[str, Function | None] = {}
            for node in owner.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    is_plain = not node.decorator_list and node.name not in found
                    found[node.name] = node if is_plain else None
            self._methods[owner] = found
        return self._methods[owner].get(name)

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


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def given(call: ast.Call, function: Function, name: str) -> ast.expr | None:
    """What a call gives for a parameter; None if that cannot be told."""
    if any(isinstance(a, ast.Starred) for a in call.args):
        return None
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    if isinstance(call.func, ast.Attribute) and _is_self(call.func.value):
        names = names[1:]
    if name in names and names.index(name) < len(call.args):
        return call.args[names.index(name)]
    return keyword(call, name)
