"""The apps of the sessions' tests, on Redis, too."""

from pathlib import Path

import pytest

from tests.sessions.conftest import app, make_app, redis_server, url_of

__all__ = ["app", "make_app", "redis_server"]


@pytest.fixture(params=["memory", "sqlite", "redis"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A state URL."""
    return url_of(request.param, request, tmp_path)
