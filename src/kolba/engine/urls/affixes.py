"""Find the few patterns of a node that can match a text, by their literal ends.

A pattern that begins with a literal (`p12-<int:x>`) can only match a text that begins with it, and
one that ends with a literal (`<x>-p12`) only a text that ends with it. A table of these literals
makes the cost of a node flat in the number of its patterns.
Invariant: `find` returns every pattern that could match, in the order in which they were given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .edges import Edge

#: Up to this many patterns a plain loop is faster than a table.
SMALL = 4

_by_number = attrgetter("number")


class Affixes:
    """A table from literal ends to the edges that have them."""

    __slots__ = ("_free", "_lengths", "_mark", "_prefix", "_table")

    def __init__(self, groups: dict[str, Candidates], free: Candidates, prefix: bool) -> None:
        self._prefix = prefix
        self._free = free
        self._table = groups
        self._mark = _common_mark(list(groups), prefix)
        # The most frequent length first: it is the likeliest to be asked for.
        sizes: defaultdict[int, int] = defaultdict(int)
        for literal in groups:
            sizes[len(literal)] += 1
        self._lengths = sorted(sizes, key=lambda length: -sizes[length])

    def find(self, text: str) -> Sequence[Edge]:
        """Return the edges whose literal ends fit `text`, in edge order."""
        fitting = fitting_of(self._free, text)
        for group in self._fitting(text):
            more = fitting_of(group, text)
            fitting = merged(fitting, more) if fitting else more
        return fitting

    def _fitting(self, text: str) -> Sequence[Candidates]:
        if self._mark:
            group = self._table.get(self._cut(text))
            return () if group is None else (group,)
        table, found = self._table, []
        for length in self._lengths:
            key = text[:length] if self._prefix else text[-length:]
            if (group := table.get(key)) is not None:
                found.append(group)
        return found

    def _cut(self, text: str) -> str:
        # Without the mark in it the cut is "" or the last character, neither of which is a key.
        if self._prefix:
            return text[: text.find(self._mark) + 1]
        return text[text.rfind(self._mark) :]


Candidates = tuple["Edge", ...] | Affixes


def fitting_of(candidates: Candidates, text: str) -> Sequence[Edge]:
    """Return those of `candidates` whose literal ends fit `text`, in edge order."""
    return candidates if isinstance(candidates, tuple) else candidates.find(text)


def by_literal_ends(edges: Sequence[Edge]) -> Candidates:
    """Index `edges` by what their text must begin with, then by what it must end with."""
    return _indexed(edges, attrgetter("head"), True, _by_tail)


def merged(some: Sequence[Edge], others: Sequence[Edge]) -> Sequence[Edge]:
    """Join two runs of edges in edge order."""
    return sorted((*some, *others), key=_by_number)


def _by_tail(edges: Sequence[Edge]) -> Candidates:
    return _indexed(edges, attrgetter("tail"), False, tuple)


def _indexed(
    edges: Sequence[Edge],
    literal: Callable[[Edge], str],
    prefix: bool,
    deeper: Callable[[Sequence[Edge]], Candidates],
) -> Candidates:
    if len(edges) <= SMALL:
        return tuple(edges)
    groups: dict[str, list[Edge]] = {}
    for edge in edges:
        groups.setdefault(literal(edge), []).append(edge)
    free = deeper(groups.pop("", ()))
    if not groups:
        return free
    return Affixes({text: deeper(group) for text, group in groups.items()}, free, prefix)


def _common_mark(literals: Sequence[str], prefix: bool) -> str:
    """Return the character that ends each prefix (begins each suffix) and is nowhere else in it."""
    if prefix:
        mark = literals[0][-1]
        fits = all(text.find(mark) == len(text) - 1 for text in literals)
    else:
        mark = literals[0][0]
        fits = all(text.rfind(mark) == 0 for text in literals)
    return mark if fits else ""
