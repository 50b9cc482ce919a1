"""The log of a state file: on the disk when that was promised, and never longer than it should."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kolba.stores import StoreDown
from kolba.stores.sqlite import SQLiteStore, links, log, transactions
from tests.stores.conftest import opened
from tests.stores.shelf import NOW, record
from tests.stores.test_turns import until


@pytest.fixture
def store(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SQLiteStore]:
    """A store of which nobody gives up."""
    monkeypatch.setattr(transactions, "PATIENCE", 60.0)
    for store in opened(path):
        store.create("k", record())
        yield store


Seen = list[str]
Watch = Callable[[Callable[[str], object]], Seen]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Have each sync of Python's seen, by the end of the file's name, before it is done."""
    syncs = {name: getattr(os, name) for name in ("fsync", "fdatasync")}

    def watch(meanwhile: Callable[[str], object]) -> Seen:
        seen: Seen = []

        def watched(real: Callable[[int], None], descriptor: int) -> None:
            name = os.readlink(f"/proc/self/fd/{descriptor}").rpartition("s.sqlite3")[2]
            seen.append(name)
            meanwhile(name)
            real(descriptor)

        for name, real in syncs.items():
            monkeypatch.setattr(os, name, partial(watched, real))
        return seen

    return watch


def is_there(path: Path, key: str) -> bool:
    """Whether another process would find a record."""
    other = SQLiteStore(path)
    try:
        return other.load(key, now=NOW) is not None
    finally:
        other.close()


def test_what_must_be_on_the_disk_is_synced_after_its_commit(
    store: SQLiteStore, path: Path, watch: Watch
) -> None:
    """A durable write syncs the log when it is committed, and returns after that; others do not."""
    committed: list[bool] = []
    seen = watch(lambda name: committed.append(is_there(path, "durable")))
    store.create("other", record())
    assert seen == []
    store.create("durable", record(), durable=True)
    assert seen == ["-wal", str(path.parent)]
    assert committed == [True, True]
    store.delete("durable")
    assert seen[2:] == ["-wal"], "the name of the log is on the disk already"


def test_a_log_that_a_sync_has_failed_of_is_believed_no_more(
    store: SQLiteStore, watch: Watch
) -> None:
    """After an fsync that failed, the next durable write begins a log anew before it is one."""
    failures = [OSError(errno.EIO, "the disk")]

    def fail(name: str) -> None:
        if failures:
            raise failures.pop()

    watch(fail)
    before = store._database._log._which()
    with pytest.raises(StoreDown, match="may not be on the disk"):
        store.delete("k")
    store.create("durable", record(), durable=True)
    assert store._database._log._which() != before


@pytest.fixture
def lead(tmp_path: Path) -> Callable[[str], Path]:
    """Have a link lead to one of two folders, and where it says that the file is."""
    link = tmp_path / "now"

    def lead(folder: str) -> Path:
        (tmp_path / folder).mkdir(exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
        return link / "s.sqlite3"

    return lead


def synced_by(store: SQLiteStore, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a log-out brings to the disk first."""
    synced: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(log, "_on_disk", lambda path, flags, bring: synced.append(path))
        store.delete("k")
    return synced[0]


def test_the_log_is_the_one_beside_the_file(
    tmp_path: Path, lead: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link in the path that is set anew leads to another file, and to the log of that."""
    store = SQLiteStore(lead("one"))
    store.check()
    lead("two")
    assert synced_by(store, monkeypatch) == str(tmp_path / "two" / "s.sqlite3-wal")
    store.close()


def test_the_log_is_that_of_the_connection_that_wrote(
    tmp_path: Path, lead: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of connections to two files, as a link led to both, the one that wrote says whose log."""
    store = SQLiteStore(lead("one"))
    store.check()
    pool = store._database._links
    first = pool.take()
    lead("two")
    assert store.load("k", now=NOW) is None  # opens another
    lead("one")
    pool.give_back(first)
    assert synced_by(store, monkeypatch) == str(tmp_path / "one" / "s.sqlite3-wal")
    store.close()


def test_a_link_that_is_set_anew_while_the_file_is_opened(
    tmp_path: Path, lead: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of one connection is of one file, and the next write is to the file of the path."""
    store, real = SQLiteStore(lead("one")), links.connect

    def connect(path: str) -> sqlite3.Connection:
        monkeypatch.undo()
        lead("two")
        return real(path)

    monkeypatch.setattr(links, "connect", connect)
    store.load("k", now=NOW)
    assert store.create("k", record())
    assert synced_by(store, monkeypatch) == str(tmp_path / "two" / "s.sqlite3-wal")
    assert not is_there(tmp_path / "one" / "s.sqlite3", "k")
    store.close()


def test_the_path_is_not_looked_up_at_each_write(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PERF: where the log is was found out when the file was opened, and not at a log-out."""
    asked: list[str] = []
    real = os.path.realpath
    monkeypatch.setattr(os.path, "realpath", lambda path: asked.append(path) or real(path))
    store.delete("k")
    assert asked == []


def test_others_write_while_the_disk_is_busy(store: SQLiteStore, watch: Watch) -> None:
    """The turn has been given up when the log is synced: nobody waits for the disk."""
    with ThreadPoolExecutor(1) as pool:
        written: list[bool] = []

        def write(name: str) -> None:
            written.append(pool.submit(store.create, f"k{len(written)}", record()).result(60))

        watch(write)
        store.delete("k")
    assert written == [True, True]


def behind(began: threading.Event, store: SQLiteStore, pool: Executor, count: int) -> list[Any]:
    """A durable write whose sync has begun, and `count` that were committed after that."""
    futures: list[Any] = [pool.submit(store.delete, "k")]
    assert began.wait(60)
    names = [f"k{n}" for n in range(count)]
    futures += [pool.submit(store.create, name, record(), durable=True) for name in names]
    for name in names:
        until(lambda name=name: is_there(store.path, name))
    return futures


def test_those_who_wait_for_the_disk_share_a_sync(store: SQLiteStore, watch: Watch) -> None:
    """A sync that begins after some commits is enough for all of them; an earlier one is not."""
    began, gate = threading.Event(), threading.Event()

    def hold(name: str) -> None:
        began.set()
        assert gate.wait(60)

    seen = watch(hold)
    with ThreadPoolExecutor(8) as pool:
        futures = behind(began, store, pool, 7)
        assert not any(future.done() for future in futures)
        gate.set()
        assert [future.result(60) for future in futures] == [True] * 8
    assert 2 <= seen.count("-wal") < 8


def test_a_sync_that_fails_is_said_to_all_who_wait_for_it(store: SQLiteStore, watch: Watch) -> None:
    """When the disk fails nobody is told that a write is durable, and the next try may be."""
    began, gate = threading.Event(), threading.Event()
    failing = [True]

    def hold(name: str) -> None:
        began.set()
        assert gate.wait(60)
        if failing[0]:
            raise OSError(errno.EIO, "Input/output error")

    watch(hold)
    with ThreadPoolExecutor(4) as pool:
        futures = behind(began, store, pool, 3)
        gate.set()
        for future in futures:
            with pytest.raises(StoreDown, match="may not be on the disk"):
                future.result(60)
    assert store.create("other", record())
    failing[0] = False
    assert store.create("again", record(), durable=True)


def test_a_log_that_is_gone_is_in_the_file(store: SQLiteStore, path: Path, watch: Watch) -> None:
    """Who comes to sync a log that the last connection has copied and removed need not."""
    watch(lambda name: None)
    commit = store._database._log.sync

    def close_and_sync() -> None:
        store.close()
        assert not path.with_name("s.sqlite3-wal").exists()
        commit()

    store._database._log.sync = close_and_sync  # type: ignore[method-assign]
    store.create("last", record(), durable=True)
    assert is_there(path, "last")


# How long it is


def pages(path: Path) -> int:
    """The size of the log, in pages."""
    return path.with_name(f"{path.name}-wal").stat().st_size // 4096


@pytest.mark.parametrize("threads", [1, 6])
def test_the_log_begins_anew(
    store: SQLiteStore, path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    """However many have written, soon after a long log was copied its place is used again."""
    monkeypatch.setattr(log, "LONG", 200)

    def write(thread: int) -> None:
        for n in range(1200 // threads):
            store.create(f"{thread}-{n}", record(a=b"x" * 3000))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(write, range(threads)))
    grown, seen = pages(path), set()
    for n in range(1000):  # nobody else writes: how long a copy takes does not matter
        store.create(f"more-{n}", record(a=b"x" * 3000))
        seen.add(store._database._log._which())
    assert len(seen) > 4
    assert pages(path) <= grown + 1000, "it does not grow by all that was written"


def test_the_log_begins_anew_under_load(
    store: SQLiteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When others have written while a long log was copied, the rest is copied in a turn."""
    monkeypatch.setattr(log, "LONG", 200)
    its = store._database._log
    before = its._which()
    real = log.Log._checkpoint

    def checkpoint(self: log.Log) -> int:
        if store._database._turn._lock.locked():
            return real(self)
        reader, writer = store._database._links.take(), store._database._links.take()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM leases").fetchone()
        writer.execute("INSERT OR REPLACE INTO leases VALUES ('x', 'x', 1)")
        try:
            return real(self)  # all but what has come since: as if it had come meanwhile
        finally:
            reader.execute("COMMIT")
            store._database._links.give_back(reader)
            store._database._links.give_back(writer)

    monkeypatch.setattr(log.Log, "_checkpoint", checkpoint)
    for n in range(1000):
        store.create(f"k{n}", record(a=b"x" * 3000))
    assert its._which() != before


def test_who_copies_keeps_nobody_from_writing(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is copied when the turn has been given up."""
    locked: list[bool] = []
    real = log.Log._checkpoint

    def checkpoint(self: log.Log) -> tuple[int, int] | None:
        locked.append(store._database._turn._lock.locked())
        return real(self)

    monkeypatch.setattr(log.Log, "_checkpoint", checkpoint)
    for n in range(2000):
        store.create(f"k{n}", record(a=b"x" * 3000))
    assert locked
    assert not any(locked)


def test_a_log_that_cannot_be_copied_hurts_no_write(
    store: SQLiteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another program reads an old state the log grows; then it is copied."""
    monkeypatch.setattr(log, "LONG", 60)
    link = store._database._links.take()
    link.execute("BEGIN")
    link.execute("SELECT count(*) FROM records").fetchone()
    for n in range(600):
        assert store.create(f"k{n}", record(a=b"x" * 3000))
    grown = pages(path)
    link.execute("COMMIT")
    for n in range(2000):
        assert store.create(f"l{n}", record(a=b"x" * 3000))
    assert pages(path) <= grown + 1200
    link.close()


def write_and_be_killed(path: Path) -> None:
    """Write some ten megabytes, and end without a word."""
    other = SQLiteStore(path)
    for n in range(60):
        other.create(f"{os.getpid()}-{n}", record(a=b"x" * 160_000))
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_the_log_of_processes_that_live_shortly(path: Path) -> None:
    """Processes that are killed before they first look at the log leave it no longer than SQLite
    lets it get, and all that they have written."""
    fork, longest, there = multiprocessing.get_context("fork"), 0, []
    for _ in range(16):
        process = fork.Process(target=write_and_be_killed, args=(path,))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        longest = max(longest, path.with_name("s.sqlite3-wal").stat().st_size)
        there += [f"{process.pid}-{n}" for n in range(60)]
    assert 60_000_000 < longest < 90_000_000
    for store in opened(path):
        assert all(store.load(key, now=NOW) for key in there)
