"""A program that is missing: a skip on a developer's machine, a failure in CI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NEEDS = """
import pytest
from tests.tools import tool

def test_direct():
    tool("no-such-program")

@pytest.fixture(scope="session")
def server():
    return tool("no-such-program")

def test_by_fixture(server):
    pass
"""


@pytest.mark.parametrize(
    ("ci", "code", "outcome"), [("", 0, "2 skipped"), ("true", 1, "1 failed, 1 error")]
)
def test_a_missing_program(tmp_path: Path, ci: str, code: int, outcome: str) -> None:
    """Without CI the tests that need it are skipped by name; with CI=true the run fails."""
    (tmp_path / "test_needs.py").write_text(NEEDS)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "--rootdir", tmp_path, tmp_path],
        cwd=ROOT,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == code, run.stdout
    assert outcome in run.stdout
    assert "no-such-program is not installed" in run.stdout
