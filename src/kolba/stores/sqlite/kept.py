"""What this process has read from the file, and nobody has changed since.

Invariant: nothing is found here that a read would not find; but what is changed past this
package (by hand, in SQL) is seen after `AGE` seconds only.
"""

from __future__ import annotations

import os
from time import monotonic
from typing import TypeVar

from kolba.stores.contract import Record
from kolba.stores.sqlite.files import File
from kolba.stores.sqlite.links import LOOK_AGAIN
from kolba.stores.sqlite.stamps import LAST, Stamp, Stamps

T = TypeVar("T")
Known = dict[str, tuple[int, Stamp, float, T]]
"""By name: where its stamp lies, the one that vouches for the value, until when, the value."""

AGE = 60.0
_MOST = 1024
_LARGEST = 4096


class Kept:
    """What is known of one state file.

    Args:
        path: where it is.
        file: which it is.

    Attributes:
        until: then the paths must be looked at again.

    Raises:
        OSError: its stamps cannot be had.
    """

    def __init__(self, path: str, file: File | None) -> None:
        self.file = file
        self.stamps = Stamps(f"{os.path.realpath(path)}-stamps")  # as SQLite names its own
        self._words = self.stamps.words
        self.until = 0.0
        self._records: Known[Record] = {}
        self._empty: Known[bool] = {}

    def look(self, looked: float) -> bool:
        """Whether the stamps are still those that others use.

        Args:
            looked: when the state file was seen to be under its path.
        """
        is_shared = self.stamps.are_shared()
        if is_shared:
            self.until = looked + LOOK_AGAIN
        return is_shared

    def record(self, key: str, now: float) -> Record | None:
        """A live record, if it is known."""
        # PERF: every page asks this and `is_empty`, so that both are written out.
        found = self._records.get(key)
        if found is None:
            return None
        place, stamp, until, record = found
        if self._words[place] != stamp or record.expires <= now:
            return None
        return record if (moment := monotonic()) < until and moment < self.until else None

    def keep_record(self, key: str, number: int, stamp: Stamp | None, record: Record) -> None:
        """Know a record that was read or written, if it is live and not too large."""
        if not record.retired and sum(map(len, record.fields.values())) <= _LARGEST:
            _keep(self._records, key, number, stamp, record)

    def is_empty(self, queue: str) -> bool:
        """Whether nothing at all is in a queue, as far as is known."""
        found = self._empty.get(queue)
        if found is None:
            return False
        place, stamp, until, _ = found
        return self._words[place] == stamp and (now := monotonic()) < until and now < self.until

    def keep_empty(self, queue: str, number: int, stamp: Stamp | None) -> None:
        """Know that a queue was empty."""
        _keep(self._empty, queue, number, stamp, True)


def _keep(known: Known[T], name: str, number: int, stamp: Stamp | None, value: T) -> None:
    """Know a value, unless a change was on its way (no stamp)."""
    if stamp is None:
        return
    if len(known) >= _MOST:
        known.clear()
    known[name] = number & LAST, stamp, monotonic() + AGE, value
