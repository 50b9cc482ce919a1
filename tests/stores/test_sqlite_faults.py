"""What befalls SQLite files: full, locked, damaged, replaced, read-only, killed writers, forks."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kolba.errors import ConfigError
from kolba.stores import Changes, State, Store, StoreDown, open_store
from kolba.stores.sqlite import SQLiteStore
from tests.stores.conftest import opened
from tests.stores.disks import locked, remount, small_disk
from tests.stores.shelf import NOW, record

__all__ = ["small_disk"]


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    yield from opened(path)


# Full


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    """On a full disk writes raise StoreDown, none acknowledged is lost, and space mends it."""
    (small_disk / "filler").write_bytes(b"x" * 1_000_000)
    store = SQLiteStore(small_disk / "s.sqlite3")
    acknowledged = fill(store)
    assert len(acknowledged) > 3
    for key in acknowledged:
        assert store.load(key, now=NOW) == record(a=b"x" * 8000)
    with pytest.raises(StoreDown, match=r"cannot be used"):
        store.create("more", record(a=b"y" * 100_000))
    (small_disk / "filler").unlink()
    assert store.create("after", record(a=b"x" * 8000))
    assert store.save(acknowledged[0], Changes(set={"b": b"1"}), now=NOW).state is State.LIVE
    for key in [*acknowledged[1:], "after"]:
        assert store.load(key, now=NOW) == record(a=b"x" * 8000)
    store.close()


def fill(store: Store) -> list[str]:
    """Create records until there is no room; the keys of those that were acknowledged."""
    acknowledged: list[str] = []
    with pytest.raises(StoreDown):
        for n in range(1_000):
            assert store.create(f"k{n}", record(a=b"x" * 8000))
            acknowledged.append(f"k{n}")
    return acknowledged


def test_a_disk_that_is_full_from_the_start(small_disk: Path) -> None:
    """A store that never had room raises StoreDown, and works when there is some."""
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    store = SQLiteStore(small_disk / "s.sqlite3")
    with pytest.raises(StoreDown):
        store.create("k", record())
    filler.unlink()
    assert store.create("k", record())
    store.close()


def test_a_read_only_disk(small_disk: Path) -> None:
    """A disk that turns read-only is StoreDown until it turns back; at start a ConfigError."""
    store = SQLiteStore(small_disk / "s.sqlite3")
    store.create("k", record(a=b"1"))
    store.close()  # or the system says that the disk is busy
    remount(small_disk, "ro")
    with pytest.raises(StoreDown):
        store.save("k", Changes(set={"a": b"2"}), now=NOW)
    with pytest.raises(ConfigError, match="cannot be written"):
        open_store(f"sqlite:///{small_disk}/other.sqlite3")
    with pytest.raises(ConfigError, match="cannot be written"):
        open_store(f"sqlite:///{small_disk}/s.sqlite3")
    remount(small_disk, "rw")
    assert store.save("k", Changes(set={"a": b"2"}), now=NOW).state is State.LIVE
    store.close()


# Locked


def test_a_writer_that_takes_long(store: SQLiteStore, path: Path) -> None:
    """While another holds the file writes raise StoreDown (and wait not for ever), reads go on."""
    store.create("k", record(a=b"1"))
    with locked(path) as unlock:
        with pytest.raises(StoreDown, match="locked") as caught:
            store.save("k", Changes(set={"a": b"2"}), now=NOW)
        assert caught.value.retry_after <= 5
        assert store.load("k", now=NOW) == record(a=b"1")
        assert store.claim("q", "c", now=NOW, until=NOW + 1) == []
        unlock()
        assert store.save("k", Changes(set={"a": b"3"}), now=NOW).state is State.LIVE
    assert store.load("k", now=NOW) == record(a=b"3")


def test_a_writer_that_is_soon_done(store: SQLiteStore, path: Path) -> None:
    """A write waits for another that ends in time, and nobody notices."""
    store.create("k", record())
    with locked(path) as unlock:
        timer = threading.Timer(0.1, unlock)
        timer.start()
        assert store.save("k", Changes(set={"a": b"1"}), now=NOW).state is State.LIVE
        timer.join()


def test_many_threads(store: SQLiteStore) -> None:
    """Threads of one process lose nothing to each other."""
    store.create("k", record())
    threads = [threading.Thread(target=lambda n=n: increment(store, f"t{n}")) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = store.load("k", now=NOW)
    assert loaded is not None
    assert dict(loaded.fields) == {"n": b"800", **{f"t{n}": b"100" for n in range(8)}}


def increment(store: Store, name: str) -> None:
    for _ in range(100):
        store.save("k", Changes(add={"n": 1, name: 1}), now=NOW)


# Damaged


def filled(path: Path, n: int = 300) -> dict[str, object]:
    """A closed file with records and messages; the records."""
    store = SQLiteStore(path)
    made = {f"k{i}": record(a=b"%d" % i, owner=f"o{i % 7}", b=b"x" * (i % 50)) for i in range(n)}
    for key, one in made.items():
        store.create(key, one)
    store.close()
    return dict(made)


def sound(path: Path, made: dict[str, object]) -> int:
    """Every record is as it was made, or gone; a new one can be kept. How many are there."""
    store = SQLiteStore(path)
    there = 0
    for key, one in made.items():
        loaded = store.load(key, now=NOW)
        assert loaded is None or loaded == one
        there += loaded is not None
        assert store.save(key, Changes(), now=NOW).state is not State.RETIRED
    for owner in range(7):
        for key, listed in store.owned(f"o{owner}", now=NOW).items():
            assert listed == made[key]
    assert store.create("new", record(a=b"new"))
    assert store.load("new", now=NOW) == record(a=b"new")
    store.close()
    return there


def test_flipped_bits(tmp_path: Path) -> None:
    """A bit flipped anywhere gives the same record or none, never another, and no bare error."""
    original = tmp_path / "original.sqlite3"
    made = filled(original, 120)
    data = original.read_bytes()
    chance = random.Random(1)
    for n in range(200):
        flipped = bytearray(data)
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path = tmp_path / f"{n}.sqlite3"
        path.write_bytes(flipped)
        try:
            sound(path, made)
        except ConfigError as error:
            assert "another program's database" in str(error) or "newer Kolba" in str(error)


@pytest.mark.parametrize("left", [0, 1, 100, 4096, 10_000, 30_000])
def test_truncated(path: Path, left: int) -> None:
    """A file cut to any length is started anew, or gives what it still has."""
    made = filled(path)
    os.truncate(path, left)
    sound(path, made)


def test_a_damaged_column(path: Path) -> None:
    """A file in which a column has another name is put aside, and work goes on."""
    made = filled(path, 3)
    path.write_bytes(path.read_bytes().replace(b"record BLOB", b"rbcord BLOB"))
    assert sound(path, made) == 0
    assert len(list(path.parent.glob("s.sqlite3.corrupt-*"))) == 1


def test_a_damaged_file_is_kept_aside(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A damaged file keeps its content under another name, and one loud line says so."""
    filled(path)
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * 40_000)
    store = SQLiteStore(path)
    with caplog.at_level(logging.INFO, "kolba.stores"):
        assert store.load("k1", now=NOW) is None
        assert store.create("k1", record())
    store.close()
    [aside] = path.parent.glob("s.sqlite3.corrupt-*")
    assert aside.read_bytes()[4096:] == b"\xff" * 40_000
    [line] = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert line.levelno == logging.CRITICAL
    assert "is damaged: it is kept as" in line.getMessage()


def test_damaged_while_in_use(store: SQLiteStore, path: Path) -> None:
    """A file that is overwritten under a running process is put aside, and work goes on."""
    for n in range(50):
        store.create(f"k{n}", record(a=b"x" * 500))
    other = SQLiteStore(path)
    other.load("k1", now=NOW)
    for suffix in ("", "-wal"):
        with Path(f"{path}{suffix}").open("r+b") as file:
            file.write(os.urandom(100_000))
    for one in (store, other, store):
        one.create("new", record())
        assert one.load("new", now=NOW) is not None
    other.close()


def test_emptied_while_in_use(
    store: SQLiteStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that is emptied under running processes goes aside with its log, and work goes on."""
    for n in range(50):
        store.create(f"k{n}", record(a=b"x" * 500))
    os.truncate(path, 0)
    others = [SQLiteStore(path) for _ in range(2)]
    for n, one in enumerate([*others, store, *others, store]):
        assert one.create(f"new{n}", record())
        assert one.load(f"new{n}", now=NOW) is not None
    for one in (store, *others):
        assert one.load("new0", now=NOW) is not None
        one.close()
    assert "is damaged" in caplog.text
    [log] = path.parent.glob("s.sqlite3.corrupt-*-wal")
    assert log.stat().st_size > 25_000


def test_a_text_file(path: Path) -> None:
    """What is no database is put aside too: nothing of it is lost."""
    path.write_text("my notes, " * 1000)
    store = SQLiteStore(path)
    assert store.create("k", record())
    store.close()
    [aside] = path.parent.glob("s.sqlite3.corrupt-*")
    assert aside.read_text() == "my notes, " * 1000


def test_a_lost_log(path: Path) -> None:
    """Without its -wal a file has what was checkpointed: an earlier state, never a mixture."""
    store = SQLiteStore(path)
    store.create("k", record(a=b"1"))
    shutil.copy(path, path.with_name("copy.sqlite3"))
    store.close()
    sound(path.with_name("copy.sqlite3"), {"k": record(a=b"1")})


def test_another_programs_database(path: Path) -> None:
    """A database of other tables is refused, untouched, with what to do instead."""
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE users (id)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="another program's database: give Kolba's state a file"):
        SQLiteStore(path).create("k", record())
    assert list(path.parent.glob("*corrupt*")) == []
    assert len(path.read_bytes()) == len(before)


def test_a_newer_format(path: Path) -> None:
    """A file of a newer Kolba is refused, untouched, with what to do instead."""
    filled(path, 3)
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(ConfigError, match="written by a newer Kolba"):
        SQLiteStore(path).load("k1", now=NOW)
    assert list(path.parent.glob("*corrupt*")) == []


# Replaced


def test_a_replaced_file(store: SQLiteStore, path: Path) -> None:
    """When the path gets another file, what is written goes there, not into the old one."""
    store.create("old", record())
    backup = path.with_name("backup.sqlite3")
    filled(backup, 2)
    os.replace(backup, path)
    assert store.create("new", record())
    assert store.load("old", now=NOW) is None
    assert store.load("k1", now=NOW) is not None
    again = SQLiteStore(path)
    assert again.load("new", now=NOW) == record()
    assert again.load("k1", now=NOW) is not None
    again.close()


def test_a_replaced_file_that_a_link_leads_to(tmp_path: Path, path: Path) -> None:
    """The log of the old one lies beside it, not beside the link: the new one does not get it."""
    link = tmp_path / "link.sqlite3"
    link.symlink_to(path)
    store = SQLiteStore(link)
    store.create("old", record())
    backup = path.with_name("backup.sqlite3")
    filled(backup, 2)
    os.replace(backup, path)
    assert store.create("new", record())
    assert store.load("old", now=NOW) is None
    assert store.load("k1", now=NOW) is not None
    assert list(path.parent.glob("s.sqlite3.old-*-wal"))
    store.close()


def test_a_removed_file(store: SQLiteStore, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """When the file is removed a new one is made, with one loud line, and used from then on."""
    store.create("old", record())
    path.unlink()
    assert store.create("new", record())
    assert "was removed while in use" in caplog.text
    assert path.exists()
    assert store.load("old", now=NOW) is None
    store.close()
    again = SQLiteStore(path)
    assert again.load("new", now=NOW) == record()
    again.close()


def test_a_removed_folder(tmp_path: Path) -> None:
    """Without its folder a store is down, and up again with it."""
    folder = tmp_path / "instance"
    folder.mkdir()
    store = SQLiteStore(folder / "s.sqlite3")
    store.create("k", record())
    shutil.rmtree(folder)
    with pytest.raises(StoreDown):
        store.create("new", record())
    folder.mkdir()
    assert store.create("new", record())
    store.close()


# Killed


WRITER = """
import sys
from kolba.stores import Changes, Record
from kolba.stores.sqlite import SQLiteStore
store = SQLiteStore(sys.argv[1])
start = int(sys.argv[2])
store.create("k", Record({}, 1.0, 1.0, 1e12))
for n in range(start, start + 1_000_000):
    store.save("k", Changes(add={"sum": 1}, set={f"f{n % 50}": b"%d" % n}), now=2.0)
    store.put("q", [], now=2.0)
    print(n, flush=True)
"""


@pytest.mark.slow
def test_killed_writers(path: Path) -> None:
    """A writer that is killed at any moment has lost nothing that it had acknowledged."""
    chance = random.Random(2)
    done = 0
    for _ in range(15):
        last = killed(path, done, chance.randrange(1, 400))
        store = SQLiteStore(path)
        loaded = store.load("k", now=2.0)
        assert loaded is not None
        total = int(loaded.fields["sum"])
        assert last + 1 <= total <= last + 2, "the one in flight may have happened or not"
        assert int(loaded.fields[f"f{(total - 1) % 50}"]) == total - 1
        assert list(path.parent.glob("*corrupt*")) == []
        store.close()
        done = total


def killed(path: Path, start: int, after: int) -> int:
    """Kill a writer after so many acknowledgements, in the middle of the next; the last one."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(start)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for _ in range(after):
        line = child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    for line in child.stdout:
        if line.endswith("\n"):
            last = line
    rest = [line] if "last" not in locals() else [last]
    child.wait()
    child.stdout.close()
    return int(rest[-1])


# Forked


FORKER = """
import os, sys
from kolba.stores import Changes, Record
from kolba.stores.sqlite import SQLiteStore
store = SQLiteStore(sys.argv[1])
store.create("k", Record({}, 1.0, 1.0, 1e12))
children = []
for n in range(4):
    if not (child := os.fork()):
        for i in range(100):
            store.save("k", Changes(add={"sum": 1, f"c{n}": 1}), now=2.0)
        sys.exit(0)  # with all the exit handlers of a worker
    children.append(child)
for i in range(100):
    store.save("k", Changes(add={"sum": 1}), now=2.0)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
assert store.load("k", now=2.0).fields["sum"] == b"500"
assert store.save("k", Changes(add={"sum": 1}), now=2.0).sums["sum"] == 501
store.close()
print("all there")
"""


def test_forked(path: Path) -> None:
    """A store that was opened before the fork works in every worker, and after they end."""
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FORKER), str(path)], capture_output=True, text=True
    )
    assert run.stdout == "all there\n", run.stderr
