"""Programs of the system that some tests need: their path, or the reason to leave the test out."""

from __future__ import annotations

import os
import shutil

import pytest


def tool(name: str) -> str:
    """Returns the program's path. Without it the test is skipped, which in CI is a failure."""
    if path := shutil.which(name):
        return path
    reason = f"{name} is not installed (tests/system-packages installs it where it can)"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI leaves nothing out", pytrace=False)
    pytest.skip(reason)
