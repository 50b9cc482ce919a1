"""What a process knows without a look at the file: never anything but what is there."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from kolba.stores import PURGE_GRACE, Changes, State, StoreDown
from kolba.stores.sqlite import SQLiteStore, kept, queues, transactions
from kolba.stores.sqlite.digests import number_of
from kolba.stores.sqlite.kept import Kept
from kolba.stores.sqlite.records import _load
from kolba.stores.sqlite.stamps import Stamps
from tests.stores import crowd
from tests.stores.conftest import opened
from tests.stores.shelf import NOW, message, record

Write = Callable[[SQLiteStore], object]
DARK = Changes(set={"theme": b'"dark"'})


@pytest.fixture
def ours(path: Path) -> Iterator[SQLiteStore]:
    """A store that knows a record, and an empty queue."""
    for store in opened(path):
        store.create("k", record(owner="anna", theme=b'"light"'))
        assert store.load("k", now=NOW) is not None
        for _ in range(2):
            assert store.claim("q", "c", now=NOW, until=NOW + 9) == []
        yield store


@pytest.fixture
def theirs(ours: SQLiteStore, path: Path) -> Iterator[SQLiteStore]:
    """Another at the same file."""
    yield from opened(path)


def known(store: SQLiteStore) -> Kept:
    """What a store knows."""
    found = store._database.kept
    assert found is not None
    return found


def test_what_was_read_or_written_is_known(ours: SQLiteStore, theirs: SQLiteStore) -> None:
    """A record is known to who made it, saved it, or has read it, and so is an empty queue."""
    assert known(ours).record("k", NOW) is not None
    assert ours.is_idle("q")
    theirs.load("other", now=NOW)
    theirs.load("k", now=NOW)
    assert known(theirs).record("k", NOW) == ours.load("k", now=NOW)
    ours.save("k", DARK, now=NOW)
    assert known(theirs).record("k", NOW) is None
    found = known(ours).record("k", NOW)
    assert found is not None
    assert found.fields["theme"] == b'"dark"'
    assert found == ours._database.read(_load, "k", NOW)


def rotated(store: SQLiteStore) -> None:
    """Move the record."""
    store.rotate("k", "new", Changes(), now=NOW, grace=10)


def made_anew(store: SQLiteStore) -> None:
    """End the record, and make another with its key."""
    store.delete("k")
    store.create("k", record(theme=b'"new"'))


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.save("k", DARK, now=NOW),
        lambda store: store.save("k", Changes(expires=NOW), now=NOW),
        lambda store: store.delete("k"),
        lambda store: store.delete_owned("anna"),
        lambda store: store.create("k", record(now=NOW + 10 * PURGE_GRACE)),
        rotated,
        made_anew,
    ],
    ids=["save", "expire", "delete", "delete_owned", "create", "rotate", "again"],
)
def test_what_others_change_is_seen(ours: SQLiteStore, theirs: SQLiteStore, write: Write) -> None:
    """After any verb of another process a record is what the file says."""
    write(theirs)
    assert ours.load("k", now=NOW) == ours._database.read(_load, "k", NOW)


def test_a_message_of_another_process_is_seen(ours: SQLiteStore, theirs: SQLiteStore) -> None:
    """A queue that was known to be empty is not, once anybody has put something there."""
    theirs.put("q", [message(b"1")], now=NOW)
    assert not ours.is_idle("q")
    assert [m.value for m in ours.claim("q", "c", now=NOW, until=NOW + 9)] == [b"1"]


def test_a_queue_with_messages_for_others_is_not_known_to_be_empty(ours: SQLiteStore) -> None:
    """What waits for another page, or under a lease, comes to be free without a write."""
    ours.put("q", [message(b"1", target="/a", open_at=NOW + 10)], now=NOW)
    assert ours.claim("q", "c", now=NOW, until=NOW + 20, target="/b") == []
    assert not ours.is_idle("q")
    assert len(ours.claim("q", "c", now=NOW + 10, until=NOW + 20, target="/b")) == 1
    assert ours.claim("q", "d", now=NOW + 10, until=NOW + 30) == []
    assert not ours.is_idle("q")
    assert len(ours.claim("q", "d", now=NOW + 20, until=NOW + 30)) == 1


def test_what_was_put_here_is_claimed_at_once(ours: SQLiteStore) -> None:
    """Who has put a message somewhere does not look whether there is one; others, and later, do."""
    said: list[str] = []
    link = ours._database._links.take()
    link.connection.set_trace_callback(said.append)
    ours._database._links.give_back(link)
    ours.put("q", [message(b"1", target="/a", open_at=NOW + 10)], now=NOW)
    said.clear()
    assert len(ours.claim("q", "c", now=NOW, until=NOW + 9, target="/a")) == 1
    assert [line for line in said if "SELECT" in line] == said[1:2]
    ours.release("c")
    said.clear()
    assert ours.claim("q", "c", now=NOW, until=NOW + 9, target="/b") == []
    assert "BEGIN IMMEDIATE" not in said


def taken(store: SQLiteStore, **options: Any) -> list[bytes]:
    """What a claim gets."""
    return [m.value for m in store.claim("q", "c", now=NOW, until=NOW + 9, **options)]


def test_a_queue_whose_last_message_was_delivered_is_known_to_be_empty(
    ours: SQLiteStore, theirs: SQLiteStore
) -> None:
    """Who confirms the last of a queue knows that, until another process puts something there."""
    ours.put("q", [message(b"1")], now=NOW)
    assert taken(ours) == [b"1"]
    assert not ours.is_idle("q")
    ours.confirm("c")
    assert ours.is_idle("q")
    theirs.put("q", [message(b"2")], now=NOW)
    assert not ours.is_idle("q")
    assert taken(ours) == [b"2"]


def test_a_queue_of_which_one_was_delivered_may_hold_more(
    ours: SQLiteStore, theirs: SQLiteStore
) -> None:
    """What is for another page, under another lease, or came after the claim, is not forgotten."""
    ours.put("q", [message(b"1"), message(b"2", target="/a", open_at=NOW + 99)], now=NOW)
    assert taken(ours, target="/b") == [b"1"]
    ours.confirm("c")
    assert not ours.is_idle("q")
    assert len(theirs.claim("q", "theirs", now=NOW, until=NOW + 9, target="/a")) == 1
    ours.put("q", [message(b"3")], now=NOW)
    assert taken(ours) == [b"3"]
    ours.confirm("c")
    assert not ours.is_idle("q"), "another lease may give it back"
    ours.put("q", [message(b"4")], now=NOW)
    assert taken(ours) == [b"4"]
    theirs.put("q", [message(b"5")], now=NOW)
    ours.confirm("c")
    assert not ours.is_idle("q")
    assert taken(ours) == [b"5"]
    ours.release("c")
    assert not ours.is_idle("q")


def test_a_message_that_is_on_its_way_while_the_last_is_delivered(
    ours: SQLiteStore, theirs: SQLiteStore
) -> None:
    """Whoever may be putting something there just now, or has died at that, leaves it unknown."""
    ours.put("q", [message(b"1")], now=NOW)
    assert taken(ours) == [b"1"]
    known(warm(theirs)).stamps.begin((queues.number_of("q"),))
    ours.confirm("c")
    assert not ours.is_idle("q")


def test_a_message_that_comes_as_the_last_has_been_delivered(
    ours: SQLiteStore, theirs: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is put between the commit of a confirmation and the note of it is seen."""
    ours.put("q", [message(b"1")], now=NOW)
    assert taken(ours) == [b"1"]
    real = transactions._commit

    def commit(link: Any, batch: Any) -> None:
        real(link, batch)
        monkeypatch.undo()
        theirs.put("q", [message(b"2")], now=NOW)

    monkeypatch.setattr(transactions, "_commit", commit)
    ours.confirm("c")
    assert not ours.is_idle("q")
    assert taken(ours) == [b"2"]


def test_a_confirmation_that_failed_leaves_nothing_known(
    ours: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found empty in a transaction that was not committed is not."""
    ours.put("q", [message(b"1")], now=NOW)
    assert taken(ours) == [b"1"]

    def fail(link: object, batch: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(transactions, "_commit", fail)
        ours.confirm("c")
    assert not ours.is_idle("q")
    ours.release("c")
    assert taken(ours) == [b"1"]


@pytest.mark.slow
def test_what_was_put_is_seen_by_who_confirms(path: Path) -> None:
    """A process that confirms the last message again and again never misses another's put."""
    store = SQLiteStore(path)
    store.check()
    said, left = crowd.CONTEXT.Value("i", 0), crowd.CONTEXT.Value("i", 1)
    crowd.run(crowd.deliver_what_is_put, f"sqlite:///{path}", 2, 1500, said, left)
    assert said.value > 0
    store.close()


def test_what_was_put_here_and_taken_elsewhere(ours: SQLiteStore, theirs: SQLiteStore) -> None:
    """Who finds nothing where it has put something gets nothing, and knows that in the end."""
    ours.put("q", [message(b"1")], now=NOW)
    assert len(theirs.claim("q", "theirs", now=NOW, until=NOW + 9)) == 1
    theirs.confirm("theirs")
    assert ours.claim("q", "c", now=NOW, until=NOW + 9) == []
    assert ours.claim("q", "c", now=NOW, until=NOW + 9) == []
    assert ours.is_idle("q")


def test_what_was_put_somewhere_is_bounded(
    ours: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process does not remember for ever where it has put things."""
    monkeypatch.setattr(queues, "_MOST_PUT", 3)
    for n in range(10):
        ours.put(f"q{n}", [message(b"1")], now=NOW)
        assert len(ours._put_here) <= 3
    for n in range(10):
        assert len(ours.claim(f"q{n}", "c", now=NOW, until=NOW + 9)) == 1


def test_a_read_that_was_overtaken_is_not_kept(ours: SQLiteStore, theirs: SQLiteStore) -> None:
    """What was read before a change, and is put by after it, is not known."""
    own = known(ours)
    stamp = own.stamps.settled(number_of("k"))
    read = ours._database.read(_load, "k", NOW)
    assert read is not None
    theirs.save("k", DARK, now=NOW)
    own.keep_record("k", number_of("k"), stamp, read)
    assert own.record("k", NOW) is None


def test_while_a_change_is_on_its_way_nothing_is_kept(
    ours: SQLiteStore, theirs: SQLiteStore
) -> None:
    """Between the beginning and the end of a change, reads ask the file, and stay unknown."""
    numbers = (number_of("k"),)
    stamp = known(warm(theirs)).stamps.begin(numbers)
    assert ours.load("k", now=NOW) is not None
    assert known(ours).record("k", NOW) is None
    known(theirs).stamps.end(numbers, stamp)
    assert ours.load("k", now=NOW) is not None
    assert known(ours).record("k", NOW) is not None


def warm(store: SQLiteStore) -> SQLiteStore:
    """A store that has opened its file."""
    store.load("k", now=NOW)
    return store


def _die_in_a_save(path: Path, verb: str) -> None:
    """Save, and be killed before or after the commit."""

    def die(*args: Any) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    if verb == "end":  # the commit has happened
        Stamps.end = die  # type: ignore[method-assign, assignment]
        SQLiteStore(path).save("k", DARK, now=NOW)
    begin = Stamps.begin
    Stamps.begin = lambda self, numbers: begin(self, numbers) and die()  # type: ignore[method-assign]
    SQLiteStore(path).save("k", DARK, now=NOW)


@pytest.mark.slow
@pytest.mark.parametrize(("verb", "theme"), [("begin", b'"light"'), ("end", b'"dark"')])
def test_a_writer_that_is_killed_hides_nothing(
    ours: SQLiteStore, path: Path, verb: str, theme: bytes
) -> None:
    """Killed before or after its commit, a writer leaves what the file says, and others as sure."""
    child = multiprocessing.get_context("spawn").Process(target=_die_in_a_save, args=(path, verb))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    for _ in range(2):
        found = ours.load("k", now=NOW)
        assert found is not None
        assert found.fields["theme"] == theme
        assert known(ours).record("k", NOW) is None
    ours.save("k", Changes(set={"theme": b'"blue"'}), now=NOW)
    found = known(ours).record("k", NOW)
    assert found is not None
    assert found.fields["theme"] == b'"blue"'


@pytest.mark.slow
def test_what_was_acknowledged_is_read(path: Path) -> None:
    """What a process was told to be saved, or put, every other process reads from then on."""
    store = SQLiteStore(path)
    store.create("k", record(turn=b"0"))
    said, left = crowd.CONTEXT.Value("i", 0), crowd.CONTEXT.Value("i", 2)
    crowd.run(crowd.see_what_is_acknowledged, f"sqlite:///{path}", 3, 400, said, left)
    assert said.value > 0
    store.close()


def test_a_child_draws_stamps_of_its_own(ours: SQLiteStore) -> None:
    """A forked process never says that it changed something by a stamp that its parent draws."""
    stamps, (ear, mouth) = known(ours).stamps, os.pipe()
    child = os.fork()
    if not child:
        os.write(mouth, b",".join(b"%d" % stamps.begin(()) for _ in range(9)))
        os._exit(0)
    drawn = {stamps.begin(()) for _ in range(9)}
    os.waitpid(child, 0)
    theirs = {int(stamp) for stamp in os.read(ear, 1000).split(b",")}
    os.close(ear)
    os.close(mouth)
    assert len(drawn) == len(theirs) == 9
    assert not drawn & theirs


def test_stamps_that_were_removed_are_made_again(
    ours: SQLiteStore, theirs: SQLiteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's `rm` of the stamps is noticed within a second; then all agree again."""
    theirs.load("k", now=NOW)
    path.with_name("s.sqlite3-stamps").unlink()
    for store in (ours, theirs):
        known(store).until = 0.0  # a second later
    theirs.save("k", DARK, now=NOW)
    found = ours.load("k", now=NOW)
    assert found is not None
    assert found.fields["theme"] == b'"dark"'
    assert ours.load("k", now=NOW) == found
    theirs.save("k", Changes(set={"theme": b"1"}), now=NOW)
    found = ours.load("k", now=NOW)
    assert found is not None
    assert found.fields["theme"] == b"1"


def test_the_stamps_are_the_owners_alone(ours: SQLiteStore, path: Path) -> None:
    """The file of stamps is as private as the state file, and has its whole size."""
    found = path.with_name("s.sqlite3-stamps").stat()
    assert found.st_mode & 0o777 == 0o600
    assert found.st_size == 16 * 1024


def test_without_stamps_nothing_is_written(path: Path) -> None:
    """Who cannot say that something changes must not change it: others would not see it."""
    path.with_name("s.sqlite3-stamps").mkdir()
    store = SQLiteStore(path)
    with pytest.raises(StoreDown, match="stamps"):
        store.create("k", record())
    assert store.load("k", now=NOW) is None
    store.close()


def test_a_short_file_of_stamps_is_filled(ours: SQLiteStore, path: Path) -> None:
    """A process that was killed while it made the stamps leaves no file that others stumble on."""
    short = path.with_name("other-stamps")
    short.write_bytes(b"123")
    stamps = Stamps(str(short))
    assert stamps.settled(1) == 0
    assert short.stat().st_size == 16 * 1024


def test_a_row_that_was_deleted_by_hand_is_not_saved(ours: SQLiteStore, path: Path) -> None:
    """A save of what somebody has deleted in SQL is GONE, and revives nothing."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM records")
    assert ours.save("k", DARK, now=NOW).state is State.GONE
    assert ours.load("k", now=NOW) is None


def test_what_is_known_grows_old(ours: SQLiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute, and after a second without a look at the path, the file is asked again."""
    clock = monotonic() + 1.5
    monkeypatch.setattr(kept, "monotonic", lambda: clock)
    assert known(ours).record("k", NOW) is None
    known(ours).until = clock + 1000
    assert known(ours).record("k", NOW) is not None
    clock += kept.AGE
    assert known(ours).record("k", NOW) is None


def test_what_is_known_is_bounded(ours: SQLiteStore) -> None:
    """Neither many records nor large ones fill a process's memory."""
    for i in range(1500):
        ours.load(f"n{i}", now=NOW)
        known(ours).keep_record(f"n{i}", i, b"12345678", record())
    assert len(known(ours)._records) <= 1024
    ours.create("large", record(x=b"1" * 5000))
    ours.load("large", now=NOW)
    assert known(ours).record("large", NOW) is None
