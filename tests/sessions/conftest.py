"""Apps with a state store of their own, in memory and in SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from kolba import Kolba
from kolba.stores import store_of
from tests.stores.conftest import postgres_server, redis_server, url_on_server

__all__ = ["postgres_server", "redis_server"]

Make = Callable[..., Kolba]
STATES = ["memory", "sqlite", "redis", "postgres"]


@pytest.fixture(params=["memory", "sqlite"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A state URL. Modules name other stores by `parametrize("state", […], indirect=True)`."""
    return url_of(request.param, request, tmp_path)


def url_of(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of a kind."""
    if kind in ("redis", "postgres"):
        return url_on_server(kind, request)
    return {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path}/state.sqlite3"}[kind]


@pytest.fixture
def make_app(state: str) -> Iterator[Make]:
    """Gives `make_app(**config)`: an app on the store of the test."""
    made: list[Flask] = []

    def make(**config: Any) -> Kolba:
        app = Kolba("shop")
        app.config.update(KOLBA_STATE=state, **config)
        made.append(app)
        return app

    yield make
    for app in made:
        if "kolba.store" in app.extensions:
            store_of(app).close()


@pytest.fixture
def app(make_app: Make) -> Kolba:
    """An app on the store of the test, as it comes."""
    return make_app()
