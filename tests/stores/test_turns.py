"""Writers that come at once: one transaction for all, and each as if it had been alone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from kolba.stores import Changes, State, StoreDown
from kolba.stores.sqlite import SQLiteStore, transactions, turns
from kolba.stores.sqlite.transactions import Execute
from tests.stores import crowd
from tests.stores.conftest import opened
from tests.stores.disks import locked, small_disk
from tests.stores.shelf import NOW, record

__all__ = ["small_disk"]


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    """A store with one record."""
    for store in opened(path):
        store.create("k", record())
        yield store


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gives up."""
    monkeypatch.setattr(transactions, "PATIENCE", 60.0)


Work = Callable[[], Any]


@contextmanager
def together(
    store: SQLiteStore, *works: Work, first: Callable[[Execute], object] | None = None
) -> Iterator[list[Future[Any]]]:
    """Have all wait, in their order, for one that has the turn: it ends when the block does."""
    turn = store._database._turn
    entered, gate = threading.Event(), threading.Event()

    def hold(execute: Execute) -> object:
        entered.set()
        assert gate.wait(120)
        return first and first(execute)

    with ThreadPoolExecutor(len(works) + 1) as pool:
        futures = [pool.submit(store._database.write, hold)]
        assert entered.wait(60)
        for number, work in enumerate(works, 1):
            futures.append(pool.submit(work))
            until(lambda number=number: len(turn._waiting) >= number)
        try:
            yield futures
        finally:
            gate.set()


def until(condition: Callable[[], bool]) -> None:
    """Return when it is so."""
    deadline = monotonic() + 60
    while not condition():
        assert monotonic() < deadline
        sleep(0.001)


def traced(store: SQLiteStore) -> list[str]:
    """What SQLite is told from now on, by the connection that is used next."""
    said: list[str] = []
    link = store._database._links.take()
    link.connection.set_trace_callback(said.append)
    store._database._links.give_back(link)
    return said


def plus(store: SQLiteStore, name: str = "n") -> Work:
    """Add one to a field."""
    return lambda: store.save("k", Changes(add={name: 1}), now=NOW)


def fields(store: SQLiteStore) -> dict[str, bytes]:
    """The record's fields, as the file has them."""
    other = SQLiteStore(store.path)
    found = other.load("k", now=NOW)
    other.close()
    assert found is not None
    return dict(found.fields)


@pytest.mark.usefixtures("patient")
def test_those_who_wait_share_one_transaction(store: SQLiteStore) -> None:
    """Whoever waits is written by who has the turn, and each gets its own result."""
    said = traced(store)
    with together(store, *(plus(store) for _ in range(9))) as futures:
        pass
    assert [one.result().sums["n"] for one in futures[1:]] == [*range(1, 10)]
    assert said.count("COMMIT") == 1
    assert fields(store) == {"n": b"9"}


@pytest.mark.usefixtures("patient")
def test_a_batch_has_an_end(store: SQLiteStore) -> None:
    """Who leads waits for some only; the rest is led by one of them."""
    said = traced(store)
    with together(store, *(plus(store) for _ in range(70))) as futures:
        pass
    assert sorted(one.result().sums["n"] for one in futures[1:]) == [*range(1, 71)]
    assert said.count("COMMIT") <= 71
    assert fields(store) == {"n": b"70"}


@pytest.mark.usefixtures("patient")
def test_who_fails_fails_alone(store: SQLiteStore) -> None:
    """A job that raises amid a batch gets its error; the others are done, and done once."""

    def fail(execute: Execute) -> None:
        execute("DELETE FROM records")
        raise ValueError("mine")

    works = [plus(store), plus(store), lambda: store._database.write(fail), plus(store)]
    with together(store, *works) as futures:
        pass
    with pytest.raises(ValueError, match="mine"):
        futures[3].result()
    assert sorted(futures[n].result().sums["n"] for n in (1, 2, 4)) == [1, 2, 3]
    assert fields(store) == {"n": b"3"}


@pytest.mark.usefixtures("patient")
def test_what_the_leader_does_wrong_hurts_it_alone(store: SQLiteStore) -> None:
    """The error of who has the turn is its own: those who wait are written."""

    def fail(execute: Execute) -> None:
        raise ValueError("mine")

    with together(store, plus(store), plus(store), first=fail) as futures:
        pass
    with pytest.raises(ValueError, match="mine"):
        futures[0].result()
    assert sorted(one.result().sums["n"] for one in futures[1:]) == [1, 2]
    assert fields(store) == {"n": b"2"}


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("end", ["delete", "rotate", "delete_owned"])
def test_a_job_sees_what_the_former_has_changed(store: SQLiteStore, end: str) -> None:
    """What is known is not what an earlier job of the same transaction has changed."""
    assert store.load("k", now=NOW) is not None  # and so it is known
    store.save("k", Changes(set={"a": b"1"}, owner="anna"), now=NOW)
    ends: dict[str, Work] = {
        "delete": lambda: store.delete("k"),
        "rotate": lambda: store.rotate("k", "new", Changes(), now=NOW, grace=9),
        "delete_owned": lambda: store.delete_owned("anna"),
    }
    with together(store, plus(store), plus(store), ends[end], plus(store)) as futures:
        pass
    assert [futures[n].result().sums for n in (1, 2)] == [{"n": 1}, {"n": 2}]
    assert futures[4].result().state is not State.LIVE
    assert store.save("k", Changes(), now=NOW).state is not State.LIVE


@pytest.mark.usefixtures("patient")
def test_a_batch_that_was_rolled_back_is_not_known(store: SQLiteStore) -> None:
    """Who made or saved something that was rolled back, and then failed, leaves no trace."""
    other = record(a=b"1")

    def fail(execute: Execute) -> None:
        raise ValueError

    works = [lambda: store.create("new", other), plus(store), lambda: store._database.write(fail)]
    with together(store, *works) as futures:
        pass
    assert futures[1].result() is True
    assert futures[2].result().state is State.LIVE
    assert store.load("new", now=NOW) == other
    assert not store.create("new", other)
    loaded = store.load("k", now=NOW)
    assert loaded is not None
    assert dict(loaded.fields) == fields(store) == {"n": b"1"}


# Late, interrupted


def test_who_gave_up_is_not_written(store: SQLiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was told that the file is locked is not written later, behind its back."""
    monkeypatch.setattr(transactions, "PATIENCE", 0.05)
    turn = store._database._turn
    with together(store) as futures:
        for _ in range(3):
            with pytest.raises(StoreDown, match="locked"):
                plus(store)()
        assert not turn._waiting
    futures[0].result()
    assert fields(store) == {}
    monkeypatch.undo()
    assert plus(store)().state is State.LIVE
    assert fields(store) == {"n": b"1"}


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_interrupt_of_the_leader(store: SQLiteStore, kind: type[BaseException]) -> None:
    """Who has the turn and is interrupted in another's work leaves nobody waiting."""
    leader: list[int] = []

    def interrupted(execute: Execute) -> str:
        if threading.get_ident() == leader[0]:
            raise kind
        return "done by its own thread"

    works = [plus(store), lambda: store._database.write(interrupted), plus(store)]
    with together(
        store, *works, first=lambda execute: leader.append(threading.get_ident())
    ) as futures:
        pass
    with pytest.raises(kind):
        futures[0].result()
    assert futures[2].result() == "done by its own thread"
    assert sorted(futures[n].result().sums["n"] for n in (1, 3)) == [1, 2]
    assert fields(store) == {"n": b"2"}


@pytest.mark.usefixtures("patient")
def test_an_interrupt_after_the_commit(store: SQLiteStore) -> None:
    """An interrupt that comes with the end of a commit does not make the others write again."""
    link = store._database._links.take()
    real = link.execute

    def execute(statement: str, *args: Any) -> Any:
        answer = real(statement, *args)
        if statement == "COMMIT":
            link.execute = real
            raise KeyboardInterrupt
        return answer

    link.execute = execute
    store._database._links.give_back(link)
    with together(store, plus(store), plus(store)) as futures:
        pass
    with pytest.raises(KeyboardInterrupt):
        futures[0].result()
    assert [one.result().sums["n"] for one in futures[1:]] == [1, 2]
    assert fields(store) == {"n": b"2"}
    assert plus(store)().sums["n"] == 3


@pytest.mark.usefixtures("patient")
def test_an_interrupt_of_who_waits(store: SQLiteStore) -> None:
    """Who waits and is interrupted is not in the way of the others."""
    turn = store._database._turn
    with together(store, plus(store)) as futures:
        job = transactions.Job(lambda execute: None, (), (), None, False)
        with pytest.raises(OverflowError):  # what `acquire` raises for such a time
            turn.write(job, lambda batch: None, 1e300)
        assert len(turn._waiting) == 1
    assert futures[1].result().sums["n"] == 1
    assert plus(store)().sums["n"] == 2


def interrupted_before_others(store: SQLiteStore, place: int) -> bool:
    """Whether a batch came to so many places of `turns`; the others of it have ended."""
    turn, left, others = store._database._turn, place, []

    def profile(frame: Any, event: str, argument: object) -> None:
        nonlocal left
        if event in ("call", "c_return") and frame.f_code.co_filename == turns.__file__:
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

    def lead(execute: Execute) -> None:
        for _ in range(2):
            others.append(threading.Thread(target=plus(store), daemon=True))
            others[-1].start()
        until(lambda: len(turn._waiting) == 2)
        sys.setprofile(profile)

    with suppress(KeyboardInterrupt):
        try:
            store._database.write(lead)
        finally:
            sys.setprofile(None)
    for thread in others:
        thread.join(60)
        assert not thread.is_alive(), place
    return left < 0


@pytest.mark.usefixtures("patient")
def test_an_interrupt_while_others_are_woken(store: SQLiteStore) -> None:
    """Ctrl+C, wherever it comes while a batch ends, leaves nobody to wait for ever."""
    place = 0
    while interrupted_before_others(store, place):
        place += 1
        assert fields(store) == {"n": b"%d" % (2 * place)}
    assert place > 5


def interrupted(work: Work, place: int) -> bool:
    """Whether a work came to so many of the places where Python takes notice of Ctrl+C."""
    left = place

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal left
        if event in ("call", "c_return"):
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

    try:
        sys.setprofile(profile)
        work()
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
    return False


def test_an_interrupt_at_any_place(store: SQLiteStore) -> None:
    """Ctrl+C, wherever in a write it comes, leaves the turn free, and the write done or not."""
    sums, place = 0, 0
    while interrupted(plus(store), place):
        after = plus(store)().sums["n"]
        assert after - sums in (1, 2), place
        assert not store._database._turn._lock.locked()
        sums, place = after, place + 1
    assert place > 30
    assert fields(store) == {"n": b"%d" % (sums + 1)}


def test_an_interrupt_of_who_runs_alone(store: SQLiteStore) -> None:
    """Ctrl+C in what waits for the turn to have it alone leaves it free, too."""
    turn, place = store._database._turn, 0
    while interrupted(lambda: turn.alone(lambda: None, monotonic() + 60), place):
        assert not turn._lock.locked(), place
        place += 1
    assert place > 3


def test_who_lost_its_time_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waited for a batch that took all its time, and failed, still gets a try of its own."""
    clock, deadline = [0.0], 60.0
    monkeypatch.setattr(turns, "monotonic", lambda: clock[0])
    monkeypatch.setattr(turns, "AGAIN", 60.0)
    turn, entered, gate = turns.Turn(), threading.Event(), threading.Event()
    ran = []

    def run(batch: turns.Batch) -> None:
        if batch.waiting or not entered.is_set():
            entered.set()
            assert gate.wait(60)
            batch.grow()
            clock[0] = deadline + 1
            raise ValueError
        ran.append(batch.jobs[0])
        batch.is_written = True

    jobs = [turns.Job(lambda execute: None, (), (), None, False) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(turn.write, jobs[0], run, deadline)
        assert entered.wait(60)
        second = pool.submit(turn.write, jobs[1], run, deadline)
        until(lambda: bool(turn._waiting))
        gate.set()
        first.result(60)
        second.result(60)
    assert sorted(map(jobs.index, ran)) == [0, 1]


# Faults


def test_a_batch_on_a_full_disk(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of a batch for which there is no room is there, or StoreDown; what fits is there."""
    monkeypatch.setattr(transactions, "PATIENCE", 60.0)
    store = SQLiteStore(small_disk / "s.sqlite3")
    store.create("k", record())
    big = [b"x" * 600_000, b"y" * 900_000, b"z" * 900_000]
    works: list[Work] = [
        lambda n=n, value=value: store.create(f"big{n}", record(a=value))
        for n, value in enumerate(big)
    ]
    with together(store, plus(store), *works, plus(store)) as futures:
        pass
    assert sorted(futures[n].result().sums["n"] for n in (1, 5)) == [1, 2]
    failed = [isinstance(one.exception(), StoreDown) for one in futures[2:5]]
    assert any(failed)
    for n, value in enumerate(big):
        found = store.load(f"big{n}", now=NOW)
        assert found == (None if failed[n] else record(a=value))
    store.close()


def test_a_batch_while_another_program_writes(
    store: SQLiteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All who wait for another program are told so in time, and none is written later."""
    monkeypatch.setattr(transactions, "PATIENCE", 0.2)
    with locked(path) as unlock, ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(plus(store)) for _ in range(8)]
        for future in futures:
            with pytest.raises(StoreDown, match="locked"):
                future.result(60)
        unlock()
    assert fields(store) == {}
    assert plus(store)().sums["n"] == 1


@pytest.mark.usefixtures("patient")
def test_a_batch_whose_file_is_damaged(store: SQLiteStore, path: Path) -> None:
    """When the file turns out damaged, each who waited for its turn is written into a new one."""

    def damage(execute: Execute) -> None:
        for suffix in ("", "-wal"):
            with Path(f"{path}{suffix}").open("r+b") as file:
                file.write(os.urandom(200_000))
        execute("ROLLBACK")
        execute("PRAGMA shrink_memory")  # so that the pages must be read again
        raise ValueError

    works: list[Work] = [lambda n=n: store.create(f"n{n}", record(a=b"1")) for n in range(8)]
    with together(store, *works, first=damage) as futures:
        pass
    assert [one.result() for one in futures[1:]] == [True] * 8
    again = SQLiteStore(path)
    for n in range(8):
        assert again.load(f"n{n}", now=NOW) == record(a=b"1")
    again.close()


@pytest.mark.usefixtures("patient")
def test_those_who_wait_when_the_file_is_replaced(store: SQLiteStore, path: Path) -> None:
    """Who comes to the turn when the path has another file writes there."""
    backup = SQLiteStore(path.with_name("backup.sqlite3"))
    backup.create("k", record(b=b"1"))
    backup.close()

    def replace(execute: Execute) -> None:
        os.replace(path.with_name("backup.sqlite3"), path)
        raise ValueError  # so that the others begin anew

    with together(store, *(plus(store) for _ in range(5)), first=replace) as futures:
        pass
    assert sorted(one.result().sums["n"] for one in futures[1:]) == [1, 2, 3, 4, 5]
    assert fields(store) == {"b": b"1", "n": b"5"}


# Processes


FORKER = """
import os, sys, threading, time
from kolba.stores import Changes, Record
from kolba.stores.sqlite import SQLiteStore, transactions
transactions.PATIENCE = 60.0
store = SQLiteStore(sys.argv[1])
store.create("k", Record({}, 1.0, 1.0, 1e12))
entered, gate = threading.Event(), threading.Event()
plus = lambda: store.save("k", Changes(add={"sum": 1}), now=2.0)
turn = store._database._turn
hold = lambda: (entered.set(), gate.wait())
threads = [threading.Thread(target=turn.alone, args=(hold, time.monotonic() + 60))]
threads[0].start()
entered.wait()
for n in range(4):
    threads.append(threading.Thread(target=plus))
    threads[-1].start()
while len(turn._waiting) < 4:
    time.sleep(0.001)
if not (child := os.fork()):
    assert not turn._waiting
    plus()
    os._exit(0)
gate.set()
for thread in threads:
    thread.join()
assert os.waitpid(child, 0)[1] == 0
assert plus().sums["sum"] == 6
print("all there")
"""


def test_a_fork_while_others_wait(path: Path) -> None:
    """A child that was forked while others had the turn, and waited, has a turn of its own."""
    run = subprocess.run(
        [sys.executable, "-c", FORKER, str(path)], capture_output=True, text=True, timeout=120
    )
    assert run.stdout == "all there\n", run.stderr


AMID = """
import os, sys, threading
from kolba.stores.sqlite import SQLiteStore, transactions
transactions.PATIENCE = 60.0
store = SQLiteStore(sys.argv[1])
life = {"now": 1.0, "expires": 1e12}
over = threading.Event()
def work(name):
    while not over.is_set():
        store.count(name, **life)
        store.load(name, now=1.0)
threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
for thread in threads:
    thread.start()
for n in range(20):
    if not (child := os.fork()):
        os._exit(store.count("children", **life) != n + 1)
    assert os.waitpid(child, 0)[1] == 0
over.set()
for thread in threads:
    thread.join()
print("all there")
"""


@pytest.mark.slow
def test_forks_amid_reads_and_writes(path: Path) -> None:
    """A child finds nothing locked by what other threads of its parent were at, and goes on."""
    run = subprocess.run(
        [sys.executable, "-c", AMID, str(path)], capture_output=True, text=True, timeout=120
    )
    assert run.stdout == "all there\n", run.stderr


OUTLIVES = """
import os, subprocess, sys, time
from kolba.stores.sqlite import SQLiteStore
path, parent = sys.argv[1], os.getpid()
count = "SQLiteStore(sys.argv[1]).count('c', now=1.0, expires=1e12)"
other = [sys.executable, "-c",
    f"import sys; from kolba.stores.sqlite import SQLiteStore; print({count})", path]
store = SQLiteStore(path)
store.count("c", now=1.0, expires=1e12)
if os.fork():
    os._exit(0)
while os.getppid() == parent:
    time.sleep(0.001)
for n in range(3):
    print(store.count("c", now=1.0, expires=1e12), flush=True)
    subprocess.run(other, check=True)
"""


def test_a_child_outlives_its_parent(path: Path) -> None:
    """What a child writes is there, also when others open and close the file meanwhile."""
    run = subprocess.run(
        [sys.executable, "-c", OUTLIVES, str(path)], capture_output=True, text=True, timeout=120
    )
    assert run.stdout.split() == ["2", "3", "4", "5", "6", "7"], run.stderr


INTERRUPTED = """
import os, signal, sys, threading
from kolba.stores.sqlite import SQLiteStore, links
links.PATIENCE = 60.0
store = SQLiteStore(sys.argv[1])
store.check()
ours = store._database._links
link = ours.take()
def sleep(seconds):
    os.kill(os.getpid(), signal.SIGINT)
links.sleep = sleep
try:
    if not (child := os.fork()):
        os._exit(0)
    os.waitpid(child, 0)
except KeyboardInterrupt:
    pass
ours.give_back(link)
print(store.count("c", now=1.0, expires=1e12))
"""


def test_a_fork_that_is_interrupted_holds_nobody_up(path: Path) -> None:
    """Ctrl+C while a fork waits for others leaves the store as it was."""
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(path)], capture_output=True, text=True, timeout=120
    )
    assert run.stdout == "1\n", run.stderr


@pytest.mark.slow
def test_threads_of_several_processes(path: Path) -> None:
    """Batches of two processes lose nothing, and do nothing twice."""
    store = SQLiteStore(path)
    store.create("k", record())
    done = crowd.run(crowd.in_threads, f"sqlite:///{path}", 2, 8, 60)
    assert sorted(n for one in done for n in one["counted"]) == [*range(1, 2 * 8 * 10 + 1)]
    assert sorted(i for one in done for i in one["won"]) == [*range(5, 60, 6)]
    found = fields(store)
    assert found["sum"] == b"%d" % (2 * 8 * 10)
    claimed = [value for one in done for value in one["claimed"]]
    left = [m.value for m in store.claim("q", "rest", now=NOW, until=NOW + 60)]
    assert len(claimed + left) == len(set(claimed + left)) == 2 * 8 * 10
    store.close()


WRITER = """
import sys, threading
from kolba.stores import Changes, Record
from kolba.stores.sqlite import SQLiteStore, transactions
transactions.PATIENCE = 60.0
store = SQLiteStore(sys.argv[1])
store.create("k", Record({}, 1.0, 1.0, 1e12))
say = threading.Lock()
def write(name):
    while True:
        n = store.save("k", Changes(add={name: 1}), now=2.0).sums[name]
        store.create(f"{name}-{n}", Record({}, 1.0, 1.0, 1e12), durable=n % 7 == 0)
        with say:
            print(name, n, flush=True)
for n in range(8):
    threading.Thread(target=write, args=(f"t{n}",)).start()
"""


@pytest.mark.slow
def test_a_process_that_is_killed_amid_batches(path: Path) -> None:
    """What threads of a killed process were told to be written is there, in full."""
    for after in (1, 50, 400, 900):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(after)]
        child.kill()
        lines += [line for line in child.stdout if line.endswith("\n")]
        child.wait()
        child.stdout.close()
        told: dict[str, int] = {}
        for name, n in (line.split() for line in lines):
            told[name] = max(told.get(name, 0), int(n))
        store = SQLiteStore(path)
        found = store.load("k", now=2.0)
        assert found is not None
        for name, n in told.items():
            assert n <= int(found.fields[name]) <= n + 1, "the one in flight may have happened"
            assert store.load(f"{name}-{n}", now=2.0) is not None
        assert list(path.parent.glob("*corrupt*")) == []
        store.close()
