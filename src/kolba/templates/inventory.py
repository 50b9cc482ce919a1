"""What stands in a template's tree, found in one walk, so that compiling costs little more."""

from __future__ import annotations

from typing import TypeVar

from jinja2 import nodes

T = TypeVar("T", bound=nodes.Node)

_LEAVES = frozenset((nodes.Name, nodes.Const, nodes.TemplateData, nodes.NSRef))


class Inventory:
    """All nodes of a tree by their type; each type's in the order of the source."""

    def __init__(self, tree: nodes.Template) -> None:
        found: dict[type[nodes.Node], list[nodes.Node]] = {}
        self._found = found
        stack: list[nodes.Node] = [tree]
        # PERF: written out, since it meets every node of every template; bench/templates.py.
        while stack:
            node = stack.pop()
            cls = type(node)
            if cls in found:
                found[cls].append(node)
            else:
                found[cls] = [node]
            if cls in _LEAVES:
                continue
            for name in reversed(cls.fields):
                value = getattr(node, name, None)
                if type(value) is list:
                    stack += [item for item in reversed(value) if isinstance(item, nodes.Node)]
                elif isinstance(value, nodes.Node):
                    stack.append(value)

    def of(self, cls: type[T]) -> list[T]:
        """The nodes of exactly this type."""
        return self._found.get(cls, [])  # type: ignore[return-value]
