"""How a verb reaches the file: one short transaction, patient, and never a bare `sqlite3.Error`."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from random import uniform
from time import monotonic, sleep
from typing import Any, TypeVar

from kolba.stores.contract import StoreDown
from kolba.stores.sqlite.links import CORRUPT, ERRORS, Fault, Link, Links, Moved, code, identity
from kolba.stores.sqlite.rescue import follow, set_aside

T = TypeVar("T")
Execute = Callable[..., sqlite3.Cursor]
logger = logging.getLogger("kolba.stores")

PATIENCE = 0.75
"""Seconds that a verb waits for other writers."""

_PAUSE = 0.002
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Database:
    """One file, and the two ways to work with it.

    `work` is called as `work(execute, *args)` and may be called again after a fault
    (its transaction was rolled back).
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._links = Links(path)

    def read(self, work: Callable[..., T], *args: Any) -> T:
        """What `work` finds with one statement.

        Raises:
            StoreDown: the file cannot be read.
        """
        try:
            return self._read(work, args)
        except (Fault, Moved, OSError) as error:
            deadline = monotonic() + PATIENCE
            return self._persist(error, lambda deadline: self._read(work, args), deadline)

    def write(self, work: Callable[..., T], *args: Any, durable: bool = False) -> T:
        """What `work` returns, in a transaction that only writers wait for.

        Raises:
            StoreDown: the file cannot be written, or others write all the time.
        """
        deadline = monotonic() + PATIENCE
        try:
            return self._write(work, args, durable, deadline)
        except (Fault, Moved, OSError) as error:
            if not _is_busy(error):
                deadline = monotonic() + PATIENCE  # to mend takes time of its own
            return self._persist(
                error, lambda deadline: self._write(work, args, durable, deadline), deadline
            )

    def check(self) -> None:
        """Put the file aside now if it is damaged.

        Raises:
            ConfigError: it is another program's, or a newer Kolba's.
            StoreDown: it cannot be written.
        """
        try:
            set_aside(self.path, identity(self.path), sure=False)
        except OSError as error:
            raise _down(self.path, error) from error
        self.write(lambda execute: None)

    def close(self) -> None:
        """Close what nobody uses."""
        self._links.close()

    def _read(self, work: Callable[..., T], args: tuple[Any, ...]) -> T:
        link = self._links.take()
        try:
            result = work(link.execute, *args)
        except ERRORS as error:
            link.close()
            raise Fault(error, link.file) from error
        self._links.give_back(link)
        return result

    def _write(
        self, work: Callable[..., T], args: tuple[Any, ...], durable: bool, deadline: float
    ) -> T:
        turn = self._links.turn
        if not turn.acquire(timeout=max(0.0, deadline - monotonic())):
            raise _locked(self.path)
        try:
            link = self._links.take(sure=True)
            try:
                result = _transaction(link, work, args, durable, deadline)
            except ERRORS as error:
                link.close()
                raise Fault(error, link.file) from error
            except BaseException:
                link.close()
                raise
            self._links.give_back(link)
            return result
        finally:
            turn.release()

    def _persist(self, error: Exception, again: Callable[[float], T], deadline: float) -> T:
        """Deal with what went wrong, and try again, as long as that makes sense."""
        seen = 0
        while True:
            if not _is_busy(error):
                self._try_to_mend(error, again=seen > 0)
                seen += 1
            if monotonic() > deadline or seen > 3:
                raise _down(self.path, error) from error
            try:
                return again(deadline)
            except (Fault, Moved, OSError) as following:
                error = following
                sleep(uniform(0, _PAUSE))

    def _try_to_mend(self, error: Exception, *, again: bool) -> None:
        try:
            self._mend(error, again=again)
        except OSError as failed:
            raise _down(self.path, failed) from error

    def _mend(self, error: Exception, *, again: bool) -> None:
        """Make another try worth while; or say why it is not.

        Raises:
            StoreDown: it is not.
        """
        self._links.close()
        match error:
            case Moved():
                follow(self.path, error.log)
            case Fault(error=e) if code(e) in CORRUPT:
                set_aside(self.path, error.file, sure=again)
            case Fault(error=e) if code(e) == sqlite3.SQLITE_ERROR and not again:
                pass  # no such table: opening the file anew makes them
            case _:
                raise _down(self.path, error) from error


def _transaction(
    link: Link, work: Callable[..., T], args: tuple[Any, ...], durable: bool, deadline: float
) -> T:
    execute = link.execute
    if durable:
        execute("PRAGMA synchronous = FULL")
    _begin(execute, deadline)
    result = work(execute, *args)
    execute("COMMIT")
    if durable:
        execute("PRAGMA synchronous = NORMAL")
    return result


def _begin(execute: Execute, deadline: float) -> None:
    """Become the one writer. PERF: short naps of our own; SQLite's grow to 0.1 s and starve."""
    while True:
        try:
            execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if code(error) not in _BUSY or monotonic() > deadline:
                raise
        sleep(uniform(0, _PAUSE))


def _is_busy(error: Exception) -> bool:
    return isinstance(error, Fault) and code(error.error) in _BUSY


def _locked(path: str) -> StoreDown:
    return StoreDown(
        f"the state file {path} is locked: another writer has held it for over {PATIENCE} s",
        retry_after=2,
    )


def _down(path: str, error: Exception) -> StoreDown:
    if _is_busy(error):
        return _locked(path)
    reason = error.error if isinstance(error, Fault) else error
    return StoreDown(f"the state file {path} cannot be used: {reason}")
