r"""One dynamic step of a path: a `RulePart` of Werkzeug turned into a test of a text.

The usual parts (a string or an int, with literals around it) are tested without a regular
expression where the test is exactly equal: `[^/]+` on a text without slashes is "not empty",
`\d+` is `str.isdecimal` (both mean Unicode's Nd). All others run Werkzeug's own expression,
compiled when it is first needed.
Invariant: `take` answers for every text what Werkzeug's `match` of the part would.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from werkzeug.routing.rules import RulePart

    from .tree import Node

#: What the walk does with an edge; the first two are tested in place, without a call.
TEXT, INT, ISOLATED, REST, REST_SLASH = range(5)

# The text that re.escape makes of a literal, and the expressions of converters that are certain
# to stay within their own group (so that the literals around them hold).
_SPECIAL = r"()\[\]{}?*+\-|^$\\.&~# \t\n\r\v\f"
_LITERAL = rf"(?:[^{_SPECIAL}]|\\[{_SPECIAL}])*+"
_ATOM = r"[^()\[\]\\]|\\.|\[\^?+(?:[^\]\[\\]|\\.)++\]"
_GROUP = rf"(?:{_ATOM}|\((?:\?:|(?!\?))(?:{_ATOM})*+\))*+"
_part = re.compile(
    rf"(?P<head>{_LITERAL})\(\?P<__werkzeug_0>(?P<first>{_GROUP})\)(?P<tail>{_LITERAL})"
    rf"(?P<more>(?:\(\?P<__werkzeug_\d+>(?:{_GROUP})\)(?P<last>{_LITERAL}))*+)"
    r"(?:\(\?<!/\)\(/\?\))?\\Z",
    re.DOTALL,
)
_groups = re.compile(rf"\(\?P<__werkzeug_\d+>({_GROUP})\)", re.DOTALL)
_escaped = re.compile(r"\\(.)", re.DOTALL)


class Edge:
    """A test of the next part (or of all the rest) and the node behind it."""

    __slots__ = ("content", "head", "kind", "node", "number", "tail")

    def __init__(self, number: int, kind: int, content: str, head: str, tail: str) -> None:
        self.number = number
        self.kind = kind
        self.content = content
        self.head = head
        self.tail = tail
        self.node: Node[Any]

    def take(self, text: str) -> tuple[str, ...] | None:
        """Return the values in `text` (of REST_SLASH: and its last slash), None if it differs."""
        raise NotImplementedError


class TextEdge(Edge):
    """`[^/]+` between two literals, of a text that has no slash."""

    __slots__ = ()

    def take(self, text: str) -> tuple[str, ...] | None:
        head, tail = self.head, self.tail
        end = len(text) - len(tail)
        if end > len(head) and text.startswith(head) and text.endswith(tail):
            return (text[len(head) : end],)
        return None


class IntEdge(Edge):
    r"""`\d+` between two literals."""

    __slots__ = ()

    def take(self, text: str) -> tuple[str, ...] | None:
        head, tail = self.head, self.tail
        if text.startswith(head) and text.endswith(tail):
            value = text[len(head) : len(text) - len(tail)]
            if value.isdecimal():
                return (value,)
        return None


class PathEdge(Edge):
    r"""`[^/].*?`: all the rest, unless it begins with a slash; a dot is no line feed."""

    __slots__ = ()

    def take(self, text: str) -> tuple[str, ...] | None:
        if text and text[0] != "/" and text.find("\n", 1) < 0:
            return (text,)
        return None


class PatternEdge(Edge):
    """Werkzeug's own expression."""

    __slots__ = ("_pattern", "_picks")

    def __init__(self, number: int, kind: int, content: str, head: str, tail: str) -> None:
        super().__init__(number, kind, content, head, tail)
        self._pattern: re.Pattern[str] | None = None
        self._picks: tuple[int, ...] = ()

    def take(self, text: str) -> tuple[str, ...] | None:
        pattern = self._pattern or self._compile()
        match = pattern.match(text)
        if match is None:
            return None
        return tuple([match[pick] for pick in self._picks])

    def _compile(self) -> re.Pattern[str]:
        # Ten thousand expressions take seconds to compile, so each waits for its first text.
        # A bad one raises re.error then, as in Werkzeug.
        pattern = re.compile(self.content)
        names = [name for name in pattern.groupindex if name.startswith("__werkzeug_")]
        names.sort(key=lambda name: int(name[11:]))
        picks = [pattern.groupindex[name] for name in names]
        if self.kind == REST_SLASH:
            picks.append(pattern.groups)
        self._picks = tuple(picks)
        self._pattern = pattern
        return pattern


def make_edge(number: int, part: RulePart, of_domain: bool) -> Edge:
    """Make the cheapest exact test of `part`; a domain, unlike a path's part, may hold a slash."""
    content = part.content
    kind = ISOLATED if not part.final else REST_SLASH if part.suffixed else REST
    seen = _part.fullmatch(content)
    if seen is None or not all(_compiles(group) for group in _groups.findall(content)):
        return PatternEdge(number, kind, content, "", "")
    head = _plain(seen["head"])
    tail = _plain(seen["last"] if seen["more"] else seen["tail"])
    if not seen["more"] and not of_domain and kind != REST_SLASH:
        if kind == REST:
            if seen["first"] == "[^/].*?" and not head and not tail:
                return PathEdge(number, kind, content, head, tail)
        elif seen["first"] in ("[^/]+", "[^/]{1,}"):
            return TextEdge(number, kind if head or tail else TEXT, content, head, tail)
        elif seen["first"] == r"\d+":
            return IntEdge(number, kind if head or tail else INT, content, head, tail)
    return PatternEdge(number, kind, content, head, tail)


def _plain(escaped: str) -> str:
    return _escaped.sub(r"\1", escaped)


@lru_cache(maxsize=1024)
def _compiles(expression: str) -> bool:
    try:
        re.compile(expression)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
