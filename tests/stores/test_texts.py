"""Text of any kind: what Python holds as text, and JSON brings, is not always UTF-8."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from kolba.stores import Changes, Listing, State, Store
from tests.stores.conftest import KINDS, fresh
from tests.stores.shelf import LIFE, NOW, message, record

TEXTS = ["\ud800", "a\udfffb", "имя\x00\n", "\x00", "'; --", "~", ""]


@pytest.mark.parametrize("text", TEXTS)
def test_a_key(store: Store, text: str) -> None:
    """A record and a queue may have any text for a name."""
    assert store.create(text, record(a=b"1"))
    assert store.save(text, Changes(set={"a": b"2"}), now=NOW).state is State.LIVE
    assert store.load(text, now=NOW).fields == {"a": b"2"}
    assert store.rotate(text, f"{text}2", Changes(), now=NOW, grace=10).state is State.LIVE
    assert store.delete(f"{text}2")
    assert store.load(text, now=NOW) is None


@pytest.mark.parametrize("text", [text for text in TEXTS if text])
def test_an_owner(full_store: Any, text: str) -> None:
    """Whoever a record is whose: it is listed, given away and ended by that."""
    full_store.create("k", record(owner=text))
    full_store.create("l", record(owner="ann"))
    full_store.save("l", Changes(owner=text), now=NOW)
    assert full_store.owned(text, now=NOW).keys() == {"k", "l"}
    full_store.save("l", Changes(owner="ann"), now=NOW)
    assert full_store.delete_owned(text) == 1
    assert full_store.owned("ann", now=NOW).keys() == {"l"}


@pytest.mark.parametrize("text", TEXTS)
def test_a_message(store: Store, text: str) -> None:
    """Queue, label, target and claim may be any text, and the label comes back."""
    store.put(text, [message(b"1", label=text, target=text)], now=NOW)
    lease = {"now": NOW, "until": NOW + 9}
    assert not store.claim(text, text, labels=frozenset({"other"}), **lease)
    [claimed] = store.claim(text, text, target=text, labels=frozenset({text}), **lease)
    assert (claimed.value, claimed.label) == (b"1", text)
    store.release(text)
    assert [one.label for one in store.claim(text, text, **lease)] == [text]
    store.confirm(text)
    assert store.claim(text, "again", **lease) == []


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "memory"])
def test_a_record_with_a_message(
    kind: str, text: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """So it is where both are made in one step."""
    store: Any = fresh(kind, request, tmp_path)
    waits = message(b"1", label=text, target=text)
    assert store.create_with(text, record(owner=text or None), text, [waits])
    assert store.owned(text, now=NOW).keys() == ({text} if text else set())
    [claimed] = store.claim(text, text, now=NOW, until=NOW + 9, target=text)
    assert (claimed.value, claimed.label) == (b"1", text)
    store.close()


@pytest.mark.parametrize("text", TEXTS)
def test_a_name(store: Store, text: str) -> None:
    """Counters, things that happen once, and tallies may have any text for a name."""
    assert [store.count(text, now=NOW, expires=NOW + LIFE) for _ in range(2)] == [1, 2]
    assert store.once(text, b"1", now=NOW, expires=NOW + LIFE) is None
    store.replace(text, b"2", now=NOW, expires=NOW + LIFE)
    assert store.once(text, b"3", now=NOW, expires=NOW + LIFE) == b"2"
    store.tally(text, text, b"seen", now=NOW)
    assert [(tally.name, tally.detail) for tally in store.tallies(text)] == [(text, b"seen")]


def test_long_names(store: Store) -> None:
    """A name may be as long as a URL that was refused: it is found again, and is no other's."""
    noise = "".join(hashlib.sha256(b"%d" % n).hexdigest() for n in range(200))
    one, other = f"{noise}1", f"{noise}2"
    lease = {"now": NOW, "until": NOW + 9}
    for n, name in enumerate((one, other), 1):
        assert store.create(name, record(owner=name, n=b"%d" % n))
        assert store.count(name, n, now=NOW, expires=NOW + LIFE) == n
        assert store.once(name, b"%d" % n, now=NOW, expires=NOW + LIFE) is None
        store.put(name, [message(b"%d" % n)], now=NOW)
        store.tally("group", name, b"%d" % n, now=NOW)
        store.tally(name, "name", b"%d" % n, now=NOW)
    assert store.rotate(one, f"{one}+", Changes(), now=NOW, grace=9).state is State.LIVE
    for n, name in enumerate((f"{one}+", other), 1):
        assert store.save(name, Changes(add={"n": 10}), now=NOW).sums == {"n": 10 + n}
    for n, name in enumerate((one, other), 1):
        assert store.count(name, 0, now=NOW, expires=NOW + LIFE) == n
        assert store.once(name, b"", now=NOW, expires=NOW + LIFE) == b"%d" % n
        assert [claimed.value for claimed in store.claim(name, name, **lease)] == [b"%d" % n]
        store.confirm(name)
        assert [tally.detail for tally in store.tallies(name)] == [b"%d" % n]
        if isinstance(store, Listing):
            [(key, held)] = store.owned(name, now=NOW).items()
            assert store.load(key, now=NOW) == held and held.owner == name
            assert store.delete_owned(name, keep=key) == 0
            assert store.delete_owned(name) == 1
    assert {tally.name for tally in store.tallies("group")} == {one, other}
    assert store.load(other, now=NOW) is None or not isinstance(store, Listing)


def test_a_session_with_a_long_name_for_its_queue(full_store: Any) -> None:
    """Whether a message waits is known, too, or it is asked for."""
    page = "page" * 5000
    full_store.create("k", record(field=page.encode()))
    full_store.put(f"flash:{page}", [message(b"1")], now=NOW)
    if hasattr(full_store, "load_with"):
        assert full_store.load_with("k", "field", "flash:", now=NOW)[1] is False
    assert full_store.claim(f"flash:{page}", "c", now=NOW, until=NOW + 9)
