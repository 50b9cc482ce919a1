"""Shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from tests.tools import tool


def pytest_configure() -> None:
    """Have no example fail for being slow, and search further, if that is asked for."""
    if find_spec("hypothesis") is None:  # tests also run in environments without it
        return
    from hypothesis import settings

    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")
    if "FUZZ" in os.environ:
        from tests import fuzz

        fuzz.load()


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """Gives `require("redis-server")`: its path, or a skip, which in CI is a failure."""
    return tool
