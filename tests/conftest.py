"""Shared by all tests: programs of the system that some of them need."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """Gives `require("redis-server")`: its path, or a skip, which in CI is a failure."""

    def path_of(tool: str) -> str:
        if path := shutil.which(tool):
            return path
        reason = f"{tool} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and CI leaves nothing out", pytrace=False)
        pytest.skip(reason)

    return path_of
