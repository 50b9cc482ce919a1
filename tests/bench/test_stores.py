"""`python -m bench.stores`: a short run, of which only the counting is checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_purge_of_half_leaves_the_other_half() -> None:
    """The command purges what had ended and nothing else, while others read and save."""
    run = subprocess.run(
        [sys.executable, "-m", "bench.stores", "--records", "5000", "--calls", "300"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert "purged 2500 in" in run.stdout
    assert "left: 2500 live, 0 ended" in run.stdout
    assert "while it purges" in run.stdout
