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
from operator import attrgetter
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
    """What somebody who waits finds when that is over."""

    WRITTEN = auto()
    ALONE = auto()
    """Its batch was rolled back: it must run in a transaction of its own."""
    LEAD = auto()
    """Nobody has the turn: it may be taken."""
    LATE = auto()


# An interrupt comes between two steps of Python's, and what runs through an iterator is one step:
# so nobody is left to wait for ever whom another was about to wake.
_run_through: Callable[[Iterable[object]], None] = deque[object](maxlen=0).extend
_settled = attrgetter("settled")
_wake = type(Lock()).release


class Job(Generic[T]):
    """What is to be written; see `Database.write`.

    Attributes:
        result: what its work returned, once it is written.
        stamp: the one that its changes were begun with.
        batch: the one that has taken it, while it waited.
    """

    __slots__ = (
        "args",
        "batch",
        "changes",
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
    """Held until the job need not wait any more."""

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
        self.batch: Batch | None = None

    def ended(self) -> End:
        """How its waiting has ended."""
        batch, self.batch = self.batch, None  # which holds this: no cycle is left
        if batch is None:
            return End.LEAD
        return End.WRITTEN if batch.is_written else End.ALONE


class Batch:
    """The jobs of one transaction.

    Attributes:
        jobs: those that were taken so far; the first one is its leader's own.
        waiting: those that may be taken, too.
        deadline: until when it may wait for other processes.
        is_written: whether it has been committed.
        waking: wakes all others, when it is run through; None if there are none.
    """

    __slots__ = ("deadline", "is_written", "jobs", "waiting", "waking")

    def __init__(self, job: Job[Any], deadline: float, waiting: deque[Job[Any]]) -> None:
        self.jobs = [job]
        self.deadline = deadline
        self.is_written = False
        self.waiting = waiting
        self.waking: Iterable[None] | None = None

    def grow(self) -> None:
        """Take the next of those that wait, or have come meanwhile."""
        jobs = self.jobs
        if len(jobs) < MOST:
            if self.waking is None:
                others = iter(jobs)  # also those that come later
                next(others)
                self.waking = map(_wake, map(_settled, others))
            with suppress(IndexError):  # it was late, and has left
                jobs.extend(map(deque.popleft, (self.waiting,)))
                jobs[-1].batch = self


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
                return job.ended()
            try:
                self._waiting.remove(job)
            except ValueError:  # it has been taken, and so will be settled
                job.settled.acquire()
                return job.ended()
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
            with suppress(IndexError):
                _run_through(map(_wake, map(_settled, map(deque.popleft, (self._waiting,)))))


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
        if batch.waking is not None:
            _run_through(batch.waking)
    if not batch.is_written:
        run(Batch(job, _once_more(deadline), deque()))


def _once_more(deadline: float) -> float:
    """Until when a job may wait whose batch took its time, and failed by another's fault."""
    return max(deadline, monotonic() + AGAIN)
