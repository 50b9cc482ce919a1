"""Keys that have one number in a file of SQLite."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from itertools import count

from kolba.stores.moments import moment
from kolba.stores.sqlite.digests import number_of
from tests.stores.shelf import NOW


def colliding(name: Callable[[int], str]) -> tuple[int, int]:
    """The first two integers whose names have one number."""
    seen: dict[int, int] = {}
    for n in count():
        number = number_of(name(n))
        if number in seen:
            return seen[number], n
        seen[number] = n
    raise AssertionError


def pair(now: float = NOW) -> tuple[str, str]:
    """Two keys of one moment and one number."""

    def name(n: int) -> str:
        return f"{moment(now)}-{sha256(b'%d' % n).hexdigest()}"

    first, second = colliding(name)
    return name(first), name(second)
