"""Counters, once and tallies: what every store promises of them, and of purging."""

from __future__ import annotations

from typing import Any

import pytest

from kolba.stores import PURGE_GRACE, Purging, Store
from tests.stores.shelf import NOW, message, record


def test_a_counter_counts_and_ends(store: Store) -> None:
    """A counter adds up until its end, which the first count sets; then it starts anew."""
    assert store.count("n", now=NOW, expires=NOW + 10) == 1
    assert store.count("n", 5, now=NOW + 9, expires=NOW + 99) == 6
    assert store.count("n", -2, now=NOW + 9, expires=NOW + 99) == 4
    assert store.count("other", now=NOW, expires=NOW + 10) == 1
    assert store.count("n", now=NOW + 10, expires=NOW + 20) == 1


def test_once(store: Store) -> None:
    """The first keeps its value and is told None; all others are told that value, until its end."""
    assert store.once("n", b"\x00mine", now=NOW, expires=NOW + 10) is None
    assert store.once("n", b"yours", now=NOW + 9, expires=NOW + 99) == b"\x00mine"
    assert store.once("n", b"later", now=NOW + 10, expires=NOW + 20) is None
    assert store.once("n", b"x", now=NOW + 11, expires=NOW + 20) == b"later"


def test_an_empty_value_is_kept_too(store: Store) -> None:
    """An empty value is a value: whoever comes second is told it, not None."""
    assert store.once("n", b"", now=NOW, expires=NOW + 10) is None
    assert store.once("n", b"x", now=NOW, expires=NOW + 10) == b""


def test_replacing(store: Store) -> None:
    """A replaced value is what the next is told; one that ended frees the name."""
    store.once("n", b"working", now=NOW, expires=NOW + 10)
    store.replace("n", b"done", now=NOW, expires=NOW + 100)
    assert store.once("n", b"x", now=NOW + 50, expires=NOW + 60) == b"done"
    store.replace("n", b"", now=NOW, expires=NOW)
    assert store.once("n", b"again", now=NOW, expires=NOW + 10) is None
    store.replace("new", b"v", now=NOW, expires=NOW + 10)
    assert store.once("new", b"x", now=NOW, expires=NOW + 10) == b"v"


def test_tallies(store: Store) -> None:
    """A group sums by name, keeps the newest detail, and lists the most frequent first."""
    for at, name in enumerate("abba"):
        store.tally("g", name, b"%d" % at, now=NOW + at)
    store.tally("g", "b", b"last", now=NOW + 9)
    store.tally("other", "a", b"", now=NOW)
    found = [(t.name, t.detail, t.count, t.first, t.last) for t in store.tallies("g")]
    assert found == [("b", b"last", 3, NOW + 1, NOW + 9), ("a", b"3", 2, NOW, NOW + 3)]
    assert store.tallies("unknown") == []


def test_tallies_are_bounded(store: Store) -> None:
    """Past the limit a group takes no new names, and goes on counting the old ones."""
    for name in "abcda":
        store.tally("g", name, b"", now=NOW, limit=3)
    assert {t.name: t.count for t in store.tallies("g")} == {"a": 2, "b": 1, "c": 1}


def fill(store: Store, n: int) -> None:
    """n expired things of each kind, and one of each that is not."""
    for i in range(n):
        store.create(f"k{i}", record(life=1))
        store.put("q", [message(b"x", life=1)], now=NOW)
        store.count(f"c{i}", now=NOW, expires=NOW + 1)
        store.once(f"o{i}", b"", now=NOW, expires=NOW + 1)
    store.create("k", record(life=10 * PURGE_GRACE))
    store.count("c", now=NOW, expires=NOW + 10 * PURGE_GRACE)


def test_purge(full_store: Any) -> None:
    """A purge drops what ended over the grace ago, in batches, then says 0; the rest stays."""
    assert isinstance(full_store, Purging)
    fill(full_store, 7)
    assert full_store.purge(now=NOW + PURGE_GRACE, limit=5) == 0
    later = NOW + PURGE_GRACE + 1
    first = full_store.purge(now=later, limit=5)
    assert first > 0
    total = first
    while some := full_store.purge(now=later, limit=5):
        assert some <= 5 * 4
        total += some
    assert total >= 7 * 3 + 1
    assert full_store.load("k", now=NOW) is not None
    assert full_store.count("c", now=NOW, expires=NOW) == 2


def test_new_things_push_out_ended_ones(full_store: Any) -> None:
    """Making a record drops ended ones by the way: a store in use does not grow without purges."""
    fill(full_store, 20)
    later = NOW + 5 * PURGE_GRACE
    for i in range(30):
        full_store.create(f"n{i}", record(now=later))
    assert full_store.purge(now=later, limit=500) <= 20 + 20 + 20
    assert full_store.stats(now=later)["records"] == 31
    assert full_store.stats(now=later)["expired"] == 0


@pytest.mark.parametrize("kind", ["records", "expired", "messages", "bytes"])
def test_figures(full_store: Any, kind: str) -> None:
    """The figures count what is live, what has ended, what waits, and bytes."""
    full_store.create("a", record(x=b"123"))
    full_store.create("b", record(life=1))
    full_store.put("q", [message(b"1"), message(b"2", life=1)], now=NOW)
    figures = full_store.stats(now=NOW + 2)
    assert figures[kind] >= {"records": 1, "expired": 1, "messages": 1, "bytes": 3}[kind]
