"""One subject in a process of its own: it verifies its answers, then times rows as it is told.

It reads commands and writes results as lines of JSON, so that the parent can let two subjects
take turns. The first line says that the answers were right, or what was wrong.
"""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO

from bench.apps import framework_of, load
from bench.call import Caller
from bench.jobs import ROWS, Row, WrongAnswer, comparable, verify

BATCH_US = 1500.0
"""CPU time of one batch: long enough for the clock, short enough to fit between disturbances."""
BATCHES = 8
TURN, TURNS = 8, 400
"""Requests of a turn, and turns, where two apps of one process are held against each other."""


class Subject:
    """An app whose answers are verified, with its rows ready to be sent."""

    def __init__(self, name: str, rows: list[Row]) -> None:
        framework = framework_of(name)
        self.caller = Caller(load(name), framework.interface)
        self.rows = {row.name: row for row in verify(framework, rows, self.caller.send)}
        self.counts: dict[str, int] = {}

    def answers(self) -> dict[str, str]:
        """Every row's answer, as far as time does not change it."""
        sent = {name: self.caller.send(row.request) for name, row in self.rows.items()}
        return {name: comparable(answer) for name, answer in sent.items()}

    def warm(self, name: str) -> int:
        """How many requests make a batch, after the first ones have been let go by."""
        batch = self.caller.batch(self.rows[name].request)
        batch(50)
        return max(5, int(BATCH_US / max(batch(50), 0.1)))

    def time(self, name: str) -> float:
        """CPU microseconds per request: the best of some small batches."""
        if name not in self.counts:
            self.counts[name] = self.warm(name)
        batch = self.caller.batch(self.rows[name].request)
        return min(batch(self.counts[name]) for _ in range(BATCHES))

    def garbage(self, name: str) -> float:
        """Cyclic garbage per request."""
        return self.caller.garbage(self.rows[name].request)


class Guards:
    """One app with its guards and without them, in turns of a few requests each.

    A few microseconds between requests of a hundred are lost between two processes, and in
    whatever else the machine does: the figure is what the undisturbed turns say.
    """

    def __init__(self, rows: list[Row]) -> None:
        self.sides = [Subject(name, rows) for name in ("state:state", "state:unguarded")]

    def answers(self) -> dict[str, str]:
        """Every row's answer, with the guards."""
        return self.sides[0].answers()

    def time(self, name: str) -> float:
        """CPU microseconds that the guards add to a request."""
        batches = [side.caller.batch(side.rows[name].request) for side in self.sides]
        turns = [[batch(TURN) for batch in batches] for _ in range(TURNS)]
        # The clock's few steps above the very fastest, which may be luck.
        guarded, unguarded = (sorted(taken)[TURNS // 20] for taken in zip(*turns, strict=True))
        return guarded - unguarded


def reply(out: TextIO, value: Any) -> None:
    """Write one line."""
    print(json.dumps(value), file=out, flush=True)


def serve(name: str, rows: list[str], commands: TextIO, out: TextIO) -> None:
    """Verify, then obey commands such as `["time", "J1"]` until there are no more."""
    chosen = [ROWS[row] for row in rows]
    try:
        subject = Guards(chosen) if name == "guards" else Subject(name, chosen)
    except WrongAnswer as error:
        reply(out, {"wrong": str(error)})
        return
    reply(out, {"answers": subject.answers()})
    for line in commands:
        command, row = json.loads(line)
        reply(out, getattr(subject, command)(row))


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:], sys.stdin, sys.stdout)
