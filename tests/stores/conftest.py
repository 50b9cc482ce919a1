"""The stores that the contract's tests run on."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kolba.stores import Store, open_store
from kolba.stores.memory import MemoryStore
from kolba.stores.sqlite import SQLiteStore
from tests.stores import postgres
from tests.stores.postgres import PostgresServer
from tests.stores.servers import RedisServer, running
from tests.stores.yours import yours

_prefixes = itertools.count()


@pytest.fixture(scope="session")
def redis_server(
    require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RedisServer]:
    """A Redis for tests that break nothing; each takes a prefix of its own."""
    with running(require("redis-server"), tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server(
    require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RedisServer]:
    """A Valkey likewise."""
    with running(require("valkey-server"), tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server(require: Callable[[str], str]) -> Iterator[PostgresServer]:
    """A PostgreSQL likewise; each test takes a schema of its own."""
    with postgres.running(require("postgres")) as server:
        yield server


KINDS = ["memory", "sqlite", "redis", "valkey", "postgres"]
YOURS = "the one in docs/stores.md"
"""A store that a user wrote: it has no optional powers."""


def fresh(kind: str, request: pytest.FixtureRequest, folder: Path) -> Store:
    """An empty store of a kind."""
    path = folder / f"{prefix()}.sqlite3"
    if kind == "memory":
        return MemoryStore()
    if kind == "sqlite":
        return SQLiteStore(path)
    if kind == YOURS:
        return yours(path)
    return open_store(url_on_server(kind, request))


def url_on_server(kind: str, request: pytest.FixtureRequest) -> str:
    """An empty place on a server of a kind. A busy machine is no broken server."""
    server: RedisServer | PostgresServer = request.getfixturevalue(f"{kind}_server")
    apart = "schema" if kind == "postgres" else "prefix"
    return f"{server.url}?{apart}={prefix()}&timeout=60"


def prefix() -> str:
    """One that no other test has."""
    return f"test{next(_prefixes)}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a state file is to be."""
    return tmp_path / "s.sqlite3"


def opened(path: Path) -> Iterator[SQLiteStore]:
    """A store at the file; it stands for a process."""
    store = SQLiteStore(path)
    yield store
    store.close()


@pytest.fixture(params=[*KINDS, YOURS])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    made = fresh(request.param, request, tmp_path)
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def full_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """An empty store of each kind that has every optional power."""
    made = fresh(request.param, request, tmp_path)
    yield made
    made.close()
