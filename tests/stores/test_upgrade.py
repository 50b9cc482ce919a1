"""What a state file of a former format becomes when it is opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kolba.stores import PURGE_GRACE, Changes, State
from kolba.stores.sqlite import SQLiteStore, upgrade
from kolba.stores.sqlite.schema import VERSION
from tests.stores.conftest import opened
from tests.stores.shelf import LIFE, NOW, record

LATER = NOW + LIFE + PURGE_GRACE


def former(path: Path, version: int) -> Path:
    """Where a file of a former format now is."""
    dump = Path(__file__).with_name(f"format{version}.sql").read_text(encoding="ascii")
    with closing(sqlite3.connect(path)) as file:
        file.executescript(dump)
    return path


@pytest.fixture
def path(path: Path) -> Path:
    """Where a file of the first format is."""
    return former(path, 1)


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    yield from opened(path)


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        [found] = file.execute("PRAGMA user_version").fetchone()
        return int(found)


def test_records_are_there(store: SQLiteStore) -> None:
    """Live records, retired ones and owners are what they were; who logs out ends all of it."""
    anna = record(a=b"1", owner="u:anna")
    assert store.load("anna", now=NOW) == anna
    assert store.load("nobody", now=NOW) == record(b=b"2")
    assert store.load("ends", now=NOW + 5) is None
    assert store.owned("u:anna", now=NOW + 5) == {"anna": anna}
    assert store.save("before", Changes(), now=NOW).state is State.RETIRED
    store.delete("after")
    assert store.load("before", now=NOW) is None


def test_messages_are_there(store: SQLiteStore) -> None:
    """Messages come in their order; one that is held stays so, and its claim can be ended."""
    found = store.claim("q", "c", now=NOW, until=NOW + 10, target="/x")
    assert [one.value for one in found] == [b"1", b"2"]
    assert store.claim("p", "c", now=NOW + 5, until=NOW + 10) == []
    assert store.claim("held", "c", now=NOW, until=NOW + 10) == []
    store.confirm("lease")
    assert store.claim("held", "c", now=NOW + 20, until=NOW + 30) == []


def test_names_are_there(store: SQLiteStore) -> None:
    """Counters, what happened once, and tallies are untouched."""
    assert store.count("n", now=NOW, expires=NOW + 100) == 4
    assert store.once("o", b"", now=NOW, expires=NOW + 100) == b"kept"
    assert [tally.name for tally in store.tallies("g")] == ["t"]


def test_all_of_it_is_purged_at_its_end(store: SQLiteStore) -> None:
    """What was noted in the former format ends when it would have."""
    while store.purge(now=LATER, limit=3):
        pass
    assert store.stats(now=NOW)["records"] == store.stats(now=LATER)["expired"] == 0
    assert store.stats(now=NOW)["messages"] == 0


def test_an_upgrade_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade is one transaction: what stops in its midst begins anew."""
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(upgrade, "fill", lambda connection: 1 / 0)
        SQLiteStore(path).load("anna", now=NOW)
    assert version(path) == 1
    store = SQLiteStore(path)
    assert store.load("anna", now=NOW) is not None
    store.close()
    assert version(path) == VERSION


# The second format, whose records were packed otherwise


@pytest.fixture
def second(tmp_path: Path) -> Iterator[SQLiteStore]:
    """A store in a file of the second format."""
    yield from opened(former(tmp_path / "second.sqlite3", 2))


def test_records_of_the_second_format_are_there(second: SQLiteStore) -> None:
    """What was packed in that format is what it was, and is listed, and the file is marked."""
    anna, strange = record(a=b"1", owner="u:anna"), "strange\ud800"
    boris = record(owner="u:boris", **{"\ud800": b"3"})._replace(about=b'{"a":"1"}')
    assert second.load("anna", now=NOW) == anna
    assert second.load(strange, now=NOW) == boris
    assert second.load("nobody", now=NOW) == record(b=b"2")
    assert second.load("ends", now=NOW + 5) is None
    after = record(b=b"2", owner="u:anna")
    assert second.owned("u:anna", now=NOW) == {"anna": anna, "after": after}
    assert second.owned("u:boris", now=NOW) == {strange: boris}
    found = second.claim("q", "c", now=NOW, until=NOW + 10)
    assert [one.value for one in found] == [b"1", b"2"]
    assert version(second.path) == VERSION


def test_verbs_over_records_of_the_second_format(second: SQLiteStore) -> None:
    """They are saved, rotated, ended with what was rotated into them, and leave a trace."""
    assert second.save("nobody", Changes(set={"c": b"3"}), now=NOW).state is State.LIVE
    assert second.load("nobody", now=NOW) == record(b=b"2", c=b"3")
    assert second.save("before", Changes(), now=NOW).state is State.RETIRED
    assert second.delete("after")
    assert second.load("before", now=NOW) is None
    trace = record()._replace(retired=True)
    assert second.delete_leaving("anna", trace) is State.LIVE
    assert second.load("anna", now=NOW) == trace
    assert second.owned("u:anna", now=NOW) == {}
    assert second.rotate("nobody", "new", Changes(), now=NOW, grace=0).state is State.LIVE
    assert second.load("new", now=NOW) == record(b=b"2", c=b"3")


def test_who_has_a_file_of_the_second_format_open_finds_out(tmp_path: Path) -> None:
    """A worker of before that still runs reads and ends nothing more, and so misses nothing."""
    path = former(tmp_path / "second.sqlite3", 2)
    with closing(sqlite3.connect(path)) as before:
        assert before.execute("SELECT packed FROM records").fetchall()
        SQLiteStore(path).check()
        with pytest.raises(sqlite3.OperationalError, match="no such column"):
            before.execute("SELECT packed FROM records")


def test_what_was_of_the_second_format_is_purged_at_its_end(second: SQLiteStore) -> None:
    """Its notes lead to it still."""
    while second.purge(now=LATER, limit=3):
        pass
    assert second.stats(now=NOW)["records"] == second.stats(now=NOW)["messages"] == 0
