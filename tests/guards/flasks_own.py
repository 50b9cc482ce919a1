"""A pytest plugin (`-p tests.guards.flasks_own`): the session fails if the engine came into it."""

from __future__ import annotations

import flask
import pytest

_METHODS = ("wsgi_app", "full_dispatch_request", "dispatch_request", "process_response")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Flask's dispatch is Flask's own, at the end as at the beginning."""
    others = [n for n in _METHODS if getattr(flask.Flask, n).__module__ != "flask.app"]
    if others or flask.Flask.__call__.__module__ != "flask.app":
        raise pytest.UsageError(f"the engine is installed: {others or '__call__'}")
