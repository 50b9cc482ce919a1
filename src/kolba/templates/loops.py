"""`loop` as counters, where a loop only asks it for what a counter and a look ahead can tell.

`loop.index`, `index0`, `first`, `last`, `depth`, `depth0` and `cycle(...)` are written as Python in
the tree, before any code is. A loop that does anything else with `loop` (its length, `changed`,
recursion, passing it on) keeps Jinja's `LoopContext`, and so does one whose names are seen as a
whole by other code: an include, an import or a scoped block with the context.

`loop.last` looks one item ahead, no further and no earlier than Jinja does: a list that is changed
inside the loop shows the difference. In a loop with an `if` it keeps the `LoopContext`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame

from kolba.templates.inventory import Inventory
from kolba.templates.lists import ListGenerator

_SIMPLE = {
    "index": "({at} + 1)",
    "index0": "{at}",
    "first": "({at} == 0)",
    "last": "is_last({source}, {ahead})",
    "depth": "1",
    "depth0": "0",
}


def peeking(source: Iterator[Any], ahead: list[Any]) -> Iterator[Any]:
    """The items of `source`, those first that `is_last` has taken out of it."""
    for item in source:
        yield item
        while ahead:
            yield ahead.pop()


def is_last(source: Iterator[Any], ahead: list[Any]) -> bool:
    """Whether nothing follows: takes the next item, and keeps it for `peeking`."""
    if ahead:
        return False
    for item in source:
        ahead.append(item)
        return False
    return True


class _NeedsObject(Exception):
    """A loop's `loop` is used in a way that a counter cannot serve."""


class _Uses:
    """Finds what one loop does with `loop`: each use, and how to put another node there."""

    def __init__(self, loop: nodes.For) -> None:
        self.found: list[tuple[nodes.Expr, Callable[[nodes.Expr], None]]] = []
        if loop.recursive:
            raise _NeedsObject
        self._is_filtered = loop.test is not None
        for position, statement in enumerate(loop.body):
            self._child(statement, _item_setter(loop.body, position))

    def _children(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Block):
            return
        if isinstance(node, nodes.Macro | nodes.CallBlock):
            _refuse(node)
            return
        for name in node.fields:
            value = getattr(node, name)
            if isinstance(value, nodes.Node):
                self._child(value, _setter(node, name))
            elif isinstance(value, list):
                for position, item in enumerate(value):
                    if isinstance(item, nodes.Node):
                        self._child(item, _item_setter(value, position))

    def _child(self, node: nodes.Node, put: Callable[[nodes.Expr], None]) -> None:
        if isinstance(node, nodes.For):
            self._inner(node)
        elif isinstance(node, nodes.Name):
            _refuse(node)
        elif isinstance(node, nodes.Getattr) and _is_loop(node.node):
            # What follows in a filtered loop, its filter alone can tell.
            if node.attr not in _SIMPLE or (node.attr == "last" and self._is_filtered):
                raise _NeedsObject
            self.found.append((node, put))
        elif _is_cycle(node):
            assert isinstance(node, nodes.Call)
            for position, item in enumerate(node.args):
                self._child(item, _item_setter(node.args, position))
            self.found.append((node, put))
        else:
            self._children(node)

    def _inner(self, loop: nodes.For) -> None:
        """A loop within: its body has a `loop` of its own, its test is a function of its own."""
        self._child(loop.iter, _setter(loop, "iter"))
        if loop.test is not None:
            _refuse(loop.test)
        for position, statement in enumerate(loop.else_):
            if loop.recursive:
                _refuse(statement)
            else:
                self._child(statement, _item_setter(loop.else_, position))


def _refuse(node: nodes.Node) -> None:
    """Refuse any use of `loop` in this node."""
    names = [node] if isinstance(node, nodes.Name) else node.find_all(nodes.Name)
    if any(name.name == "loop" for name in names):
        raise _NeedsObject


def _spoilers(inventory: Inventory) -> list[nodes.Node]:
    """What gives all names to other code, `loop` among them, or makes another thing of the name."""
    found: list[nodes.Node] = [n for n in inventory.of(nodes.Include) if n.with_context]
    found += [n for n in inventory.of(nodes.Import) if n.with_context]
    found += [n for n in inventory.of(nodes.FromImport) if n.with_context]
    found += [block for block in inventory.of(nodes.Block) if block.scoped]
    found += [n for n in inventory.of(nodes.Name) if n.name == "loop" and n.ctx != "load"]
    return (
        found + inventory.of(nodes.ContextReference) + inventory.of(nodes.DerivedContextReference)
    )


def _below(node: nodes.Node) -> Iterator[nodes.Node]:
    for child in node.iter_child_nodes():
        yield child
        yield from _below(child)


def _is_loop(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "loop" and node.ctx == "load"


def _is_cycle(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Getattr)
        and node.node.attr == "cycle"
        and _is_loop(node.node.node)
        and bool(node.args)
        and not node.kwargs
        and node.dyn_args is None
        and node.dyn_kwargs is None
    )


def _setter(node: nodes.Node, name: str) -> Callable[[nodes.Expr], None]:
    return lambda other: setattr(node, name, other)


def _item_setter(items: list[Any], position: int) -> Callable[[nodes.Expr], None]:
    return lambda other: items.__setitem__(position, other)


def _python(code: str, lineno: int) -> nodes.InternalName:
    """An expression that is this Python code; made as Jinja's parser makes such names."""
    node = object.__new__(nodes.InternalName)
    nodes.Node.__init__(node, code, lineno=lineno)
    return node


class Loops(ListGenerator):
    """Writes `at_1 += 1` at the head of a loop's body, and `at_1` where that asks for `loop`."""

    def prepare(self, source: str) -> None:
        super().prepare(source)
        # By the identity of the loops' bodies, which live as long as the tree does.
        self._counters: dict[int, str] = {}
        self._ahead: dict[int, str] = {}
        if not any(name.name == "loop" for name in self.inventory.of(nodes.Name)):
            return
        spoilers = set(map(id, _spoilers(self.inventory)))
        for loop in self.inventory.of(nodes.For):
            if not spoilers or not any(id(node) in spoilers for node in _below(loop)):
                self._count(loop)

    def _count(self, loop: nodes.For) -> None:
        try:
            uses = _Uses(loop).found
        except _NeedsObject:
            return
        number = len(self._counters) + 1
        names = {"at": f"at_{number}", "source": f"source_{number}", "ahead": f"ahead_{number}"}
        for node, put in uses:
            self._counters[id(loop.body)] = names["at"]
            if isinstance(node, nodes.Getattr):
                put(_python(_SIMPLE[node.attr].format_map(names), node.lineno))
                if node.attr == "last":
                    self._ahead[id(loop)] = str(number)
            else:
                assert isinstance(node, nodes.Call)
                items = nodes.Tuple(node.args, "load", lineno=node.lineno)
                position = _python(f"{names['at']} % {len(node.args)}", node.lineno)
                put(nodes.Getitem(items, position, "load", lineno=node.lineno))

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if isinstance(node.arg, nodes.InternalName):
            self.visit(node.node, frame)
            self.write(f"[{node.arg.name}]")
        else:
            super().visit_Getitem(node, frame)

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        counter = self._counters.get(id(node.body))
        if counter is not None:
            self.writeline(f"{counter} = -1")
        number = self._ahead.get(id(node))
        if number is not None:
            self.writeline(f"ahead_{number} = []")
            self.writeline(f"source_{number} = iter(", node)
            self.visit(node.iter, frame)
            self.write(")")
            node.iter = _python(f"peeking(source_{number}, ahead_{number})", node.lineno)
        super().visit_For(node, frame)

    def blockvisit(self, nodes: Any, frame: Frame) -> None:
        counter = self._counters.get(id(nodes))
        if counter is not None:
            self.writeline(f"{counter} += 1")
        super().blockvisit(nodes, frame)
