"""Applications to compare, in a folder of their own, and the command as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any, Protocol

import pytest

from tests.cli.conftest import environment

ROOT = Path(__file__).parents[2]
PATIENCE = 300
"""Seconds after which a comparison counts as stuck."""


class Compared(Protocol):
    def __call__(self, *arguments: str, code: int = 0) -> dict[str, Any]: ...


class Told(Protocol):
    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file below the test's folder."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
        return path

    return write


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Runs `kolba compare ...` in the test's folder to its end."""

    def told(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kolba", "compare", *arguments],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )

    return told


@pytest.fixture
def compared(told: Told) -> Compared:
    """Runs `kolba compare ... --json`, untimed unless asked, and reads what it printed."""

    def compared(*arguments: str, code: int = 0) -> dict[str, Any]:
        ended = told("--rounds", "0", *arguments, "--json")
        assert ended.returncode == code, ended.stderr + ended.stdout
        document: dict[str, Any] = json.loads(ended.stdout)
        return document

    return compared
