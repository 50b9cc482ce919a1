"""What stands in a template's tree, found in one walk, so that compiling costs little more."""

from __future__ import annotations

from typing import TypeVar

from jinja2 import nodes

T = TypeVar("T", bound=nodes.Node)

_LEAVES = (nodes.Name, nodes.Const, nodes.TemplateData, nodes.NSRef)


class Inventory:
    """All nodes of a tree by their type; each type's in the order of the source."""

    def __init__(self, tree: nodes.Template) -> None:
        self._found: dict[type[nodes.Node], list[nodes.Node]] = {}
        stack: list[nodes.Node] = [tree]
        while stack:
            node = stack.pop()
            self._found.setdefault(type(node), []).append(node)
            if not isinstance(node, _LEAVES):
                stack.extend(reversed(_children(node)))

    def of(self, cls: type[T]) -> list[T]:
        """The nodes of exactly this type."""
        return self._found.get(cls, [])  # type: ignore[return-value]


def _children(node: nodes.Node) -> list[nodes.Node]:
    children: list[nodes.Node] = []
    for name in node.fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            children += [item for item in value if isinstance(item, nodes.Node)]
        elif isinstance(value, nodes.Node):
            children.append(value)
    return children
