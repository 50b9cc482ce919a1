"""Shared by all tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import fuzz
from tests.tools import tool

fuzz.load()


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """Gives `require("redis-server")`: its path, or a skip, which in CI is a failure."""
    return tool
