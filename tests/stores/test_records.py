"""Records: what every store promises of load, create, save, rotate, delete and listing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kolba.stores import Changes, State, Store, Together, WrongField
from tests.stores.conftest import KINDS, fresh
from tests.stores.shelf import LIFE, NOW, record


def test_what_was_created_is_loaded(store: Store) -> None:
    """A created record is loaded equal in every part."""
    made = record(a=b"1", b=b'"\xd0\xbf"', owner="ann")._replace(about=b"device")
    assert store.create("k", made)
    assert store.load("k", now=NOW) == made


def test_names_and_values_are_any_text_and_bytes(store: Store) -> None:
    """Names with NULs, Cyrillic or lone surrogates, and values of any bytes come back."""
    fields = {"": b"", "a\nb": b"\x00\xff", "q\"'": b"\n", "имя": bytes(range(256)), "\x00": b"x"}
    fields["\ud800"] = b"no UTF-8"
    key = "k\x00\n'\"ключ"
    assert store.create(key, record()._replace(fields=fields))
    loaded = store.load(key, now=NOW)
    assert loaded is not None
    assert dict(loaded.fields) == fields
    changes = Changes(add={"\udfff": 1}, delete=frozenset({"\ud800"}))
    assert store.save(key, changes, now=NOW).sums == {"\udfff": 1}
    loaded = store.load(key, now=NOW)
    assert loaded is not None
    assert loaded.fields.keys() - fields.keys() == {"\udfff"}
    assert fields.keys() - loaded.fields.keys() == {"\ud800"}


def test_unknown_is_none(store: Store) -> None:
    """A key that nobody created loads as None, and loading it makes nothing."""
    assert store.load("k", now=NOW) is None
    assert store.create("k", record())


def test_a_taken_key_is_refused(store: Store) -> None:
    """A second create of a key changes nothing and says False."""
    assert store.create("k", record(a=b"1"))
    assert not store.create("k", record(a=b"2"))
    assert store.load("k", now=NOW).fields == {"a": b"1"}


def test_expired_is_gone(store: Store) -> None:
    """From `expires` on a record is neither loaded nor saved nor in the way of a new one."""
    store.create("k", record(a=b"1"))
    end = NOW + LIFE
    assert store.load("k", now=end - 0.5) is not None
    assert store.load("k", now=end) is None
    assert store.save("k", Changes(set={"a": b"2"}), now=end).state is State.GONE
    assert store.rotate("k", "n", Changes(), now=end, grace=5).state is State.GONE
    assert store.create("k", record(now=end, b=b"3"))
    assert store.load("k", now=end).fields == {"b": b"3"}


def test_save_merges(store: Store) -> None:
    """A save touches the fields that it names and no other."""
    store.create("k", record(a=b"1", b=b"2", c=b"3"))
    assert (
        store.save(
            "k", Changes(set={"a": b"9", "d": b"4"}, delete=frozenset({"c", "x"})), now=NOW
        ).state
        is State.LIVE
    )
    assert store.load("k", now=NOW).fields == {"a": b"9", "b": b"2", "d": b"4"}


def test_save_moves_what_it_is_told(store: Store) -> None:
    """`seen`, `expires` and `owner` move when given, and stay when not."""
    store.create("k", record(owner="ann"))
    store.save("k", Changes(seen=NOW + 60, expires=NOW + 9000), now=NOW)
    loaded = store.load("k", now=NOW)
    assert (loaded.created, loaded.seen, loaded.expires, loaded.owner) == (
        NOW,
        NOW + 60,
        NOW + 9000,
        "ann",
    )
    store.save("k", Changes(seen=NOW + 120), now=NOW)
    assert store.load("k", now=NOW)[:4] == loaded._replace(seen=NOW + 120)[:4]
    store.save("k", Changes(owner="bob"), now=NOW)
    assert store.load("k", now=NOW).owner == "bob"
    store.save("k", Changes(owner=""), now=NOW)
    assert store.load("k", now=NOW).owner is None


def test_save_never_creates(store: Store) -> None:
    """A save of an unknown or deleted key says GONE, and the key stays unknown."""
    assert store.save("k", Changes(set={"a": b"1"}), now=NOW).state is State.GONE
    store.create("k", record(a=b"1"))
    assert store.delete("k")
    assert store.save("k", Changes(set={"a": b"1"}, add={"n": 1}), now=NOW).state is State.GONE
    assert store.load("k", now=NOW) is None
    assert not store.delete("k")


def test_increments(store: Store) -> None:
    """Sums are returned and stored as decimals; a missing field counts as 0."""
    store.create("k", record(n=b"41", m=b"-3"))
    outcome = store.save("k", Changes(add={"n": 1, "m": -4, "new": 7}), now=NOW)
    assert outcome.state is State.LIVE
    assert dict(outcome.sums) == {"n": 42, "m": -7, "new": 7}
    assert store.load("k", now=NOW).fields == {"n": b"42", "m": b"-7", "new": b"7"}


@pytest.mark.parametrize(
    "held", [b'"1"', b"1.5", b"true", b"null", b"[]", b"9223372036854775807", b"", b"-", b"1e3"]
)
def test_an_increment_that_does_not_fit(store: Store, held: bytes) -> None:
    """An increment of no integer, or past 64 bits, raises, and nothing of the save is done."""
    store.create("k", record(n=held))
    with pytest.raises(WrongField, match="increment 'n'"):
        store.save("k", Changes(set={"a": b"1"}, add={"ok": 1, "n": 1}, seen=NOW + 5), now=NOW)
    assert store.load("k", now=NOW) == record(n=held)


def test_large_sums_are_exact(store: Store) -> None:
    """Sums are exact up to 64 bits, where floats are not."""
    store.create("k", record(n=b"9007199254740993", low=b"-9223372036854775807"))
    assert dict(store.save("k", Changes(add={"n": 2, "low": -1}), now=NOW).sums) == {
        "n": 9007199254740995,
        "low": -9223372036854775808,
    }


def test_appends(store: Store) -> None:
    """Elements go to the end of a JSON array, in order; a missing field counts as []."""
    store.create("k", record(a=b"[1]", e=b"[]"))
    store.save(
        "k",
        Changes(append={"a": [b'"x"', b"[2]"], "e": [b"0"], "new": [b"1", b"2"], "none": []}),
        now=NOW,
    )
    assert store.load("k", now=NOW).fields == {
        "a": b'[1,"x",[2]]',
        "e": b"[0]",
        "new": b"[1,2]",
        "none": b"[]",
    }


@pytest.mark.parametrize("held", [b'"[1]"', b"1", b"null", b'{" tuple":[1]}', b""])
def test_an_append_that_does_not_fit(store: Store, held: bytes) -> None:
    """An append to what is no list raises, and nothing of the save is done."""
    store.create("k", record(a=held))
    with pytest.raises(WrongField, match="append 'a'"):
        store.save("k", Changes(set={"b": b"1"}, append={"a": [b"1"]}), now=NOW)
    assert store.load("k", now=NOW) == record(a=held)


def test_the_order_within_a_save(store: Store) -> None:
    """Deletions come first, then sets, then sums and appends."""
    store.create("k", record(n=b"5", a=b"[1]"))
    changes = Changes(
        set={"a": b"[7]"}, delete=frozenset({"n", "a"}), add={"n": 1}, append={"a": [b"8"]}
    )
    assert dict(store.save("k", changes, now=NOW).sums) == {"n": 1}
    assert store.load("k", now=NOW).fields == {"n": b"1", "a": b"[7,8]"}


def test_rotation(store: Store) -> None:
    """Rotating moves the record with its changes; the old key keeps what it held, read-only."""
    store.create("old", record(a=b"1"))
    outcome = store.rotate(
        "old", "new", Changes(set={"user": b"7"}, owner="ann", add={"n": 2}), now=NOW + 9, grace=10
    )
    assert outcome.state is State.LIVE
    assert dict(outcome.sums) == {"n": 2}
    assert store.load("new", now=NOW) == record(a=b"1", user=b"7", n=b"2", owner="ann")
    old = store.load("old", now=NOW + 9)
    assert old == record(a=b"1")._replace(retired=True, expires=NOW + 19)
    assert store.save("old", Changes(set={"a": b"2"}), now=NOW + 9).state is State.RETIRED
    assert store.rotate("old", "x", Changes(), now=NOW + 9, grace=10).state is State.RETIRED
    assert store.load("old", now=NOW + 9) == old
    assert store.load("x", now=NOW) is None
    assert store.load("old", now=NOW + 19) is None
    assert store.save("old", Changes(), now=NOW + 19).state is State.GONE


def test_rotation_without_grace(store: Store) -> None:
    """With no grace the old key is unknown at once."""
    store.create("old", record(a=b"1"))
    assert store.rotate("old", "new", Changes(), now=NOW, grace=0).state is State.LIVE
    assert store.load("old", now=NOW) is None
    assert store.load("new", now=NOW) == record(a=b"1")


def test_grace_never_lengthens_a_life(store: Store) -> None:
    """A retired record ends no later than it would have."""
    store.create("old", record(life=5))
    store.rotate("old", "new", Changes(expires=NOW + 500), now=NOW, grace=10)
    assert store.load("old", now=NOW).expires == NOW + 5
    assert store.load("new", now=NOW).expires == NOW + 500


def test_rotation_needs_a_free_key_and_a_live_record(store: Store) -> None:
    """Rotating to a taken key raises, from an unknown one says GONE; neither does anything."""
    store.create("old", record(a=b"1"))
    store.create("new", record(b=b"2"))
    with pytest.raises(ValueError, match="taken"):
        store.rotate("old", "new", Changes(), now=NOW, grace=10)
    with pytest.raises(ValueError, match="taken"):
        store.rotate("old", "old", Changes(), now=NOW, grace=10)
    assert store.rotate("unknown", "new", Changes(), now=NOW, grace=10).state is State.GONE
    with pytest.raises(WrongField):
        store.rotate("old", "x", Changes(append={"a": [b"1"]}), now=NOW, grace=10)
    assert store.load("old", now=NOW) == record(a=b"1")
    assert store.load("new", now=NOW) == record(b=b"2")
    assert store.load("x", now=NOW) is None


def test_deleting_ends_what_was_rotated_into_it(store: Store) -> None:
    """After a delete no key that led to the record answers: not in one step, not in two."""
    store.create("a", record())
    store.rotate("a", "b", Changes(), now=NOW, grace=10)
    store.rotate("b", "c", Changes(), now=NOW, grace=10)
    assert store.load("a", now=NOW) is not None
    assert store.delete("c")
    assert [store.load(key, now=NOW) for key in "abc"] == [None, None, None]


@pytest.mark.parametrize("kind", KINDS)
def test_an_end_that_leaves_a_trace(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The trace answers under the key alone, can be neither saved nor listed, and ends in time."""
    store: Any = fresh(kind, request, tmp_path)
    assert isinstance(store, Together)
    store.create("a", record(owner="ann", a=b"1"))
    store.rotate("a", "b", Changes(), now=NOW, grace=60)
    trace = record(life=10)._replace(retired=True)
    assert store.delete_leaving("a", trace) is State.RETIRED, "what moved on is left alone"
    assert store.load("a", now=NOW).fields == {"a": b"1"}
    assert store.delete_leaving("b", trace) is State.LIVE
    assert (store.load("a", now=NOW), store.load("b", now=NOW)) == (None, trace)
    assert store.save("b", Changes(set={"a": b"2"}), now=NOW).state is State.RETIRED
    assert store.owned("ann", now=NOW) == {}
    assert store.load("b", now=NOW + 10) is None
    assert store.delete_leaving("b", trace) is State.RETIRED
    assert store.delete_leaving("unknown", trace) is State.GONE
    assert store.load("unknown", now=NOW) is None, "whoever makes up a key leaves nothing"
    store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_an_end_that_comes_too_late_ends_nothing_else(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The id of before a rotation answers out its time, though the record it led to has ended."""
    store: Any = fresh(kind, request, tmp_path)
    store.create("a", record(a=b"1"))
    store.rotate("a", "b", Changes(), now=NOW, grace=60)
    assert store.save("b", Changes(expires=NOW), now=NOW).state is State.LIVE
    assert store.delete_leaving("b", record(life=10)._replace(retired=True)) is State.GONE
    assert store.load("a", now=NOW).fields == {"a": b"1"}
    store.close()


def test_rotating_without_grace_ends_what_was_rotated_into_it(store: Store) -> None:
    """A rotation without grace leaves no retired record behind either."""
    store.create("a", record())
    store.rotate("a", "b", Changes(), now=NOW, grace=10)
    store.rotate("b", "c", Changes(), now=NOW, grace=0)
    assert [store.load(key, now=NOW) is None for key in "abc"] == [True, True, False]


def test_rotating_without_grace_ends_nothing_else(store: Store) -> None:
    """What was rotated into an expired record is not of the record that has its key now."""
    store.create("a", record(life=100))
    store.create("b", record(life=100))
    store.rotate("a", "c", Changes(expires=NOW), now=NOW, grace=10)
    store.rotate("b", "c", Changes(), now=NOW, grace=0)
    assert [store.load(key, now=NOW) is None for key in "abc"] == [False, True, False]


def test_listing(full_store: Any) -> None:
    """An owner's live records are listed, newest use first; no retired, expired or others'."""
    full_store.create("k1", record(owner="ann")._replace(seen=NOW + 1))
    full_store.create("k2", record(owner="ann")._replace(seen=NOW + 2))
    full_store.create("k3", record(owner="ann", life=5))
    full_store.create("k4", record(owner="bob"))
    full_store.create("k5", record())
    full_store.rotate("k1", "k6", Changes(), now=NOW, grace=60)
    listed = full_store.owned("ann", now=NOW + 5)
    assert list(listed) == ["k2", "k6"]
    assert listed["k2"] == full_store.load("k2", now=NOW)
    assert full_store.owned("nobody", now=NOW) == {}


def test_the_list_follows_the_owner(full_store: Any) -> None:
    """A record is listed under the owner that it has now."""
    full_store.create("k", record(owner="ann"))
    full_store.save("k", Changes(owner="bob"), now=NOW)
    assert list(full_store.owned("ann", now=NOW)) == []
    assert list(full_store.owned("bob", now=NOW)) == ["k"]
    full_store.save("k", Changes(owner=""), now=NOW)
    assert list(full_store.owned("bob", now=NOW)) == []
    full_store.save("k", Changes(owner="ann"), now=NOW)
    full_store.delete("k")
    assert list(full_store.owned("ann", now=NOW)) == []


def test_revoking(full_store: Any) -> None:
    """Ending an owner's records ends all but the kept one, retired ones too, and nobody else's."""
    for key, owner in (("a1", "ann"), ("a2", "ann"), ("a3", "ann"), ("b", "bob")):
        full_store.create(key, record(owner=owner))
    full_store.rotate("a1", "a4", Changes(), now=NOW, grace=60)
    assert full_store.delete_owned("ann", keep="a2") == 2
    assert [k for k in ("a1", "a2", "a3", "a4", "b") if full_store.load(k, now=NOW)] == ["a2", "b"]
    assert full_store.delete_owned("ann") == 1
    assert full_store.delete_owned("ann") == 0


def test_who_keeps_what_moved_on_keeps_what_it_has_become(full_store: Any) -> None:
    """A request that still has the id of before does not end its own session."""
    for key in ("a1", "a2"):
        full_store.create(key, record(owner="ann"))
    full_store.rotate("a1", "a3", Changes(), now=NOW, grace=60)
    full_store.rotate("a3", "a4", Changes(), now=NOW, grace=60)
    assert full_store.delete_owned("ann", keep="a1") == 1
    assert list(full_store.owned("ann", now=NOW)) == ["a4"]
    assert full_store.load("a1", now=NOW).retired
