"""A freshly started step of the lesson, for the tests that visit one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.examples.lesson import load


@pytest.fixture
def open_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], FlaskClient]:
    """A client of a freshly started step."""
    monkeypatch.setenv("SECRET_KEY", "of the tests")
    monkeypatch.setenv("KOLBA_STATE", "memory:")
    return lambda step: load(step).test_client()
