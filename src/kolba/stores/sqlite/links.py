"""Connections to one file. Each knows which it opened, and finds out when the path has another."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from threading import Lock
from time import monotonic, sleep

from kolba.stores.forks import remember, spare
from kolba.stores.pool import Pool
from kolba.stores.sqlite import schema
from kolba.stores.sqlite.files import File, identity, is_emptied

CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""What SQLite says of a damaged file."""

ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What Python raises for a file; the second where a damaged schema is quoted in a message."""

LOOK_AGAIN = 1.0
"""Seconds after which a path may have another file than it had."""

PATIENCE = 0.75
"""Seconds that a verb waits for other writers, and a fork for those who are at it."""

_NAP = 0.0005
"""Seconds that a fork waits at a time."""

_PRAGMAS = (
    "PRAGMA synchronous = NORMAL",
    # Only if nobody has copied the log: see `kolba.stores.sqlite.log`.
    "PRAGMA wal_autocheckpoint = 16000",
    "PRAGMA journal_size_limit = 67108864",
    # PERF: so that of a million records all pages but the last on the way stay here; more is
    # slower again, as processors remember less than that.
    "PRAGMA cache_size = -4000",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cell_size_check = ON",
    "PRAGMA trusted_schema = OFF",
)


class Moved(Exception):
    """The path has another file than the one that was opened, or none.

    Attributes:
        log: the write-ahead log of the file that was opened.
    """

    def __init__(self, log: File | None) -> None:
        super().__init__()
        self.log = log


class Fault(Exception):
    """SQLite failed.

    Attributes:
        error: how.
        file: on which file; None if there was none.
    """

    def __init__(self, error: Exception, file: File | None) -> None:
        super().__init__(error)
        self.error = error
        self.file = file


class Link:
    """One connection, and the file that it has open."""

    __slots__ = ("connection", "execute", "file", "log", "looked", "path", "real")

    def __init__(self, path: str) -> None:
        make(path)
        self.path = path
        # As SQLite names it and the files beside it, as long as this is open. Of one name are both
        # taken: if a link in the path is set anew meanwhile, the next `look` finds that out.
        self.real = os.path.realpath(path)
        self.file = identity(self.real)
        self.looked = monotonic()
        if is_emptied(self.real):
            raise Fault(_emptied(), self.file)
        try:
            self.connection = connect(self.real)
        except ERRORS as error:
            raise Fault(error, self.file) from error
        # PERF: by one cursor: a connection makes one for each statement.
        self.execute = self.connection.cursor().execute
        self.log = identity(f"{self.real}-wal")

    def close(self) -> None:
        self.connection.close()

    def look(self) -> None:
        """See that the path still has this file.

        Raises:
            Moved: it has not, and the connection was closed.
        """
        if identity(self.path) != self.file:
            self.close()
            raise Moved(self.log)
        self.looked = monotonic()


def _emptied() -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError("the file is empty, and its log is not")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def code(error: Exception) -> int:
    """The primary result code of an error; 0 for those that are Python's own."""
    if isinstance(error, UnicodeDecodeError):
        return sqlite3.SQLITE_CORRUPT
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _text(data: bytes) -> str:
    """Damaged text must not be an error of its own: checksums find it."""
    return data.decode("utf-8", "replace")


def make(path: str) -> None:
    """See that the file is there: a new one is its owner's alone."""
    if not os.path.exists(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def connect(path: str) -> sqlite3.Connection:
    """A connection that never waits: who waits, and how long, is the caller's matter."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    connection.text_factory = _text
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
    """The connections to one file, in this process.

    Attributes:
        opened: how many have been opened so far: each may have made the log.
        named: how many had been when the name of the log was last brought to the disk.
        real: where the file is that was last taken for sure, without links.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.opened = 0
        self.named = 0
        self.real = path
        self._pool = Pool[Link](Link.close)
        self.forget()
        remember(self)
        spare(self)

    def forget(self) -> None:
        """Begin anew in a forked child."""
        self._gate = Lock()  # held while there is a fork
        self._out: deque[None] = deque()  # one for each that is in use

    def pause(self) -> bool:
        deadline = monotonic() + PATIENCE
        if not self._gate.acquire(timeout=PATIENCE):
            return False
        try:
            is_still = self._is_still(deadline)
            if is_still:
                # A child has no lock of its parent's, but SQLite would take it for having them.
                self._pool.close()
        except BaseException:
            self._gate.release()
            raise
        if not is_still:
            self._gate.release()
        return is_still

    def _is_still(self, deadline: float) -> bool:
        while self._out:
            if monotonic() > deadline:
                return False
            sleep(_NAP)
        return True

    def resume(self) -> None:
        self._gate.release()

    def take(self, *, sure: bool = False) -> Link:
        """A connection for the caller alone.

        Args:
            sure: see that the path has its file now, and not only a second ago.

        Raises:
            Moved: the path has another file.
            Fault: the file cannot be opened.
        """
        try:
            self._out.append(None)  # first: a fork that does not see it is seen below
            if self._gate.locked():
                self._let_fork()
            link = self._pool.take()
            if link is None:
                link = self._new()
            elif sure or monotonic() - link.looked > LOOK_AGAIN:
                link.look()
            if sure:
                self.real = link.real
        except BaseException:
            self._out.pop()
            raise
        return link

    def _let_fork(self) -> None:
        """Be out of the way of forks."""
        while self._gate.locked():
            try:
                self._out.pop()
                with self._gate:
                    pass
            finally:
                self._out.append(None)

    def _new(self) -> Link:
        link = Link(self.path)
        self.opened += 1
        return link

    def give_back(self, link: Link) -> None:
        try:
            self._pool.give_back(link)
        finally:
            self._out.pop()

    def drop(self, link: Link) -> None:
        """Close one that was taken."""
        try:
            link.close()
        finally:
            self._out.pop()

    def close(self) -> None:
        """Close those that nobody uses."""
        self._pool.close()
