"""`make soak`: 100,000 journeys of 64 visitors, two workers, one killed every few seconds."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.run import Plan, soak


def main() -> int:
    """Print the sums; 1 if any promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=100_000)
    parser.add_argument("--visitors", type=int, default=64)
    parser.add_argument("--kill-every", type=float, default=7.0)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--state", help="a state URL; by default SQLite in a temporary folder")
    parser.add_argument("--bug", action="store_true", help="plant a mistake: the soak must fail")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kolba-soak-") as name:
        state = given.state or f"sqlite:///{name}/state.sqlite3"
        plan = Plan(
            state, given.journeys, given.visitors, given.kill_every, given.seconds, given.bug
        )
        began = time.monotonic()
        ledger = soak(plan, Path(name))
        print(ledger.report())
        print(f"{'seconds':<44}{time.monotonic() - began:>10,.0f}")
        return 1 if ledger.faults else 0


if __name__ == "__main__":
    sys.exit(main())
