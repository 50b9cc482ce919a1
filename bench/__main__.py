"""`python -m bench`: argument parsing and the order of the parts."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import inprocess
from bench.machine import machine, versions
from bench.picture import draw
from bench.report import Report, table

RESULTS = Path(__file__).parent / "results"
PARTS = ("inprocess", "served", "growth", "memory", "start")


def parse(argv: list[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, about two minutes")
    parser.add_argument("--only", action="append", choices=PARTS, help="run only this part")
    parser.add_argument("--rounds", type=int, help="rounds of each part")
    parser.add_argument("--jobs", action="store_true", help="in process: J1-J5 only")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results go")
    return parser.parse_args(argv)


def say(text: str) -> None:
    """Tell what is going on, apart from the table."""
    print(text, file=sys.stderr, flush=True)


def run_inprocess(report: Report, options: argparse.Namespace) -> None:
    """The in-process part."""
    rounds = options.rounds or (9 if options.quick else 31)
    result = inprocess.measure({}, rounds, options.jobs, say)
    report.figures += inprocess.figures(result)
    report.notes += [f"WRONG, not timed: {wrong}" for wrong in result.wrong]
    for row, (flask, kolba) in result.different.items():
        report.notes.append(f"DIFFERENT on Kolba: {row}\n--- flask\n{flask}\n--- kolba\n{kolba}")
    report.rounds["inprocess"] = result.times


def main(argv: list[str]) -> None:
    """Run the parts that are asked for, print the table, keep the results."""
    options = parse(argv)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    report = Report(machine(), "python -m bench " + " ".join(argv), when, versions())
    parts = options.only or PARTS
    if "inprocess" in parts:
        run_inprocess(report, options)
    print(table(report))
    report.write(options.out / "latest.json")
    draw(report, options.out / "latest.svg")


if __name__ == "__main__":
    main(sys.argv[1:])
