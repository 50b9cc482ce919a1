"""When names were changed: a small file beside the state file, mapped into every process.

Each name has two stamps. Who is about to commit a change of it sets the first, while no other
can write; and the second, to the same, once that has happened. So what was read while both
were equal is what a read would find, for as long as the first one stays. A writer that dies
in between leaves them unequal, and then nothing is known of that name.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable

from kolba.stores.sqlite.files import alone, identity

Stamp = bytes

ALL = range(1024)
"""Numbers of all names."""

WORD = 8
_HALF = len(ALL) * WORD
_SIZE = 2 * _HALF


class Stamps:
    """The mapped file. A name's number is any integer; many names share a place.

    Attributes:
        map: its bytes: the first stamp of a name is `WORD` bytes at `place_of` its number.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
        try:
            if os.fstat(descriptor).st_size < _SIZE:
                _fill(path, descriptor)
            self.map = mmap.mmap(descriptor, _SIZE)
            found = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        self._file = found.st_dev, found.st_ino

    def are_shared(self) -> bool:
        """Whether others find this file under its path, too."""
        return identity(self._path) == self._file

    def settled(self, number: int) -> Stamp | None:
        """The stamp of a name; None if a change may be on its way."""
        place = place_of(number)
        stamp = self.map[place : place + WORD]
        return stamp if stamp == self.map[place + _HALF : place + _HALF + WORD] else None

    def begin(self, numbers: Iterable[int]) -> Stamp:
        """Say that names are about to change. The caller alone may write, until they have."""
        stamp = os.urandom(WORD)
        for number in numbers:
            place = place_of(number)
            self.map[place : place + WORD] = stamp
        return stamp

    def end(self, numbers: Iterable[int], stamp: Stamp) -> None:
        """Say that they have changed."""
        for number in numbers:
            place = place_of(number) + _HALF
            self.map[place : place + WORD] = stamp


def place_of(number: int) -> int:
    """Where the first stamp of a name lies."""
    return number % len(ALL) * WORD


def _fill(path: str, descriptor: int) -> None:
    """Give the file its bytes: on a full disk, to write into a mapped hole ends the process."""
    with alone(path):
        size = os.lseek(descriptor, 0, os.SEEK_END)
        while size < _SIZE:
            size += os.write(descriptor, bytes(_SIZE - size))
