"""The stores that the contract's tests run on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kolba.stores import Store
from kolba.stores.memory import MemoryStore
from kolba.stores.sqlite import SQLiteStore


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    made: Store = (
        MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "s.sqlite3")
    )
    yield made
    made.close()
