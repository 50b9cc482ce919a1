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
from itertools import count

from kolba.stores.forks import remember
from kolba.stores.sqlite.files import alone, identity

Stamp = int
"""64 bits, which nobody else draws."""

ALL = range(1024)
"""Numbers of all names."""

LAST = ALL[-1]
"""A name's number is its place, without the higher bits; its second stamp is `SECOND` behind."""

SECOND = len(ALL)
_SIZE = 2 * SECOND * 8


class Stamps:
    """The mapped file. A name's number is any integer; many names share a place.

    Attributes:
        words: its stamps: the first one of a name is at `number & LAST`.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
        try:
            if os.fstat(descriptor).st_size < _SIZE:
                _fill(path, descriptor)
            # PERF: as numbers, each read and written in one step, as slices of bytes are.
            self.words = memoryview(mmap.mmap(descriptor, _SIZE)).cast("Q")
            found = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        self._file = found.st_dev, found.st_ino
        self.forget()
        remember(self)

    def forget(self) -> None:
        """Draw other stamps than the parent of a forked child.

        PERF: those of one process follow each other, from a place of its own among 2**63: to ask
        the system for each takes as long as all else that is done for it.
        """
        self._draw = count(int.from_bytes(os.urandom(8), "big") >> 1).__next__

    def are_shared(self) -> bool:
        """Whether others find this file under its path, too."""
        return identity(self._path) == self._file

    def settled(self, number: int) -> Stamp | None:
        """The stamp of a name; None if a change may be on its way."""
        place = number & LAST
        stamp: Stamp = self.words[place]
        return stamp if stamp == self.words[place + SECOND] else None

    def begin(self, numbers: Iterable[int]) -> Stamp:
        """Say that names are about to change. The caller alone may write, until they have."""
        stamp, words = self._draw(), self.words
        for number in numbers:
            words[number & LAST] = stamp
        return stamp

    def end(self, numbers: Iterable[int], stamp: Stamp) -> None:
        """Say that they have changed."""
        words = self.words
        for number in numbers:
            words[(number & LAST) + SECOND] = stamp


def _fill(path: str, descriptor: int) -> None:
    """Give the file its bytes: on a full disk, to write into a mapped hole ends the process."""
    with alone(path):
        size = os.lseek(descriptor, 0, os.SEEK_END)
        while size < _SIZE:
            size += os.write(descriptor, bytes(_SIZE - size))
