"""A store on cells: what it does when another is faster. (The contract's tests hold it too.)"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from kolba.stores import Cell, CellStore, Changes, StoreDown
from tests.stores.shelf import NOW, message, record


class DictCells:
    """Cells in a dict, and a way to do something between a read and the swap after it."""

    def __init__(self) -> None:
        self.cells: dict[str, Cell] = {}
        self.lock = threading.Lock()
        self.meanwhile: list[Any] = []

    def read(self, names: Sequence[str]) -> Mapping[str, Cell]:
        with self.lock:
            found = {name: self.cells[name] for name in names if name in self.cells}
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return found

    def swap(
        self, before: Mapping[str, Cell | None], after: Mapping[str, Cell | None], *, durable: bool
    ) -> bool:
        with self.lock:
            if any(self.cells.get(name) != cell for name, cell in before.items()):
                return False
            assert after.keys() <= before.keys()
            for name, cell in after.items():
                self.cells.pop(name, None)
                if cell is not None:
                    self.cells[name] = cell
            return True

    def close(self) -> None:
        pass


@pytest.fixture
def cells() -> DictCells:
    return DictCells()


@pytest.fixture
def store(cells: DictCells) -> CellStore:
    return CellStore(cells)


def test_a_faster_writer_is_merged(cells: DictCells, store: CellStore) -> None:
    """A save that was overtaken works on what is there then: both have happened."""
    store.create("k", record())
    cells.meanwhile = [lambda: store.save("k", Changes(add={"n": 1}), now=NOW)]
    assert store.save("k", Changes(add={"n": 1}), now=NOW).sums["n"] == 2


def test_a_faster_rotation_is_followed(cells: DictCells, store: CellStore) -> None:
    """A rotation or a delete that is overtaken by one leaves no older id that answers."""
    for end in (
        lambda: store.delete("b"),
        lambda: store.rotate("b", "c", Changes(), now=NOW, grace=0),
    ):
        store.create("a", record())
        store.create("b", record())
        store.delete("b")
        cells.meanwhile = [lambda: store.rotate("a", "b", Changes(), now=NOW, grace=9)]
        end()
        end()
        assert store.load("a", now=NOW) is None
        assert store.load("b", now=NOW) is None
        store.delete("c")


def test_a_writer_that_is_always_overtaken(cells: DictCells, store: CellStore) -> None:
    """Who never gets its turn is told so, in the end."""
    cells.swap = lambda *args, **kwargs: False  # type: ignore[method-assign]
    with pytest.raises(StoreDown, match="too many writers"):
        store.create("k", record())


def test_many_threads(store: CellStore) -> None:
    """Threads lose nothing to each other, and no message goes to two."""
    store.create("k", record())
    claimed: list[bytes] = []

    def work(me: int) -> None:
        for i in range(50):
            store.save("k", Changes(add={"n": 1}), now=NOW)
            store.put("q", [message(b"%d-%d" % (me, i))], now=NOW)
            claim = f"c{me}-{i}"
            claimed.extend(m.value for m in store.claim("q", claim, now=NOW, until=NOW + 9))
            store.confirm(claim)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claimed.extend(m.value for m in store.claim("q", "rest", now=NOW, until=NOW + 9))
    loaded = store.load("k", now=NOW)
    assert loaded is not None
    assert loaded.fields["n"] == b"200"
    assert sorted(claimed) == sorted(b"%d-%d" % (me, i) for me in range(4) for i in range(50))
