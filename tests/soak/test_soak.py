"""The soak, short: `make soak` is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.__main__ import state_of
from tests.soak.run import Plan, soak


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_journeys_under_killed_workers_lose_nothing(kind: str, tmp_path: Path) -> None:
    """No acknowledged write, message or log-out is lost while workers are killed."""
    with state_of(kind, tmp_path) as state:
        ledger = soak(Plan(state, 100_000, 8, kill_every=6, seconds=14), tmp_path)
    assert ledger.faults == [], ledger.report()
    assert ledger.counts["acknowledged writes"] > 20, ledger.report()
    assert ledger.counts["workers killed"] > 0, ledger.report()


@pytest.mark.slow
def test_a_planted_mistake_is_found(tmp_path: Path) -> None:
    """A site whose requests write back what they found loses writes, and the soak says so."""
    plan = Plan(f"sqlite:///{tmp_path}/state.sqlite3", 200, 8, kill_every=0, seconds=5, bug=True)
    ledger = soak(plan, tmp_path)
    assert any("acknowledged write lost" in fault for fault in ledger.faults), ledger.report()
