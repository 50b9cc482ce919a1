"""Who writes now, and for whom: writers that come at once share one transaction.

The thread that has the turn runs its own job and those that wait, and wakes each when what it
asked for has been committed. Nobody polls, there is no thread of ours, and who comes alone
pays for a lock and nothing else.

Invariant: a job is in one place: waiting, in the one batch that runs, or settled. A job that
ran and whose batch was not committed is told to run alone: so one that fails, fails alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from enum import Enum, auto
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

from kolba.stores.forks import remember

T = TypeVar("T")

MOST = 32
"""Jobs of a batch: who leads it waits for as many."""


AGAIN = 0.2
"""Seconds that a job has for itself, at least, after its batch has failed."""


class Late(Exception):
    """The turn did not come in time: the job has not run, and will not."""


class End(Enum):
    """What somebody who waits is told."""

    WRITTEN = auto()
    ALONE = auto()
    """Its batch was rolled back: it must run in a transaction of its own."""
    LEAD = auto()
    """Nobody has the turn: it may be taken."""
    LATE = auto()


class Job(Generic[T]):
    """What is to be written; see `Database.write`.

    Attributes:
        result: what its work returned, once it is written.
        stamp: the one that its changes were begun with.
    """

    __slots__ = (
        "args",
        "changes",
        "end",
        "keep",
        "knowing",
        "result",
        "settled",
        "stamp",
        "work",
    )

    result: T
    stamp: int
    settled: Lock
    """Held until the job, which waits, is told how it ended."""

    def __init__(
        self,
        work: Callable[..., T],
        args: tuple[Any, ...],
        changes: Sequence[int],
        keep: Callable[..., object] | None,
        knowing: bool,
    ) -> None:
        self.work = work
        self.args = args
        self.changes = changes
        self.keep = keep
        self.knowing = knowing
        self.end = End.LEAD

    def settle(self, end: End) -> None:
        """Wake who waits for it."""
        self.end = end
        self.settled.release()


class Batch:
    """The jobs of one transaction.

    Attributes:
        jobs: those that were taken so far; the first one is its leader's own.
        waiting: those that may be taken, too.
        deadline: until when it may wait for other processes.
        is_written: whether it has been committed.
    """

    __slots__ = ("deadline", "is_written", "jobs", "waiting")

    def __init__(self, job: Job[Any], deadline: float, waiting: deque[Job[Any]]) -> None:
        self.jobs = [job]
        self.deadline = deadline
        self.is_written = False
        self.waiting = waiting

    def grow(self) -> None:
        """Take the next of those that wait, or have come meanwhile."""
        if len(self.jobs) < MOST:
            with suppress(IndexError):  # it was late, and has left
                self.jobs.extend(map(deque.popleft, (self.waiting,)))

    def settle(self) -> None:
        """Tell all others how it ended."""
        end = End.WRITTEN if self.is_written else End.ALONE
        while len(self.jobs) > 1:
            self.jobs.pop().settle(end)


class Turn:
    """The right to write, of this process's threads."""

    def __init__(self) -> None:
        self.forget()
        remember(self)

    def forget(self) -> None:
        """Be nobody's, and have nobody wait, as in a forked child."""
        self._lock = Lock()
        self._waiting: deque[Job[Any]] = deque()

    def write(self, job: Job[Any], run: Callable[[Batch], None], deadline: float) -> None:
        """See that a job is run: here, or by the thread that has the turn.

        Raises:
            Late: it was not.
        """
        while not self._in_turn(_AT_ONCE, _lead, job, run, deadline, self._waiting):
            match self._wait(job, deadline):
                case End.WRITTEN:
                    return
                case End.LATE:
                    raise Late
                case End.ALONE:
                    batch = Batch(job, _once_more(deadline), deque())
                    return self.alone(partial(run, batch), batch.deadline)

    def alone(self, run: Callable[[], object], deadline: float) -> None:
        """Run something while nobody here writes.

        Raises:
            Late: it was not.
        """
        wait = ((True,), (max(0.0, deadline - monotonic()),))
        if not self._in_turn(wait, run):
            raise Late

    def _in_turn(
        self, wait: Iterable[tuple[object, ...]], run: Callable[..., object], *args: object
    ) -> bool:
        """Run something if the turn comes; whether it did."""
        taken: list[bool] = []
        try:
            # In one step, so that an interrupt finds the turn taken and noted, or not taken.
            taken.extend(map(self._lock.acquire, *wait))
            if taken[0]:
                run(*args)
        finally:
            if taken and taken[0]:
                try:
                    self._lock.release()
                finally:
                    if self._waiting:
                        self._wake_one()
        return taken[0]

    def _wait(self, job: Job[Any], deadline: float) -> End:
        job.settled = Lock()
        job.settled.acquire()
        try:
            self._waiting.append(job)
            self._wake_one()  # who had the turn may have left before this job was to be seen
            if job.settled.acquire(timeout=max(0.0, deadline - monotonic())):
                return job.end
            try:
                self._waiting.remove(job)
            except ValueError:  # it has been taken, and so will be settled
                job.settled.acquire()
                return job.end
        except BaseException:
            self._leave(job)
            raise
        return End.LATE

    def _leave(self, job: Job[Any]) -> None:
        """Wait no more; what was meant for this job is the next one's."""
        try:
            self._waiting.remove(job)
        except ValueError:
            self._wake_one()

    def _wake_one(self) -> None:
        """Let one that waits take the turn, if nobody has it."""
        if self._waiting and not self._lock.locked():
            try:
                first = self._waiting.popleft()
            except IndexError:
                return
            first.settle(End.LEAD)


_AT_ONCE = ((False,),)


def _lead(
    job: Job[Any], run: Callable[[Batch], None], deadline: float, waiting: deque[Job[Any]]
) -> None:
    """Run a batch; if that fails, wake the others to run alone, and do so, too."""
    batch = Batch(job, deadline, waiting)
    try:
        run(batch)
    except Exception:
        if batch.is_written or len(batch.jobs) == 1:
            raise
    finally:
        if len(batch.jobs) > 1:
            batch.settle()
    if not batch.is_written:
        run(Batch(job, _once_more(deadline), deque()))


def _once_more(deadline: float) -> float:
    """Until when a job may wait whose batch took its time, and failed by another's fault."""
    return max(deadline, monotonic() + AGAIN)
