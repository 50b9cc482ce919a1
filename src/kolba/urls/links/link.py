"""One `url_for` call as its source tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final


class _Unknown:
    """The value of an argument that only running the code would tell."""

    def __repr__(self) -> str:
        return "..."


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True, slots=True)
class Link:
    """A link that code makes.

    Attributes:
        file: the file it is written in.
        line: its line there.
        endpoint: what it names; None when that is computed.
        values: its arguments by name; `UNKNOWN` for those that are computed.
        open: whether it passes more arguments that cannot be seen (`**values`).
        guarded: whether it stands where it may never run, or where a failure is caught.
        functions: first lines of the functions and classes around it, the outermost first.
        text: the call, for people.
    """

    file: str
    line: int
    endpoint: str | None
    values: dict[str, Any] = field(default_factory=dict)
    open: bool = False
    guarded: bool = False
    functions: tuple[int, ...] = ()
    text: str = ""


# A condition about one of these asks whether a link can be made at all.
ASKS = frozenset(
    ("blueprints", "view_functions", "url_map", "extensions", "config", "endpoint", "has_endpoint")
)
# Options of `url_for`; not arguments of a route.
OPTIONS = frozenset(("_anchor", "_method", "_scheme", "_external"))
