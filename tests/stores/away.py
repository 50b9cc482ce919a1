"""What is asked of a store whose server is away, and when it is back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from kolba.stores import Changes, Store, StoreDown
from tests.stores.shelf import NOW, message, record

SAID = r"the state server (redis|postgresql)://127\.0\.0\.1:\d+/(0|postgres) cannot"


def recovered(verb: Callable[[], Any]) -> Any:
    """What a verb answers once the store is up again; the breaker tries twice a second."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return verb()
        except StoreDown:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def every_verb(store: Any) -> list[Callable[[], Any]]:
    """Each verb of the contract."""
    return [
        lambda: store.load("k", now=NOW),
        lambda: store.create("k", record()),
        lambda: store.save("k", Changes(), now=NOW),
        lambda: store.rotate("k", "n", Changes(), now=NOW, grace=1),
        lambda: store.delete("k"),
        lambda: store.put("q", [message(b"1")], now=NOW),
        lambda: store.claim("q", "c", now=NOW, until=NOW + 1),
        lambda: store.confirm("c"),
        lambda: store.confirm_soon("c"),
        lambda: store.release("c"),
        lambda: store.count("n", now=NOW, expires=NOW + 1),
        lambda: store.once("n", b"", now=NOW, expires=NOW + 1),
        lambda: store.replace("n", b"", now=NOW, expires=NOW + 1),
        lambda: store.tally("g", "n", b"", now=NOW),
        lambda: store.tallies("g"),
        lambda: store.owned("ann", now=NOW),
        lambda: store.delete_owned("ann"),
        lambda: store.purge(now=NOW),
        lambda: store.stats(now=NOW),
        lambda: store.check(),
    ]


def all_down(store: Store) -> None:
    """Every verb raises StoreDown, and names the server without its password."""
    for verb in every_verb(store):
        with pytest.raises(StoreDown, match=SAID):
            verb()
