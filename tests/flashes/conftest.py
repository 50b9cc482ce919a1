"""The apps of the sessions' tests."""

from tests.sessions.conftest import app, make_app, redis_server, state

__all__ = ["app", "make_app", "redis_server", "state"]
