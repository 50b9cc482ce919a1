"""Two to eight processes at one store: nothing lost, nothing twice, nothing revived."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from kolba.stores import Changes, State, Store, open_store
from tests.stores import crowd
from tests.stores.conftest import KINDS, url_on_server
from tests.stores.shelf import NOW, record

pytestmark = pytest.mark.slow
SHARED = [kind for kind in KINDS if kind != "memory"]


@pytest.fixture(params=SHARED)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store that several processes can open."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/s.sqlite3"
    return url_on_server(request.param, request)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """This process's own way to it."""
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.mark.parametrize("processes", [2, 8])
def test_nothing_is_lost(url: str, store: Store, processes: int) -> None:
    """A thousand operations of each process: every key, increment, element and message is there."""
    store.create("k", record())
    operations = 1_002
    done = crowd.run(crowd.everything, url, processes, operations)

    def marks(case: int) -> list[str]:
        return [f"{p}-{i}" for p in range(processes) for i in range(case, operations, 6)]

    loaded = store.load("k", now=NOW)
    assert loaded is not None
    fields = dict(loaded.fields)
    elements = json.loads(fields.pop("list"))
    assert int(fields.pop("sum")) == processes * operations // 6
    assert {name: json.loads(value) for name, value in fields.items()} == {m: m for m in marks(0)}
    assert sorted(elements) == sorted(marks(2))
    for p in range(processes):
        own = [e for e in elements if e.startswith(f"{p}-")]
        assert own == [f"{p}-{i}" for i in range(2, operations, 6)], "in the order of appending"

    left = [m.value for m in store.claim("q", "rest", now=NOW, until=NOW + 60)]
    claimed = [json.loads(value) for one in done for value in one["claimed"]]
    assert sorted(claimed + [json.loads(value) for value in left]) == sorted(marks(3))
    assert sorted(n for one in done for n in one["counted"]) == [*range(1, len(marks(5)) + 1)]
    assert sorted(i for one in done for i in one["won"]) == [*range(5, operations, 6)]


def test_nothing_deleted_comes_back(url: str, store: Store) -> None:
    """Once a record is deleted no save of any process is LIVE, and it stays away."""
    store.create("k", record())
    for met in crowd.run(crowd.save_until_gone, url, 4, 200):
        assert met[-1] is State.GONE
        assert State.LIVE not in met[met.index(State.GONE) :]
    assert store.load("k", now=NOW) is None


def test_no_acknowledged_save_is_lost_to_a_rotation(url: str, store: Store) -> None:
    """What was acknowledged on any key of a record that rotates on and on is in the newest."""
    store.create("k0", record())
    acknowledged = crowd.run(crowd.save_under_rotation, url, 4, 200)
    newest = store.load("k200", now=NOW)
    assert newest is not None
    assert newest.fields["rotated"] == b"200"
    names = {name for one in acknowledged for name in one}
    assert names, "the savers met the record at least once"
    assert newest.fields.keys() == names | {"rotated"}


def test_a_session_that_moves_on_ends_with_its_owners(url: str, store: Any) -> None:
    """Who ends all sessions of a person ends one, too, that gets a new key at that moment."""
    with ThreadPoolExecutor(1) as pool:
        for n in range(30):
            store.create(f"{n}-0", record(owner="ann"))
            late = Event()
            mover = pool.submit(move_on, store, f"{n}-", late)
            try:
                while store.load(f"{n}-0", now=NOW) == record(owner="ann"):
                    pass
                assert store.delete_owned("ann") == 1
                assert store.owned("ann", now=NOW) == {}
            finally:
                late.set()
            assert store.load(f"{n}-{mover.result()}", now=NOW) is None


def move_on(store: Store, keys: str, late: Event) -> int:
    """Rotate a record until it is gone, or should be; the number of its last key."""
    n = 0
    while not late.is_set():
        moved = store.rotate(f"{keys}{n}", f"{keys}{n + 1}", Changes(), now=NOW, grace=9)
        if moved.state is not State.LIVE:
            break
        n += 1
    return n


def test_a_session_that_moves_on_as_it_ends(store: Store) -> None:
    """A log-out and a new key at the same moment: one is first, neither waits for the other."""
    with ThreadPoolExecutor(2) as pool:
        for n in range(100):
            old, key, new = f"{n}-9", f"{n}-5", f"{n}-{n % 10}n"
            store.create(old, record())
            store.rotate(old, key, Changes(), now=NOW, grace=9)
            moved = pool.submit(store.rotate, key, new, Changes(), now=NOW, grace=9)
            ended = pool.submit(store.delete, key)
            assert ended.result()
            is_moved = moved.result().state is State.LIVE
            assert (store.load(new, now=NOW) is not None) == is_moved
            assert store.load(key, now=NOW) is None
            assert (store.load(old, now=NOW) is not None) == is_moved
