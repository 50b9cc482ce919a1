"""Queues: what every store promises of put, claim, confirm and release."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from kolba.stores import Attended, Brief, Changes, Store, Together, open_store
from kolba.stores.memory import MemoryStore
from tests.stores.conftest import KINDS, fresh, prefix
from tests.stores.servers import RedisServer
from tests.stores.shelf import LIFE, NOW, message, record


def values(store: Store, claim: str = "c", *, now: float = NOW, **how: object) -> list[bytes]:
    """The values that a claim takes for ten seconds."""
    return [m.value for m in store.claim("q", claim, now=now, until=now + 10, **how)]


def test_first_in_first_out(store: Store) -> None:
    """Messages come in the order in which they were put, with their labels, all at once."""
    store.put("q", [message(b"1", label="info"), message(b"\x00\xff")], now=NOW)
    store.put("q", [message(b"3")], now=NOW)
    claimed = store.claim("q", "c", now=NOW, until=NOW + 10)
    assert [(m.value, m.label) for m in claimed] == [(b"1", "info"), (b"\x00\xff", ""), (b"3", "")]


def test_queues_are_apart(store: Store) -> None:
    """A claim takes from its queue alone; an unknown queue has nothing."""
    store.put("other", [message(b"1")], now=NOW)
    assert values(store) == []


def test_once(store: Store) -> None:
    """What one claim holds no other takes; confirmed, it never comes back."""
    store.put("q", [message(b"1")], now=NOW)
    assert values(store, "c1") == [b"1"]
    assert values(store, "c2") == []
    assert values(store, "c1") == []
    store.confirm("c1")
    assert values(store, "c2", now=NOW + 11) == []


def test_given_back(store: Store) -> None:
    """Released messages are anybody's again, before what came later."""
    store.put("q", [message(b"1")], now=NOW)
    values(store, "c1")
    store.put("q", [message(b"2")], now=NOW)
    store.release("c1")
    assert values(store, "c2") == [b"1", b"2"]


def test_a_lease_ends(store: Store) -> None:
    """A claim that was neither confirmed nor released ends at `until`."""
    store.put("q", [message(b"1")], now=NOW)
    values(store, "crashed")
    assert values(store, "c", now=NOW + 9) == []
    assert values(store, "c", now=NOW + 10) == [b"1"]


def test_a_late_confirm(store: Store) -> None:
    """After its end a claim confirms what it had, unless another claim holds it by then."""
    store.put("q", [message(b"1")], now=NOW)
    values(store, "late")
    store.confirm("late")
    assert values(store, now=NOW + 20) == []
    store.put("q", [message(b"2")], now=NOW)
    values(store, "late")
    assert values(store, "other", now=NOW + 10) == [b"2"]
    store.confirm("late")
    store.release("late")
    assert values(store, "third", now=NOW + 11) == []
    store.release("other")
    assert values(store, "third", now=NOW + 11) == [b"2"]


def test_targets(store: Store) -> None:
    """A message waits for its target until `open_at`; one without a target for nobody."""
    store.put("q", [message(b"a", target="/a", open_at=NOW + 10), message(b"any")], now=NOW)
    store.put("q", [message(b"b", target="/b", open_at=NOW + 10)], now=NOW)
    assert values(store, target="/c") == [b"any"]
    assert values(store, target="/b") == [b"b"]
    assert values(store, now=NOW + 9, target="/c") == []
    assert values(store, now=NOW + 9, target=None) == [b"a"]
    store.release("c")
    assert values(store, "d", now=NOW + 10, target="/c") == [b"a", b"any", b"b"]


def test_labels(store: Store) -> None:
    """A claim with labels leaves the others; the same claim may take more later."""
    store.put("q", [message(b"1", label="info"), message(b"2", label="error")], now=NOW)
    assert values(store, labels=frozenset({"error", "x"})) == [b"2"]
    assert values(store, labels=frozenset()) == []
    assert values(store) == [b"1"]
    store.confirm("c")
    assert values(store, "d", now=NOW + 20) == []


def test_messages_end(store: Store) -> None:
    """From `expires` on a message is never claimed."""
    store.put("q", [message(b"1", life=5), message(b"2")], now=NOW)
    assert values(store, now=NOW + 5) == [b"2"]
    assert values(store, "d", now=NOW + LIFE) == []


def test_a_bounded_queue(store: Store) -> None:
    """Past the limit the oldest unclaimed messages go; claimed ones neither count nor go."""
    store.put("q", [message(b"held")], now=NOW)
    values(store, "c1")
    store.put("q", [message(b"%d" % n) for n in range(5)], now=NOW, limit=3)
    store.put("q", [message(b"5")], now=NOW, limit=3)
    assert values(store, "c2") == [b"3", b"4", b"5"]
    store.release("c1")
    assert values(store, "c3") == [b"held"]


def test_one_claim_over_two_queues(store: Store) -> None:
    """A claim may hold messages of several queues, and ends for all of them."""
    store.put("q", [message(b"1")], now=NOW)
    store.put("p", [message(b"2")], now=NOW)
    values(store, "c")
    store.claim("p", "c", now=NOW, until=NOW + 10)
    store.confirm("c")
    assert values(store, "d", now=NOW + 20) == []
    assert store.claim("p", "d", now=NOW + 20, until=NOW + 30) == []


def test_unknown_claims(store: Store) -> None:
    """Confirming or releasing what nobody claimed does nothing."""
    store.confirm("x")
    store.release("x")


@pytest.mark.parametrize("kind", ["redis", "valkey"])
def test_confirmed_soon(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """What was said to be shown is not shown again, and answers to nothing else are mixed up."""
    store = fresh(kind, request, tmp_path)
    assert isinstance(store, Brief)
    store.create("k", record(n=b"0"))
    for n in range(1, 50):
        store.put("q", [message(b"%d" % n)], now=NOW)
        assert values(store, f"lease{n}") == [b"%d" % n]
        for _ in range(n % 3):
            store.confirm_soon("unknown")
        store.confirm_soon(f"lease{n}")
        assert store.save("k", Changes(add={"n": 1}), now=NOW).sums == {"n": n}
        assert values(store, "other", now=NOW + LIFE / 2) == []
    store.confirm_soon("lease")
    store.close()


def test_confirmed_soon_by_many_threads(redis_server: RedisServer) -> None:
    """Each thread has its own answers, whoever has told what over the connection before."""
    store: Any = open_store(f"{redis_server.url}?prefix={prefix()}&timeout=60")
    wrong: list[Any] = []

    def visit(name: str) -> None:
        store.create(name, record(whose=name.encode()))
        for n in range(50):
            store.put(name, [message(b"%d" % n)], now=NOW)
            taken = store.claim(name, f"{name} {n}", now=NOW, until=NOW + 9)
            store.confirm_soon(f"{name} {n}")
            found = store.load(name, now=NOW)
            got = ([one.value for one in taken], found.fields["whose"])
            if got != ([b"%d" % n], name.encode()):
                wrong.append(got)

    threads = [Thread(target=visit, args=(f"visitor{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert store.stats(now=NOW)["messages"] == 0
    store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_and_its_messages_in_one_step(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A record is made with its messages, the newest `limit`; a taken key makes neither."""
    store = fresh(kind, request, tmp_path)
    assert isinstance(store, Together)
    made = record(owner="anna", user=b"1", name=b"2")
    assert store.create_with("k", made, "q", [message(b"1"), message(b"2"), message(b"3")], 2)
    assert not store.create_with("k", record(user=b"2"), "q", [message(b"4")], 2)
    assert store.load("k", now=NOW) == made
    assert values(store) == [b"2", b"3"]
    store.close()


def test_a_queue_in_memory_is_idle_when_nothing_is_in_it() -> None:
    """What is for another page, or under a lease, counts; what was delivered does not."""
    store = MemoryStore()
    assert store.is_idle("q")
    store.put("q", [message(b"1", target="/other", open_at=NOW + 10)], now=NOW)
    assert not store.is_idle("q")
    values(store, "c", now=NOW + 10)
    assert not store.is_idle("q")
    store.confirm("c")
    assert store.is_idle("q")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "sqlite"])
def test_a_record_and_whether_its_queue_is_empty(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """One step says what a record is, and whether anything at all is in the queue that it names."""
    store = fresh(kind, request, tmp_path)
    assert isinstance(store, Attended)

    def is_empty(key: str = "k", now: float = NOW) -> bool:
        found, is_idle = store.load_with(key, "~f", "flash:", now=now)
        assert found == store.load(key, now=now)
        return is_idle

    assert not is_empty(), "there is no record"
    store.create("k", record(**{"~f": b"name", "user": b"1"}))
    store.create("without", record(user=b"1"))
    assert not is_empty("without")
    assert is_empty()
    store.put("flash:name", [message(b"1", target="/other", open_at=NOW + 10)], now=NOW)
    assert not is_empty()
    store.claim("flash:name", "c", now=NOW, until=NOW + 10)
    assert not is_empty(), "it may come back"
    store.confirm("c")
    assert is_empty()
    store.load_with("k", "~f", "flash:", now=NOW + LIFE)
    assert is_empty(now=NOW + LIFE), "the record has ended"
    store.delete("k")
    assert not is_empty(), "there is no record any more"
    store.create("k", record(**{"~f": b"other"}))
    store.put("flash:other", [message(b"2")], now=NOW)
    assert not is_empty(), "a record of that key names another queue now"
    assert not is_empty()
    store.save("k", Changes(delete=frozenset({"~f"})), now=NOW)
    assert not is_empty(), "it names none any more"
    store.close()
