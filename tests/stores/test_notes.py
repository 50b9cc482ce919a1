"""How SQLite finds what has ended, and whose a record is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kolba.stores import PURGE_GRACE, Changes, State
from kolba.stores.sqlite import SQLiteStore, queues
from tests.stores.conftest import opened
from tests.stores.shelf import LIFE, NOW, message, record

LATER = NOW + LIFE + PURGE_GRACE
MANY = 300


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    yield from opened(path)


def rows(path: Path, table: str, where: str = "1") -> int:
    """How many there are."""
    with closing(sqlite3.connect(path)) as file:
        [count] = file.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
        return int(count)


def test_owners_are_found_before_and_after_they_are_sorted(store: SQLiteStore, path: Path) -> None:
    """A record is listed under its owner from its first moment, and notes do not pile up."""
    for n in range(MANY):
        store.create(f"k{n}", record(owner=f"o{n % 2}"))
        assert len(store.owned(f"o{n % 2}", now=NOW)) == n // 2 + 1
    assert 0 < rows(path, "fresh") < 256
    assert rows(path, "owners") >= 256


@pytest.mark.parametrize("others", [0, MANY])
def test_a_deleted_record_leaves_no_note_of_its_owner(
    store: SQLiteStore, path: Path, others: int
) -> None:
    """After a log-out the file does not say who it was, sorted or not."""
    store.create("k", record(owner="anna"))
    for n in range(others):
        store.create(f"k{n}", record())
    store.delete("k")
    assert rows(path, "fresh", "owner IS NOT NULL") == rows(path, "owners") == 0


@pytest.mark.parametrize("end", ["delete", "trace", "rotate"])
@pytest.mark.parametrize("before", [0, MANY])
@pytest.mark.parametrize("after", [0, MANY])
def test_a_key_that_is_used_again_leaves_no_note_of_its_owner(
    store: SQLiteStore, path: Path, before: int, after: int, end: str
) -> None:
    """Nor does what took the place of a record of the same owner that had ended, sorted or not."""
    store.create("k", record(owner="anna", life=1))
    for n in range(before):
        store.create(f"b{n}", record())
    assert store.create("k", record(now=NOW + 2, owner="anna"))
    for n in range(after):
        store.create(f"a{n}", record())
    assert list(store.owned("anna", now=NOW + 2)) == ["k"]
    if end == "trace":
        trace = record(now=NOW + 2)._replace(retired=True)
        assert store.delete_leaving("k", trace) is State.LIVE
    elif end == "rotate":
        store.rotate("k", "new", Changes(), now=NOW + 2, grace=9)
        assert store.delete("new")
    else:
        assert store.delete("k")
    assert rows(path, "fresh", "owner IS NOT NULL") == rows(path, "owners") == 0


def test_a_record_changes_its_owner(store: SQLiteStore, path: Path) -> None:
    """Who has lost a record neither lists nor ends it."""
    store.create("k", record(owner="anna"))
    for owner in ("boris", "", "anna"):
        store.save("k", Changes(owner=owner), now=NOW)
        assert list(store.owned("boris", now=NOW)) == (["k"] if owner == "boris" else [])
        assert store.delete_owned("anna" if owner != "anna" else "boris") == 0
    assert list(store.owned("anna", now=NOW)) == ["k"]


def test_a_record_that_lives_longer_is_purged_at_its_new_end(store: SQLiteStore) -> None:
    """The note of a record's first end drops nothing that has been used since, and is moved."""
    store.create("k", record())
    store.save("k", Changes(expires=NOW + 2 * LIFE), now=NOW)
    assert store.purge(now=LATER) == 1, "the note counts"
    assert store.purge(now=LATER) == 0
    assert store.stats(now=NOW)["records"] == 1
    assert store.purge(now=LATER + LIFE) == 1
    assert store.stats(now=NOW)["records"] == 0


def test_a_record_that_lives_shorter_is_purged_at_its_new_end(store: SQLiteStore) -> None:
    """An end that came nearer is noted."""
    store.create("k", record())
    store.save("k", Changes(expires=NOW + 5), now=NOW)
    assert store.purge(now=NOW + 5 + PURGE_GRACE) == 1


def test_a_record_without_end_is_never_purged(store: SQLiteStore) -> None:
    """What does not end has no note, and is there for ever; also if it got that later."""
    store.create("k", record(life=float("inf")))
    store.create("then", record())
    store.save("then", Changes(expires=float("inf")), now=NOW)
    assert store.purge(now=1e300) == 1, "the note of the end that one had"
    assert store.purge(now=1e300) == 0
    assert store.stats(now=1e300)["records"] == 2


def test_a_long_queue_is_purged_in_steps(store: SQLiteStore) -> None:
    """However many messages of a queue have ended, a step drops no more than it may."""
    store.put("q", [message(b"%d" % n) for n in range(12)], now=NOW)
    assert [store.purge(now=LATER, limit=5) for _ in range(4)] == [5, 5, 2, 0]


def test_notes_of_what_is_gone_do_not_end_a_purge(store: SQLiteStore) -> None:
    """A purge that says 0 has left nothing, though hundreds of notes were of delivered messages;
    and each of its calls is bounded, whatever it finds."""
    for n in range(MANY):
        store.put(f"q{n}", [message(b"1", life=1)], now=NOW)
        store.claim(f"q{n}", "c", now=NOW, until=NOW + 1)
        store.confirm("c")
    store.create("k", record())
    calls = 0
    while some := store.purge(now=LATER, limit=50):
        assert some <= 50
        calls += 1
    assert calls == MANY // 50 + 1
    assert store.stats(now=LATER)["expired"] == 0


def test_a_claim_can_be_ended_by_another_process(
    store: SQLiteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does not know what a claim is over finds it: elsewhere, or after too many claims."""
    monkeypatch.setattr(queues, "_MOST_CLAIMS", 2)
    other = SQLiteStore(path)
    for n in range(5):
        store.put(f"q{n}", [message(b"1")], now=NOW)
        store.claim(f"q{n}", f"c{n}", now=NOW, until=NOW + 10)
    for n in range(5):
        (other if n % 2 else store).confirm(f"c{n}")
    assert rows(path, "messages") == 0
    other.close()


def test_a_record_with_a_message_is_noted(store: SQLiteStore, path: Path) -> None:
    """What is made by one statement has an owner and ends, as what is made by two, and its notes
    do not pile up."""
    for n in range(MANY):
        assert store.create_with(f"k{n}", record(owner=f"o{n % 2}"), f"q{n}", [message(b"%d" % n)])
    assert len(store.owned("o0", now=NOW)) == len(store.owned("o1", now=NOW)) == MANY // 2
    assert rows(path, "fresh") < 2 * 256 < rows(path, "fresh") + rows(path, "later")
    assert store.purge(now=LATER, limit=10_000) >= 2 * MANY
    assert rows(path, "records") == rows(path, "messages") == rows(path, "owners") == 0


@pytest.mark.parametrize("lives", [(LIFE, float("inf")), (float("inf"), LIFE)])
def test_a_record_or_message_without_end_is_not_noted(
    store: SQLiteStore, path: Path, lives: tuple[float, float]
) -> None:
    """Of a record and its message, one that does not end is there for ever."""
    made, waits = record(life=lives[0]), message(b"1", life=lives[1])
    assert store.create_with("k", made, "q", [waits])
    assert store.purge(now=1e300) == 1
    left = rows(path, "records"), rows(path, "messages")
    assert left == tuple(int(life > LIFE) for life in lives)


def test_a_message_with_a_record_goes_behind_what_waits(store: SQLiteStore) -> None:
    """A queue that is not empty is no harm: the message is its last one."""
    store.put("q", [message(b"1"), message(b"2")], now=NOW)
    assert store.create_with("k", record(), "q", [message(b"3")])
    taken = store.claim("q", "c", now=NOW, until=NOW + 9)
    assert [one.value for one in taken] == [b"1", b"2", b"3"]
