"""The matching machine: a copy of Werkzeug's tree of states, and the walk over it.

Static steps are tried before dynamic ones, dynamic ones in the order of their weight, and a dead
end goes back to the last choice, exactly as in `StateMachineMatcher.match`.
Invariant: the tree is never changed after it is made; what may change on a bound rule (methods,
websocket, strict_slashes) is read from the rule at every walk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, TypeVar

from .affixes import SMALL, by_literal_ends, fitting_of, merged
from .edges import INT, ISOLATED, REST, REST_SLASH, TEXT, Edge, make_edge

if TYPE_CHECKING:
    from werkzeug.routing import Rule
    from werkzeug.routing.matcher import State

    from .leaves import Leaf

T = TypeVar("T")

_NO_STEPS: Mapping[str, Node[object]] = MappingProxyType({})


class SlashRequired(Exception):
    """The path matches once a slash is added to it."""


class EdgeIndex:
    """The edges of a crowded node, found by their literal ends."""

    __slots__ = ("_parts", "_rests", "_slashed")

    def __init__(self, edges: Sequence[Edge]) -> None:
        self._parts = by_literal_ends([edge for edge in edges if edge.kind <= ISOLATED])
        self._rests = by_literal_ends([edge for edge in edges if edge.kind == REST])
        self._slashed = by_literal_ends([edge for edge in edges if edge.kind == REST_SLASH])

    def fitting(self, parts: list[str], at: int) -> Sequence[Edge]:
        """Return the edges that can match at this place, in edge order."""
        found = fitting_of(self._parts, parts[at])
        if self._rests or self._slashed:
            rest = "/".join(parts[at:])
            found = merged(found, fitting_of(self._rests, rest))
            bare = rest[:-1] if rest.endswith("/") else rest
            found = merged(found, fitting_of(self._slashed, bare))
        return found


class Node(Generic[T]):
    """A state: the rules that end here, the ways on, and whether there is more than one."""

    __slots__ = ("branches", "edges", "index", "leaves", "slash_leaves", "static")

    def __init__(self, leaves: tuple[Leaf[T], ...]) -> None:
        self.leaves = leaves
        self.slash_leaves: tuple[Leaf[T], ...] = ()
        self.static: Mapping[str, Node[T]] = _NO_STEPS  # type: ignore[assignment]
        self.edges: tuple[Edge, ...] = ()
        self.index: EdgeIndex | None = None
        self.branches = False


def copy_tree(state: State, leaf_of: Mapping[int, Leaf[T]], of_domain: bool = True) -> Node[T]:
    """Copy Werkzeug's `state` and all behind it; `leaf_of` is keyed by the rules' ids."""
    node: Node[T] = Node(tuple([leaf_of[id(rule)] for rule in state.rules]))
    if state.static:
        # A copy, since another thread may be adding a route.
        behind = state.static.copy().items()
        node.static = {part: copy_tree(child, leaf_of, False) for part, child in behind}
        if "" in node.static:
            node.slash_leaves = node.static[""].leaves
    if state.dynamic:
        edges = []
        for number, (part, child) in enumerate(state.dynamic):
            edge = make_edge(number, part, of_domain)
            edge.node = copy_tree(child, leaf_of, False)
            edges.append(edge)
        node.edges = tuple(edges)
        if len(edges) > SMALL:
            node.index = EdgeIndex(edges)
    node.branches = bool(node.edges or node.leaves)
    return node


def walk(
    node: Node[T],
    parts: list[str],
    at: int,
    values: tuple[str, ...],
    method: str,
    websocket: bool,
    refused: list[Rule | None],
) -> tuple[Leaf[T], tuple[str, ...]] | None:
    """Return the leaf that answers `parts[at:]` from `node` on, and the values of the whole way.

    Rules of the right path that were passed over are added to `refused` in the order in which
    Werkzeug meets them: the rule for a wrong method, None for a wrong kind of connection.

    Raises:
        SlashRequired: a strict rule would match with a slash behind the path.
    """
    end = len(parts)
    while at < end:
        part = parts[at]
        child = node.static.get(part)
        if child is not None:
            if not node.branches:
                node = child
                at += 1
                continue
            found = walk(child, parts, at + 1, values, method, websocket, refused)
            if found is not None:
                return found
        for edge in node.edges if node.index is None else node.index.fitting(parts, at):
            kind = edge.kind
            onward = at + 1
            if kind == TEXT:
                if not part:
                    continue
                taken: tuple[str, ...] | None = (part,)
            elif kind == INT:
                if not part.isdecimal():
                    continue
                taken = (part,)
            elif kind == ISOLATED:
                taken = edge.take(part)
            else:
                taken = edge.take("/".join(parts[at:]))
                onward = end
                if kind == REST_SLASH and taken is not None:
                    # A slash at the end stands for a last, empty part.
                    if taken[-1] == "/":
                        onward = end - 1
                    taken = taken[:-1]
            if taken is not None:
                found = walk(edge.node, parts, onward, values + taken, method, websocket, refused)
                if found is not None:
                    return found
        if part == "" and at + 1 == end:
            return _end(node.leaves, values, method, websocket, refused, lenient_only=True)
        return None
    return _end(node.leaves, values, method, websocket, refused) or _with_slash(
        node.slash_leaves, values, method, websocket
    )


def _end(
    leaves: tuple[Leaf[T], ...],
    values: tuple[str, ...],
    method: str,
    websocket: bool,
    refused: list[Rule | None],
    lenient_only: bool = False,
) -> tuple[Leaf[T], tuple[str, ...]] | None:
    for leaf in leaves:
        rule = leaf.rule
        if lenient_only and rule.strict_slashes:
            continue
        methods = rule.methods
        if methods is not None and method not in methods:
            refused.append(rule)
        elif rule.websocket != websocket:
            refused.append(None)
        else:
            return leaf, values
    return None


def _with_slash(
    leaves: tuple[Leaf[T], ...], values: tuple[str, ...], method: str, websocket: bool
) -> tuple[Leaf[T], tuple[str, ...]] | None:
    for leaf in leaves:
        rule = leaf.rule
        if websocket == rule.websocket and (rule.methods is None or method in rule.methods):
            if rule.strict_slashes:
                raise SlashRequired
            return leaf, values
    return None
