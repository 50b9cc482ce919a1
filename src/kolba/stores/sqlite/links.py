"""Connections to one file: opened when needed, used by one thread at a time, kept.

A pool and not one a thread: servers that start a thread for each request would
open one for each request. After a fork the child forgets the parent's (closing
them would undo the parent's locks) and opens its own. Each link knows which file
it opened, and finds out when the path has another.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from threading import Lock
from time import monotonic

from kolba.stores.sqlite import schema

_LOOK_AGAIN = 1.0
_PRAGMAS = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cell_size_check = ON",
    "PRAGMA trusted_schema = OFF",
)


File = tuple[int, int]
"""Which file a path has: device and inode."""


class Moved(Exception):
    """The path has another file than the one that was opened, or none."""


class Fault(Exception):
    """SQLite failed.

    Attributes:
        error: how.
        file: on which file; None if there was none.
    """

    def __init__(self, error: sqlite3.Error, file: File | None) -> None:
        super().__init__(error)
        self.error = error
        self.file = file


class Link:
    """One connection, and the file that it has open."""

    __slots__ = ("connection", "execute", "file", "looked", "path")

    def __init__(self, path: str) -> None:
        make(path)
        self.path = path
        self.file = identity(path)
        self.looked = monotonic()
        try:
            self.connection = connect(path)
        except sqlite3.Error as error:
            raise Fault(error, self.file) from error
        self.execute = self.connection.execute

    def close(self) -> None:
        self.connection.close()

    def look(self) -> None:
        """See that the path still has this file.

        Raises:
            Moved: it has not.
        """
        if identity(self.path) != self.file:
            raise Moved
        self.looked = monotonic()


def identity(path: str) -> File | None:
    """Which file a path has now; None if none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def make(path: str) -> None:
    """See that the file is there: a new one is its owner's alone."""
    if not os.path.exists(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def connect(path: str) -> sqlite3.Connection:
    """A connection that never waits: who waits, and how long, is the caller's matter."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        schema.prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


class Links:
    """The idle connections of one file in this process."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.turn = Lock()
        self._idle: list[Link] = []
        self._finalizer = weakref.finalize(self, _close, self._idle, os.getpid())
        _POOLS.add(self)

    def take(self, *, sure: bool = False) -> Link:
        """A connection for the caller alone.

        Args:
            sure: see that the path has its file now, and not only a second ago.
        """
        try:
            link = self._idle.pop()
        except IndexError:
            return Link(self.path)
        if sure or monotonic() - link.looked > _LOOK_AGAIN:
            try:
                link.look()
            except Moved:
                link.close()
                raise
        return link

    def give_back(self, link: Link) -> None:
        self._idle.append(link)

    def close(self) -> None:
        _close(self._idle, os.getpid())

    def forget(self) -> None:
        """In a forked child: leave the parent's connections alone, for ever."""
        _INHERITED.append(self._idle)
        self._finalizer.detach()
        self.turn = Lock()
        self._idle = []
        self._finalizer = weakref.finalize(self, _close, self._idle, os.getpid())


def _close(idle: list[Link], process: int) -> None:
    while idle and os.getpid() == process:
        idle.pop().close()


_POOLS: weakref.WeakSet[Links] = weakref.WeakSet()
_INHERITED: list[list[Link]] = []


def _after_fork() -> None:
    for pool in list(_POOLS):
        pool.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
