"""`make soak`: 100,000 journeys of 64 visitors, two workers, one killed every few seconds."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.soak.run import Plan, soak
from tests.stores import postgres
from tests.stores.servers import running
from tests.tools import tool


@contextlib.contextmanager
def state_of(name: str, folder: Path) -> Iterator[str]:
    """The URL of a store: a file, a server that is started for it, or what was given."""
    if name == "sqlite":
        yield f"sqlite:///{folder}/state.sqlite3"
    elif name in ("redis", "valkey"):
        with running(tool(f"{name}-server"), folder, "--appendonly", "yes") as server:
            yield server.url
    elif name == "postgres":
        with postgres.running(tool("postgres"), "fsync=on") as running_one:
            yield running_one.url
    else:
        yield name


def main() -> int:
    """Print the sums; 1 if any promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=100_000)
    parser.add_argument("--visitors", type=int, default=64)
    parser.add_argument("--kill-every", type=float, default=7.0)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument(
        "--state",
        default="sqlite",
        help="sqlite, redis, valkey or postgres, started for it; or a URL",
    )
    parser.add_argument("--bug", action="store_true", help="plant a mistake: the soak must fail")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kolba-soak-") as name:
        with state_of(given.state, Path(name)) as state:
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
