"""`python -m bench`: argument parsing and the order of the parts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import forms, growing, inprocess, peers, readme, served, start, state
from bench.apps import PEERS
from bench.machine import machine, versions
from bench.picture import draw
from bench.report import Report, table
from bench.targets import SERVED

RESULTS = Path(__file__).parent / "results"
QUICK = Path(__file__).parents[1] / ".cache" / "bench"
"""Where a run goes that is too short to be shown."""

PARTS = ("inprocess", "served", "growth", "memory", "start", "forms", "state")
COUNTS = (10, 100, 1_000, 10_000)


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    quick: bool
    parts: tuple[str, ...]
    rounds: int | None
    peers: tuple[str, ...]
    jobs: bool
    out: Path

    def turns(self, quick: int, full: int) -> int:
        """How many rounds a part has."""
        return self.rounds or (quick if self.quick else full)


def parse(argv: list[str]) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about two minutes; no peers")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may be repeated")
    parser.add_argument("--rounds", type=int, help="rounds of each part")
    parser.add_argument("--peers", help=f"'none', or some of {','.join(PEERS)} (default: all)")
    parser.add_argument("--jobs", action="store_true", help="in process: only J1-J5")
    parser.add_argument(
        "--out",
        type=Path,
        help="folder for the results (default: bench/results, and the READMEs' table, for a "
        "full run; .cache/bench for --quick or --only)",
    )
    given = parser.parse_args(argv)
    wanted = given.peers or ("none" if given.quick else ",".join(PEERS))
    chosen = tuple(name for name in wanted.split(",") if name != "none")
    if unknown := set(chosen) - set(PEERS):
        parser.error(f"unknown peers: {', '.join(sorted(unknown))}")
    parts = tuple(given.only or PARTS)
    out = given.out.resolve() if given.out else (QUICK if given.quick or given.only else RESULTS)
    return Options(given.quick, parts, given.rounds, chosen, given.jobs, out)


def say(text: str) -> None:
    """Tell what is going on, apart from the table."""
    print(text, file=sys.stderr, flush=True)


def run_inprocess(report: Report, options: Options, pythons: dict[str, str]) -> None:
    """CPU time in process."""
    result = inprocess.measure(pythons, options.turns(9, 31), options.jobs, say)
    report.figures += inprocess.figures(result)
    report.notes += [f"WRONG, not timed: {wrong}" for wrong in result.wrong]
    for row, (flask, kolba) in result.different.items():
        report.notes.append(f"DIFFERENT on Kolba: {row}\n--- flask\n{flask}\n--- kolba\n{kolba}")
    report.notes.append(inprocess.SCALED)
    report.rounds["inprocess"] = result.times
    report.rounds["costs"] = result.costs


def run_served(report: Report, options: Options, pythons: dict[str, str]) -> None:
    """Requests per second, the server's CPU, and its memory afterwards."""
    if not served.have_wrk():
        report.notes.append(served.NO_WRK)
        return
    jobs = tuple(SERVED) if "served" in options.parts else ("J1", "J4")
    seconds = 1 if options.quick else 3
    result = served.measure(pythons, options.turns(3, 7), seconds, say, jobs)
    report.figures += served.figures(result)
    report.notes.append(inprocess.SCALED)
    report.notes += [f"WRONG, no result: {wrong}" for wrong in result.wrong]
    report.rounds["served"] = result.as_json()


def run_growth(report: Report, options: Options, pythons: dict[str, str]) -> None:
    """Whole requests to apps with few and many routes."""
    counts = COUNTS[::2] if options.quick else COUNTS
    found = growing.measure(counts, options.turns(3, 9), say)
    report.figures += growing.figures(found)
    report.rounds["growth"] = found


def run_start(report: Report, options: Options, pythons: dict[str, str]) -> None:
    """Start-up and imports."""
    result = start.measure(options.turns(3, 9), say)
    report.figures += start.figures(result)
    report.rounds["start"] = {"first_answer": result.first_answer, "imports": result.imports}


def run_forms(report: Report, options: Options, pythons: dict[str, str]) -> None:
    """A typed form against Flask-WTF."""
    taken = forms.measure(options.turns(9, 31), say)
    report.figures += forms.figures(taken)
    report.rounds["forms"] = {"requests": taken}


def run_state(report: Report, options: Options, pythons: dict[str, str]) -> None:
    """An app of the class `Kolba`: state, guards, static files."""
    taken, guarded = state.in_process(options.turns(5, 15), say)
    report.figures += state.figures(taken, guarded)
    report.notes.append(inprocess.SCALED)
    say("state: how reads of sessions grow")
    found = state.growth(100_000 if options.quick else 1_000_000)
    report.figures += state.growth_figures(found)
    report.rounds["state"] = {"in process": taken, "guards": guarded, "growth": found}
    if not served.have_wrk():
        report.notes.append(served.NO_WRK)
        return
    result = state.on_servers(options.turns(2, 5), 1 if options.quick else 2, say)
    report.figures += state.served_figures(result)
    report.notes += [f"WRONG, no result: {wrong}" for wrong in result.wrong]
    report.rounds["state, served"] = result.as_json()


RUNS: dict[str, Callable[[Report, Options, dict[str, str]], None]] = {
    "inprocess": run_inprocess,
    "served": run_served,
    "growth": run_growth,
    "memory": run_served,
    "start": run_start,
    "forms": run_forms,
    "state": run_state,
}


def main(argv: list[str]) -> None:
    """Run the parts that are asked for, print the table, keep the results."""
    options = parse(argv)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    pythons = peers.pythons(options.peers, say)
    known = versions() | peers.versions(pythons)
    report = Report(machine(), " ".join(["python -m bench", *argv]), when, known)
    for run in dict.fromkeys(RUNS[part] for part in options.parts):
        run(report, options, pythons)
    report.notes = list(dict.fromkeys(report.notes))
    print(table(report))
    report.write(options.out / "latest.json")
    draw(report, options.out / "latest.svg")
    say(f"kept in {options.out}/latest.json and latest.svg")
    if options.out == RESULTS:
        readme.update()


if __name__ == "__main__":
    main(sys.argv[1:])
