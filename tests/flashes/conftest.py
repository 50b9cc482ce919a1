"""The apps of the sessions' tests."""

from tests.sessions.conftest import app, make_app, state

__all__ = ["app", "make_app", "state"]
