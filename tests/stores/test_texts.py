"""Text of any kind: what Python holds as text, and JSON brings, is not always UTF-8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kolba.stores import Changes, State, Store
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
