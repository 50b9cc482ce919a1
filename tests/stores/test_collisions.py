"""Keys with one number in a file of SQLite: one of them is taken, and neither meets the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kolba.stores import PURGE_GRACE, Changes, Record, State
from kolba.stores.sqlite import SQLiteStore, records
from kolba.stores.sqlite.digests import digest_of, number_of
from tests.fuzz import examples
from tests.stores import test_machine
from tests.stores.collisions import pair
from tests.stores.conftest import opened
from tests.stores.model import Kept, Model
from tests.stores.shelf import LIFE, NOW, message, record

FIRST, SECOND = pair()
END = NOW + LIFE


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    yield from opened(path)


def test_names_of_one_moment_lie_together() -> None:
    """Numbers and digests follow the time, and are within SQLite's integers until 2106."""
    early, late = "0000000000-0ff", "ffffffffff-fff"
    assert 0 <= number_of(f"{early}fff") < 2**23 < number_of(FIRST)
    assert number_of(FIRST) < number_of(f"{late}fff") == 2**63 - 1
    assert digest_of(f"flash:{early}")[:5] == bytes(5) and len(digest_of(f"flash:{late}")) == 16
    assert digest_of(f"flash:{early}") < digest_of(f"form:{FIRST}") < digest_of(f"flash:{late}")
    assert number_of(FIRST) == number_of(SECOND)
    assert digest_of(f"flash:{FIRST}") != digest_of(f"flash:{SECOND}")


@pytest.mark.parametrize("key", ["k", "0" * 64, "000000000g-012345", "00000000000-012345", "-"])
def test_names_without_a_time_are_spread(key: str) -> None:
    """A name of any other shape has the digest that it always had."""
    from hashlib import blake2b

    whole = blake2b(key.encode(), digest_size=8).digest()
    assert number_of(key) == int.from_bytes(whole, "big", signed=True)
    assert digest_of(key) == blake2b(key.encode(), digest_size=16).digest()


def test_the_number_of_another_is_taken(store: SQLiteStore) -> None:
    """Create says so, alone or with messages, and has done nothing."""
    assert store.create(FIRST, record(a=b"1", owner="ann"))
    assert not store.create(SECOND, record(a=b"2", owner="bob"))
    for queue in ("q", "flash:0000000000-q"):
        assert not store.create_with(SECOND, record(owner="bob"), queue, [message(b"hello")])
        assert not store.claim(queue, "c", now=NOW, until=NOW + 9)
    assert store.load(FIRST, now=NOW) == record(a=b"1", owner="ann")
    assert store.load(SECOND, now=NOW) is None
    assert not store.owned("bob", now=NOW)


def test_who_is_not_there_touches_nobody(store: SQLiteStore) -> None:
    """Save, rotate and the deletes of a key whose number is another's do nothing to that."""
    store.create("old", record(a=b"1", owner="ann"))
    store.rotate("old", FIRST, Changes(), now=NOW, grace=60)
    held = store.load(FIRST, now=NOW)
    assert store.save(SECOND, Changes(set={"a": b"2"}), now=NOW).state is State.GONE
    assert store.rotate(SECOND, "new", Changes(), now=NOW, grace=0).state is State.GONE
    assert not store.delete(SECOND)
    assert store.delete_leaving(SECOND, record()._replace(retired=True)) is State.GONE
    assert store.load(FIRST, now=NOW) == held is not None
    assert store.load("old", now=NOW).retired, "nor to what was rotated into it"
    assert list(store.owned("ann", now=NOW)) == [FIRST]


@pytest.mark.parametrize("old", [FIRST, "third"])
@pytest.mark.parametrize("grace", [0, 60])
def test_nothing_is_rotated_onto_another(store: SQLiteStore, old: str, grace: float) -> None:
    """Rotate says that the number is taken, also if it is that of the old key itself."""
    store.create(FIRST, record(a=b"1"))
    store.create("third", record(a=b"3"))
    with pytest.raises(ValueError, match="taken"):
        store.rotate(old, SECOND, Changes(set={"a": b"2"}), now=NOW, grace=grace)
    assert store.load(FIRST, now=NOW) == record(a=b"1")
    assert store.load("third", now=NOW) == record(a=b"3")


@pytest.mark.parametrize("verb", ["create", "create_with", "rotate"])
def test_who_has_ended_takes_no_number(store: SQLiteStore, verb: str) -> None:
    """What takes the place of what has expired is all its own: no note, owner or old id of that
    one leads to it."""
    store.create("old", record(owner="ann", life=3 * LIFE))
    store.rotate("old", FIRST, Changes(), now=NOW, grace=2 * LIFE)
    store.save(FIRST, Changes(expires=END), now=NOW)
    made = record(now=END, b=b"2", life=2 * PURGE_GRACE)
    if verb == "create":
        assert store.create(SECOND, made)
    elif verb == "create_with":
        assert store.create_with(SECOND, made, "flash:0000000000-q", [message(b"1", life=1e6)])
        assert store.claim("flash:0000000000-q", "c", now=END, until=END + 9)
    else:
        store.create("third", made)
        store.rotate("third", SECOND, Changes(), now=END, grace=0)
    assert store.load(FIRST, now=NOW) is None
    assert not store.owned("ann", now=END) and not store.delete(FIRST)
    assert store.load("old", now=END).retired
    assert store.purge(now=END + PURGE_GRACE) >= 1, "the note of the one that has ended"
    assert store.load(SECOND, now=END) == made
    assert store.delete(SECOND)
    assert store.load("old", now=END).retired
    assert store.delete_owned("ann") == 0


def test_what_another_process_knows_is_not_saved_over_another(path: Path) -> None:
    """A process that knows a record saves nothing once another has its number."""
    here, there = SQLiteStore(path), SQLiteStore(path)
    here.create(FIRST, record(a=b"1"))
    here.load(FIRST, now=NOW)
    assert there.delete(FIRST)
    assert there.create(SECOND, record(a=b"2"))
    assert here.load(FIRST, now=NOW) is None
    assert here.save(FIRST, Changes(set={"a": b"3"}), now=NOW).state is State.GONE
    assert here.load(SECOND, now=NOW) == there.load(SECOND, now=NOW) == record(a=b"2")
    here.close()
    there.close()


NUMBERS = {"a": 1, "b": 1, "c": 2}


@dataclass
class Crowded(Model):
    """The model, if some keys have one number."""

    def _take(self, key: str, now: float) -> bool:
        others = [k for k in self.records if k != key and NUMBERS[k] == NUMBERS[key]]
        if any(self.load(k, now) for k in (key, *others)):
            return False
        for other in others:
            del self.records[other]
            for kept in self.records.values():
                if kept.successor == other:
                    kept.successor = None
        return True

    def create(self, key: str, record: Record) -> bool:
        if not self._take(key, record.created):
            return False
        self.records[key] = Kept(record)
        return True

    def rotate(
        self, old: str, new: str, changes: Changes, now: float, grace: float
    ) -> tuple[State, dict[str, int]]:
        if self.state(old, now) is State.LIVE and not self._take(new, now):
            raise ValueError
        return super().rotate(old, new, changes, now, grace)


class CrowdedRecords(test_machine.RecordsMachine):
    """Records, two keys of which have one number."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Crowded()


def test_any_order_of_verbs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done in whatever order, keys with one number are kept apart."""
    monkeypatch.setattr(records, "number_of", NUMBERS.__getitem__)
    names = iter(range(10**9))
    test_machine.run(
        CrowdedRecords,
        lambda: SQLiteStore(path.with_name(f"{next(names)}.sqlite3")),
        examples(2 * test_machine.EXAMPLES),
    )
