"""Attributes: a plain dict's item at once, anything else by a reader made for the name.

Jinja tries the attribute, then the item. An exact dict cannot have an attribute that `dict` does
not have, so only names which `dict` itself has take the long way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from keyword import iskeyword
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import Frame

from kolba.templates.folding import unless_constant
from kolba.templates.lists import ListGenerator

Reader = Callable[[Any, Environment], Any]

_READER = """
def getattr(obj, environment):
    {shortcut}
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
    {shortcut}
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

_SHORTCUT = "if type(obj) is dict and {name!r} in obj: return obj[{name!r}]"

_IMMUTABLE_TYPE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE

# How instances look up attributes, unless a class says otherwise.
_GENERIC = object.__getattribute__

_readers: dict[tuple[str, bool, bool], Reader] = {}


def reader(name: str, learns: bool, dicts: bool = False) -> Reader:
    """A function that reads one attribute as `Environment.getattr` does.

    One function a name, so that the interpreter specialises its attribute access. With `learns`
    it remembers the last immutable type seen that cannot have the attribute; with `dicts` it looks
    for a dict's item itself.
    """
    key = (name, learns, dicts)
    known = _readers.get(key)
    if known is None:
        known = _readers[key] = _make_reader(*key)
    return known


def _make_reader(name: str, learns: bool, dicts: bool) -> Reader:
    namespace: dict[str, Any] = {"never_has": never_has, "lacking": None}
    shortcut = _SHORTCUT.format(name=name) if dicts else "pass"
    source = (_ROW_READER if learns else _READER).format(name=name, shortcut=shortcut)
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
    """Writes `o["id"] if type(o := X) is dict and "id" in o else read_id(o, environment)`.

    Outside of loops a call does that, where it is done once, and shorter code compiles sooner.
    Of a name whose attributes one output shows several of, it is asked once whether it is a dict:
    `d_X = X if type(X) is dict else ()`. Nothing binds names while an output is written.
    """

    learns_rows = False
    _loops = 0
    _dicts: frozenset[str] = frozenset()
    """Names of which that has been asked."""

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        self._loops += 1
        super().visit_For(node, frame)
        self._loops -= 1

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        if self._loops:
            self._dicts = self._ask_for_dicts(node, frame)
        super().visit_Output(node, frame)
        self._dicts = frozenset()

    def _ask_for_dicts(self, node: nodes.Output, frame: Frame) -> frozenset[str]:
        read = Counter(
            found.node.name
            for found in node.find_all(nodes.Getattr)
            if isinstance(found.node, nodes.Name)
            and is_readable(found.attr)
            and may_be_item(found.attr)
        )
        names = frozenset(
            name for name, times in read.items() if times > 1 and frame.symbols.find_ref(name)
        )
        for name in sorted(names):
            ref = frame.symbols.ref(name)
            self.writeline(f"d_{ref} = {ref} if type({ref}) is dict else ()")
        return names

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        if is_readable(node.attr):
            self._write_attribute(node, frame)
        else:
            super().visit_Getattr(node, frame)

    @unless_constant
    def _write_attribute(self, node: nodes.Getattr, frame: Frame) -> None:
        key = repr(node.attr)
        if not self._loops or not may_be_item(node.attr):
            self._write_call_of_reader(node, frame)
            return
        read = self.global_name(f"read_{node.attr}", f"reader({key}, {self.learns_rows})")
        if type(node.node) is nodes.Name and node.node.name in self._dicts:
            known = f"d_{frame.symbols.ref(node.node.name)}"
            self.write(f"({known}[{key}] if {key} in {known} else {read}(")
            self.visit(node.node, frame)
            self.write(", environment))")
            return
        self.write(f"(o[{key}] if type(o := ")
        self.visit(node.node, frame)
        self.write(f") is dict and {key} in o else {read}(o, environment))")

    def _write_call_of_reader(self, node: nodes.Getattr, frame: Frame) -> None:
        arguments = f"{node.attr!r}, {self.learns_rows}, {may_be_item(node.attr)}"
        read = self.global_name(f"get_{node.attr}", f"reader({arguments})")
        self.write(f"{read}(")
        self.visit(node.node, frame)
        self.write(", environment)")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if self._loops and isinstance(node.arg, nodes.Const) and type(node.arg.value) is str:
            self._write_item(node, frame)
        else:
            super().visit_Getitem(node, frame)

    @unless_constant
    def _write_item(self, node: nodes.Getitem, frame: Frame) -> None:
        assert isinstance(node.arg, nodes.Const)
        key = repr(node.arg.value)
        self.write(f"(o[{key}] if type(o := ")
        self.visit(node.node, frame)
        self.write(f") is dict and {key} in o else environment.getitem(o, {key}))")
