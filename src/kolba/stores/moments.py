"""Names that say when they were made, so that a store can keep what is new together.

A store in which order costs nothing takes no note of it. One that keeps rows in the order of
their names writes all new ones onto one page, and not each onto one of its own.
"""

from __future__ import annotations

import re

_PARTS = 256
DIGITS = 10
"""How many hex digits a moment has."""

_ALL: int = 16**DIGITS
_WRITTEN = f"%0{DIGITS}x"

_ORDERED = re.compile(rf"(?:[a-z]+:)?([0-9a-f]{{{DIGITS}}})-").match


def moment(now: float) -> str:
    """A time as names begin with it: ten hex digits, in 1/256 s; enough until 2106."""
    return _WRITTEN % (int(now * _PARTS) % _ALL)


def moment_in(name: str) -> str | None:
    """The moment that a name begins with, after a word and a colon or at once, before a dash."""
    found = _ORDERED(name)
    return None if found is None else found[1]
