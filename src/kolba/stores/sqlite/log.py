"""The write-ahead log of one file: when it is on the disk, and when it is copied into the file.

Both are done by who has given up the turn at writing, so that others write meanwhile.

What was committed is on the disk when a sync of the log that began after the commit has
ended. That holds also if the log began anew in between (SQLite has then copied it, and synced
the file before the log may be overwritten), and if it is gone (the last connection has copied
it, and synced the file). To close a descriptor drops a process's POSIX locks of that file:
SQLite has none on the log, but has them on the two files beside it, which are not opened here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from kolba.errors import ConfigError
from kolba.stores.forks import remember
from kolba.stores.sqlite.links import ERRORS, Fault, Links, Moved

LONG = 4000
"""Pages of a log that is copied. PERF: those that are written again and again are copied once a
turn of the log, not once in 1000 pages; past 4096 SQLite looks in two tables for each page."""

_FIRST = 200
"""Writes after which the first look is taken."""


class Log:
    """The log of the file that links lead to."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self.forget()
        remember(self)

    def forget(self) -> None:
        """Begin anew in a forked child."""
        self._syncing, self._copying = Lock(), Lock()
        self._syncs = 0
        self._failed, self._lossy = 0, b""
        self._step = self._left = _FIRST
        self._pages, self._log = 0, b""

    @property
    def _path(self) -> str:
        """Where SQLite has that of the file that was last written."""
        return f"{self._links.real}-wal"

    def sync(self) -> None:
        """See that what was committed before is on the disk. Callers that wait share one fsync.

        Raises:
            OSError: it may not be.
        """
        asked = self._syncs
        with self._syncing:
            if self._syncs == asked:  # none has begun since
                self._syncs += 1
                self._sync()
            elif self._failed > asked:  # one of them has lost what this caller has written
                raise OSError("its log could not be brought to the disk")

    def _sync(self) -> None:
        """SECURITY: a later fsync may succeed although one has lost pages, and then nothing behind
        those is found after a power cut: no log is believed any more that one has failed of."""
        log = self._which()
        if self._lossy and self._lossy == log:
            self._failed, self._left = self._syncs, 0
            raise OSError("its log has not been brought to the disk, and is still in use")
        try:
            _sync(self._path, self._links)
        except BaseException:
            self._failed, self._lossy, self._left = self._syncs, log, 0  # copied, it begins anew
            raise
        self._lossy = b""

    def is_due(self) -> bool:
        """Whether the log may have got long: asked once after each write."""
        self._left -= 1
        return self._left <= 0

    def copy(self, alone: Callable[[Callable[[], object]], None]) -> None:
        """Copy the log into the file, if nobody else here does.

        It begins anew with a write that finds all of it copied, which under load happens only
        when nobody has written meanwhile.

        Args:
            alone: runs something while nobody here writes.
        """
        if not self._copying.acquire(False):
            return
        try:
            if self._copy() > 2 * LONG:
                alone(self._copy)
        finally:
            self._copying.release()

    def _copy(self) -> int:
        """Copy what there is: how many pages the log has had."""
        writes = self._step - self._left
        self._left = self._step  # for the others, until this is done
        log, pages = self._which(), self._checkpoint()
        if pages:
            is_same = log == self._log and pages >= self._pages
            self._plan(writes, pages - self._pages if is_same else pages)
            self._pages, self._log = pages, log
        return pages

    def _which(self) -> bytes:
        """What changes whenever the log begins anew. SPEC: SQLite's file format, 4.1."""
        with suppress(OSError), open(self._path, "rb", 0) as file:
            return file.read(24)[12:]
        return b""

    def _plan(self, writes: int, pages: int) -> None:
        """Look again after as many writes as make a long log, going by those of the last time.

        Several processes agree by this: what each finds is what all have written.
        """
        if writes >= self._step:  # else too few to go by
            self._step = max(1, min(LONG * writes // max(pages, 1), 2 * self._step, LONG))
            self._left = self._step

    def _checkpoint(self) -> int:
        """The log's pages, of which all are copied that nobody needs; 0 if others are at it."""
        with suppress(Fault, Moved, OSError, ConfigError):  # whoever writes next meets it, too
            link = self._links.take()
            try:
                busy, pages, _ = link.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except ERRORS:
                self._links.drop(link)
            except BaseException:
                self._links.drop(link)
                raise
            else:
                self._links.give_back(link)
                return 0 if busy else int(pages)
        return 0


def _sync(path: str, links: Links) -> None:
    """Bring the log to the disk, and its name, if it may be a new one."""
    count = links.opened
    try:
        _on_disk(path, os.O_RDWR, _bring_data)
    except FileNotFoundError:
        return
    if links.named != count and os.name != "nt":
        _on_disk(os.path.dirname(path), os.O_RDONLY, os.fsync)
        links.named = count


def _bring_data(descriptor: int) -> None:
    """PERF: as SQLite does it: a log that begins anew has its size, and when it was written is
    nobody's concern; to bring that, too, takes the file system's journal, and twice as long."""
    (getattr(os, "fdatasync", None) or os.fsync)(descriptor)  # macOS has but one


def _on_disk(path: str, flags: int, bring: Callable[[int], object]) -> None:
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        bring(descriptor)
    finally:
        os.close(descriptor)
