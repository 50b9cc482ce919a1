"""How a verb reaches the file: one short transaction, patient, and never a bare `sqlite3.Error`."""

from __future__ import annotations

import logging
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import uniform
from time import monotonic, sleep
from typing import Any, TypeVar

from kolba.stores.contract import StoreDown
from kolba.stores.sqlite.files import identity
from kolba.stores.sqlite.kept import Kept
from kolba.stores.sqlite.links import (
    CORRUPT,
    ERRORS,
    PATIENCE,
    Fault,
    Link,
    Links,
    Moved,
    code,
)
from kolba.stores.sqlite.litter import Litter
from kolba.stores.sqlite.log import Log
from kolba.stores.sqlite.rescue import follow, set_aside
from kolba.stores.sqlite.stamps import Stamp
from kolba.stores.sqlite.turns import Batch, Job, Late, Turn

T = TypeVar("T")
Execute = Callable[..., sqlite3.Cursor]
Keep = Callable[[Kept, Stamp, T], object]
"""Takes note of what a write has made, under its stamp."""

logger = logging.getLogger("kolba.stores")

_PAUSE = 0.002
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Database:
    """One file, and the two ways to work with it.

    `work` is called as `work(execute, *args)` and may be called again after a fault
    (its transaction was rolled back).

    Attributes:
        kept: what is known without asking the file; None before it was asked.
        litter: what has ended, by table.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.kept: Kept | None = None
        self.litter: defaultdict[str, Litter] = defaultdict(Litter)
        self._links = Links(path)
        self._turn = Turn()
        self._log = Log(self._links)

    def read(self, work: Callable[..., T], *args: Any) -> T:
        """What `work` finds; each of its statements sees one moment of its own.

        Raises:
            StoreDown: the file cannot be read.
        """
        try:
            return self._read(work, args)
        except (Fault, Moved, OSError) as error:
            deadline = monotonic() + PATIENCE
            return self._persist(error, lambda deadline: self._read(work, args), deadline)

    def write(
        self,
        work: Callable[..., T],
        *args: Any,
        changes: Sequence[int] = (),
        keep: Keep[T] | None = None,
        knowing: bool = False,
        durable: bool = False,
    ) -> T:
        """What `work` returns, in a transaction that only writers wait for.

        Args:
            changes: the numbers of names that others may know, and that change.
            keep: is told what `work` returned.
            knowing: `work` is called as `work(execute, kept, *args)`: as nobody else can
                write now, what is known is what is in the file.
            durable: on the disk when this returns.

        Raises:
            StoreDown: the file cannot be written, or others write all the time.
        """
        deadline = monotonic() + PATIENCE
        job = Job(work, args, changes, keep, knowing)
        try:
            self._turn.write(job, self._run, deadline)
        except Late:
            raise _locked(self.path) from None
        except (Fault, Moved, OSError) as error:
            if not _is_busy(error):
                deadline = monotonic() + PATIENCE  # to mend takes time of its own
            self._persist(error, lambda deadline: self._write(job, deadline), deadline)
        if durable or self._log.is_due():
            self._see_to_the_log(durable)
        return job.result

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
        self.kept = None
        self._links.close()

    def _read(self, work: Callable[..., T], args: tuple[Any, ...]) -> T:
        link = self._links.take()
        try:
            result = work(link.execute, *args)
        except ERRORS as error:
            self._links.drop(link)
            raise Fault(error, link.file) from error
        except BaseException:
            self._links.drop(link)
            raise
        self._links.give_back(link)
        with suppress(OSError):  # who cannot keep anything can still read
            self._kept_of(link)
        return result

    def _write(self, job: Job[Any], deadline: float) -> None:
        try:
            self._turn.write(job, self._run, deadline)
        except Late:
            raise _locked(self.path) from None

    def _see_to_the_log(self, durable: bool) -> None:
        """What takes the disk's time is done when others may write."""
        try:
            if durable:
                self._log.sync()
        except OSError as error:
            raise StoreDown(
                f"the state file {self.path} has been written, but may not be on the disk: "
                f"{error}. Look for a failing or full disk"
            ) from error
        finally:
            if not durable or self._log.is_due():
                with suppress(Late):  # it is tried again soon
                    self._log.copy(lambda copy: self._turn.alone(copy, monotonic() + PATIENCE))

    def _run(self, batch: Batch) -> None:
        try:
            link = self._links.take(sure=True)
        except Moved as error:
            # At once: the next in turn would open the new file beside the log of the old one.
            self._mend(error, again=False)
            link = self._links.take(sure=True)
        try:
            _transaction(link, self._kept_of(link), batch)
        except ERRORS as error:
            self._links.drop(link)
            raise Fault(error, link.file) from error
        except BaseException:
            self._undo(link)
            raise
        self._links.give_back(link)

    def _undo(self, link: Link) -> None:
        """End what a job has begun that failed; the connection is as good as before."""
        try:
            if link.connection.in_transaction:
                link.execute("ROLLBACK")
        except ERRORS:
            self._links.drop(link)
        else:
            self._links.give_back(link)

    def _kept_of(self, link: Link) -> Kept:
        """What is known of the file that a link has open."""
        kept = self.kept
        if (
            kept is not None
            and kept.file == link.file
            and (monotonic() < kept.until or kept.look(link.looked))
        ):
            return kept
        kept = self.kept = Kept(self.path, link.file)
        kept.look(link.looked)
        return kept

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
        self.kept = None
        match error:
            case Moved():
                follow(self.path, error.log)
            case Fault(error=e) if code(e) in CORRUPT:
                set_aside(self.path, error.file, sure=again)
            case Fault(error=e) if code(e) == sqlite3.SQLITE_ERROR and not again:
                pass  # no such table: opening the file anew makes them
            case Fault(error=e) if code(e) == sqlite3.SQLITE_ERROR and _lacks(e):
                set_aside(self.path, error.file, sure=False)
            case _:
                raise _down(self.path, error) from error


def _transaction(link: Link, kept: Kept, batch: Batch) -> None:
    execute, stamps = link.execute, kept.stamps
    try:
        execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        _begin(execute, error, batch.deadline)
    for job in batch.jobs:  # which grow meanwhile
        args = (kept, *job.args) if job.knowing else job.args
        job.result = job.work(execute, *args)
        # At once: what this job has changed, the next one must not find in `kept`.
        job.stamp = stamps.begin(job.changes)
        if batch.waiting:
            batch.grow()
    _commit(link, batch)
    for job in batch.jobs:
        stamps.end(job.changes, job.stamp)
        if job.keep is not None:
            job.keep(kept, job.stamp, job.result)


def _commit(link: Link, batch: Batch) -> None:
    try:
        link.execute("COMMIT")
    except ERRORS:
        raise
    except BaseException:  # an interrupt: before it, or when it had happened
        batch.is_written = not link.connection.in_transaction
        raise
    batch.is_written = True


def _begin(execute: Execute, error: sqlite3.OperationalError, deadline: float) -> None:
    """Become the one writer. PERF: short naps of our own; SQLite's grow to 0.1 s and starve."""
    while code(error) in _BUSY and monotonic() <= deadline:
        sleep(uniform(0, _PAUSE))
        try:
            execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as again:
            error = again
    raise error


def _lacks(error: Exception) -> bool:
    """Whether a table or a column is not there, by whatever name it has got."""
    return str(error).startswith(("no such", "table "))


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
