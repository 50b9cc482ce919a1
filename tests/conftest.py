"""Shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.tools import tool


def pytest_configure() -> None:
    """Search further, if that is asked for."""
    if "FUZZ" in os.environ:  # tests also run in environments that have no Hypothesis
        from tests import fuzz

        fuzz.load()


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """Gives `require("redis-server")`: its path, or a skip, which in CI is a failure."""
    return tool
