"""The most usual route with a parameter, found by one look-up: `/items/<int:number>`.

Invariant: what `Last.leaf_for` finds, the walk of the tree would find. A path that is made of
literal parts up to its last one leads the walk to this node first, and the first edge of the node
that takes the last part ends the walk, if a leaf behind it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from .edges import INT, TEXT
from .leaves import Leaf
from .tree import Node

T = TypeVar("T")


class Last(Generic[T]):
    """What takes the last part of a path, when everything before it is literal.

    Attributes:
        leaf: what is found.
        digits: whether the part must be a number.
        static: the parts that mean something else.
    """

    __slots__ = ("digits", "leaf", "static")

    def __init__(self, leaf: Leaf[T], digits: bool, static: Mapping[str, Node[T]]) -> None:
        self.leaf = leaf
        self.digits = digits
        self.static = static

    def leaf_for(self, part: str, method: str) -> Leaf[T] | None:
        """Return the leaf; None if it takes a walk to know what answers."""
        if not (part.isdecimal() if self.digits else part) or part in self.static:
            return None
        methods = self.leaf.rule.methods
        return self.leaf if methods is None or method in methods else None


def last_parts(root: Node[T]) -> dict[str, Last[T]]:
    """Return what can be found so below a literal domain, by the path before the last part."""
    found: dict[str, Last[T]] = {}
    stack = list(root.static.items())
    while stack:
        path, node = stack.pop()
        last = _last_of(node)
        if last is not None:
            found[path] = last
        stack += [(f"{path}/{part}", child) for part, child in node.static.items()]
    return found


def _last_of(node: Node[T]) -> Last[T] | None:
    if not node.edges or node.index is not None or node.edges[0].kind not in (TEXT, INT):
        return None
    edge = node.edges[0]
    leaves = edge.node.leaves
    if not leaves or not leaves[0].plain or not leaves[0].pure or leaves[0].rule.websocket:
        return None
    return Last(leaves[0], edge.kind == INT, node.static)
