"""Attributes: a plain dict's item at once, anything else by a reader made for the name.

Jinja tries the attribute, then the item. An exact dict cannot have an attribute that `dict` does
not have, so only names which `dict` itself has take the long way.
"""

from __future__ import annotations

from collections.abc import Callable
from keyword import iskeyword
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import Frame, optimizeconst

from kolba.templates.lists import ListGenerator

Reader = Callable[[Any, Environment], Any]

_READER = """
def getattr(obj, environment):
    try:
        return obj.{name}
    except AttributeError:
        pass
    try:
        return obj[{name!r}]
    except (TypeError, LookupError, AttributeError):
        return environment.undefined(obj=obj, name={name!r})
"""

_ROW_READER = """
def getattr(obj, environment):
    global lacking
    if type(obj) is not lacking:
        try:
            return obj.{name}
        except AttributeError:
            if never_has(type(obj), {name!r}):
                lacking = type(obj)
    try:
        return obj[{name!r}]
    except (TypeError, LookupError, AttributeError):
        return environment.undefined(obj=obj, name={name!r})
"""

_IMMUTABLE_TYPE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE

# How instances look up attributes, unless a class says otherwise.
_GENERIC = object.__getattribute__

_readers: dict[tuple[str, bool], Reader] = {}


def reader(name: str, learns: bool) -> Reader:
    """A function that reads one attribute as `Environment.getattr` does.

    One function a name, so that the interpreter specialises its attribute access. With `learns`
    it remembers the last immutable type seen that cannot have the attribute.
    """
    known = _readers.get((name, learns))
    if known is None:
        known = _readers[name, learns] = _make_reader(name, learns)
    return known


def _make_reader(name: str, learns: bool) -> Reader:
    namespace: dict[str, Any] = {"never_has": never_has, "lacking": None}
    source = (_ROW_READER if learns else _READER).format(name=name)
    # The globals of this function hold no template: it is shown as Jinja shows its own helpers.
    # It is named as Jinja's is: named for the attribute, `field.type` would hide the builtin.
    exec(compile(source, __file__, "exec"), namespace)
    read: Reader = namespace["getattr"]
    return read


def never_has(cls: type, name: str) -> bool:
    """Whether no instance of the type has the attribute, now or later (`sqlite3.Row`)."""
    return (
        cls.__dictoffset__ == 0
        and vars(cls).get("__getattribute__", _GENERIC) is _GENERIC
        and all(
            base.__flags__ & _IMMUTABLE_TYPE
            and name not in vars(base)
            and "__getattr__" not in vars(base)
            for base in cls.__mro__
        )
    )


def is_readable(name: str) -> bool:
    """Whether the name can be written after a dot, meaning itself."""
    return name.isascii() and name.isidentifier() and not iskeyword(name)


def may_be_item(name: str) -> bool:
    """Whether an exact dict surely has no attribute of this name."""
    return not hasattr(dict, name) and not name.startswith("__")


class Attributes(ListGenerator):
    """Writes `o["id"] if type(o := X) is dict and "id" in o else read_id(o, environment)`."""

    imports = ("reader",)
    learns_rows = False

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        if is_readable(node.attr):
            self._write_attribute(node, frame)
        else:
            super().visit_Getattr(node, frame)

    @optimizeconst
    def _write_attribute(self, node: nodes.Getattr, frame: Frame) -> None:
        key = repr(node.attr)
        read = self.global_name(f"read_{node.attr}", f"reader({key}, {self.learns_rows})")
        if not may_be_item(node.attr):
            self.write(f"{read}(")
            self.visit(node.node, frame)
            self.write(", environment)")
            return
        self.write(f"(o[{key}] if type(o := ")
        self.visit(node.node, frame)
        self.write(f") is dict and {key} in o else {read}(o, environment))")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if isinstance(node.arg, nodes.Const) and type(node.arg.value) is str:
            self._write_item(node, frame)
        else:
            super().visit_Getitem(node, frame)

    @optimizeconst
    def _write_item(self, node: nodes.Getitem, frame: Frame) -> None:
        assert isinstance(node.arg, nodes.Const)
        key = repr(node.arg.value)
        self.write(f"(o[{key}] if type(o := ")
        self.visit(node.node, frame)
        self.write(f") is dict and {key} in o else environment.getitem(o, {key}))")
