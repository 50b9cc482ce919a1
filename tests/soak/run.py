"""A real server, its workers killed every few seconds, and visitors."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.cli.conftest import Served
from tests.soak import journal
from tests.soak.ledger import Ledger
from tests.soak.visitor import Gone, Visitor

SITE = Path(__file__).with_name("site.py")
ROOT = Path(__file__).parents[2]
_MUCH = 20_000


@dataclass(frozen=True)
class Plan:
    """How much of it.

    Attributes:
        state: the state URL.
        journeys: how many, together.
        visitors: how many browsers at once.
        kill_every: seconds between two killed workers; 0 kills none.
        seconds: no new journey begins after that.
        bug: whether the site has the planted mistake.
    """

    state: str
    journeys: int
    visitors: int
    kill_every: float
    seconds: float = float("inf")
    bug: bool = False


def soak(plan: Plan, folder: Path) -> Ledger:
    """All journeys of a plan, checked."""
    ledger = Ledger()
    with site(plan, folder) as served, _told_how_far(ledger):
        visitors = [Visitor(n, served.port, ledger) for n in range(plan.visitors)]
        over = threading.Event()
        killer = threading.Thread(target=_kill, args=(plan, served, over, ledger))
        killer.start()
        try:
            _travel(plan, visitors)
        finally:
            over.set()
            killer.join()
        _each(visitors, Visitor.leave_logged_in)
        _each(visitors, Visitor.settle)
    ledger.audit(journal.read(_journal(folder)))
    return ledger


@contextlib.contextmanager
def _told_how_far(ledger: Ledger) -> Iterator[None]:
    """If the site does not come back, what had been done until then is not lost."""
    try:
        yield
    except Gone:
        print(ledger.report(), file=sys.stderr)
        raise


def _journal(folder: Path) -> Path:
    return folder / "leases"


@contextlib.contextmanager
def site(plan: Plan, folder: Path) -> Iterator[Served]:
    """The site on `kolba run` with two workers."""
    environment = {name: v for name, v in os.environ.items() if not name.startswith("FLASK_")}
    environment |= {"SOAK_STATE": plan.state, "SOAK_BUG": "1" if plan.bug else ""}
    environment |= {"SOAK_JOURNAL": os.fspath(_journal(folder)), "PYTHONPATH": os.fspath(ROOT)}
    errors = folder / "errors.txt"
    command = [os.fspath(Path(sys.executable).with_name("kolba")), "run", os.fspath(SITE)]
    with errors.open("w") as sink:
        process = subprocess.Popen(
            [*command, "--port", "0", "--workers", "2"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
        )
    try:
        yield Served(process, errors)
    except Gone:
        ended = process.poll()
        print("the site", "hangs" if ended is None else f"ended with code {ended}", file=sys.stderr)
        print(errors.read_text()[-_MUCH:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(60)


def _travel(plan: Plan, visitors: list[Visitor]) -> None:
    left = iter(range(plan.journeys))
    lock = threading.Lock()
    end = time.monotonic() + plan.seconds

    def travel(visitor: Visitor) -> None:
        while time.monotonic() < end:
            with lock:
                if next(left, None) is None:
                    return
            visitor.journey()

    _each(visitors, travel)


def _each(visitors: list[Visitor], step: object) -> None:
    with ThreadPoolExecutor(len(visitors)) as pool:
        list(pool.map(step, visitors))  # type: ignore[call-overload]


def _kill(plan: Plan, served: Served, over: threading.Event, ledger: Ledger) -> None:
    """SIGKILL the worker that has lived longest, again and again."""
    while plan.kill_every and not over.wait(plan.kill_every):
        workers = _workers(served.process.pid)
        if len(workers) > 1:  # the site is to be there for those who ask again
            with contextlib.suppress(ProcessLookupError):
                os.kill(workers[0], signal.SIGKILL)
                ledger.kill(workers[0])


def _workers(pid: int) -> list[int]:
    """The server's workers, eldest first."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):
            if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                stat = Path(f"/proc/{child}/stat").read_text()
                found.append((int(stat.rsplit(")", 1)[1].split()[19]), int(child)))
    return [child for _, child in sorted(found)]
