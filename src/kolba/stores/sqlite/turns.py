"""Who writes now, and for whom: writers that come at once share one transaction.

The thread that has the turn runs its own job and those that wait, and wakes each when what it
asked for has been committed. Nobody polls, there is no thread of ours, and who comes alone
pays for a lock and nothing else.

Invariant: a job is in one place: waiting, in the one batch that runs, or settled. A job that
ran and whose batch was not committed is told to run alone: so one that fails, fails alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

from kolba.stores.forks import remember

T = TypeVar("T")

MOST = 32
"""Jobs of a batch: who leads it waits for as many."""


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
    stamp: bytes
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
        is_written: whether it has been committed.
    """

    __slots__ = ("_waiting", "is_written", "jobs")

    def __init__(self, job: Job[Any], waiting: deque[Job[Any]]) -> None:
        self.jobs = [job]
        self.is_written = False
        self._waiting = waiting

    def each(self) -> Iterator[Job[Any]]:
        """Its first job, and then one after the other those that wait, or come meanwhile."""
        yield self.jobs[0]
        while self._waiting and len(self.jobs) < MOST:
            try:
                self.jobs.extend(map(deque.popleft, (self._waiting,)))
            except IndexError:  # it was late, and has left
                return
            yield self.jobs[-1]

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
        while not self._lock.acquire(False):
            match self._wait(job, deadline):
                case End.WRITTEN:
                    return
                case End.LATE:
                    raise Late
                case End.ALONE:
                    return self.alone(lambda: run(Batch(job, deque())), deadline)
        try:
            _lead(job, run, self._waiting)
        finally:
            self._pass_on()

    def alone(self, run: Callable[[], object], deadline: float) -> None:
        """Run something while nobody here writes.

        Raises:
            Late: it was not.
        """
        if not self._lock.acquire(timeout=max(0.0, deadline - monotonic())):
            raise Late
        try:
            run()
        finally:
            self._pass_on()

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

    def _pass_on(self) -> None:
        self._lock.release()
        self._wake_one()

    def _wake_one(self) -> None:
        """Let one that waits take the turn, if nobody has it."""
        if self._waiting and not self._lock.locked():
            try:
                first = self._waiting.popleft()
            except IndexError:
                return
            first.settle(End.LEAD)


def _lead(job: Job[Any], run: Callable[[Batch], None], waiting: deque[Job[Any]]) -> None:
    """Run a batch; if that fails, wake the others to run alone, and do so, too."""
    batch = Batch(job, waiting)
    try:
        run(batch)
    except Exception:
        if batch.is_written or len(batch.jobs) == 1:
            raise
    finally:
        batch.settle()
    if not batch.is_written:
        run(Batch(job, deque()))
