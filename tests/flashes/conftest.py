"""The apps of the sessions' tests, on the servers, too."""

from pathlib import Path

import pytest

from tests.sessions.conftest import STATES, app, make_app, postgres_server, redis_server, url_of

__all__ = ["app", "make_app", "postgres_server", "redis_server"]


@pytest.fixture(params=STATES)
def state(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A state URL."""
    return url_of(request.param, request, tmp_path)
