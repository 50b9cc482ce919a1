"""One subject in a process of its own: it verifies its answers, then times rows as it is told.

It reads commands and writes results as lines of JSON, so that the parent can let two subjects
take turns. The first line says that the answers were right, or what was wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from bench.apps import framework_of, load
from bench.call import Batch, Caller
from bench.jobs import BASES, ROWS, Row, WrongAnswer, comparable, verify

BATCH_US = 1500.0
"""CPU time of one batch: long enough for the clock, short enough to fit between disturbances."""
BATCHES = 8
TURN, TURNS = 8, 400
"""Requests of a turn, and turns, where two apps of one process are held against each other."""


def undisturbed(batches: Iterable[Batch]) -> list[float]:
    """CPU microseconds per request of each, in turns of a few requests: the undisturbed turns.

    A few microseconds between requests of a hundred are lost between two processes, and in
    whatever else the machine does.
    """
    sides = list(batches)
    turns = [[batch(TURN) for batch in sides] for _ in range(TURNS)]
    # The clock's few steps above the very fastest, which may be luck.
    return [sorted(taken)[TURNS // 20] for taken in zip(*turns, strict=True)]


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

    def turn(self, name: str) -> float:
        """CPU microseconds per request of one batch, after as many that get warm.

        Another process has had the processor's caches, and another row the interpreter's, which
        takes its time to see that it is asked for something else.
        """
        if name not in self.counts:
            self.counts[name] = self.warm(name)
        batch, count = self.batch(name), 2 * self.counts[name]
        batch(count)
        return batch(count)

    def batch(self, name: str) -> Batch:
        """A timed batch of a row."""
        return self.caller.batch(self.rows[name].request)

    def quiet(self, name: str) -> float:
        """CPU microseconds per request, by the undisturbed of many short turns."""
        return undisturbed([self.batch(name)])[0]

    def garbage(self, name: str) -> float:
        """Cyclic garbage per request."""
        return self.caller.garbage(self.rows[name].request)


class Guards:
    """One app with its guards and without them, in turns of a few requests each."""

    def __init__(self, rows: list[Row]) -> None:
        self.sides = [Subject(name, rows) for name in ("state:state", "state:unguarded")]

    def answers(self) -> dict[str, str]:
        """Every row's answer, with the guards."""
        return self.sides[0].answers()

    def time(self, name: str) -> float:
        """CPU microseconds that the guards add to a request."""
        guarded, unguarded = undisturbed(side.batch(name) for side in self.sides)
        return guarded - unguarded


class Costs:
    """Rows on Kolba and those that they are held against, in turns of a few requests each."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        wanted = {row.name: row for one in rows for row in (one, ROWS[BASES[one.name]])}
        by: dict[str, list[Row]] = {}
        for row in wanted.values():
            by.setdefault(row.variant, []).append(row)
        self.apps = {variant: Subject(f"kolba:{variant}", those) for variant, those in by.items()}

    def answers(self) -> dict[str, str]:
        """Every row's answer."""
        answers = {name: text for app in self.apps.values() for name, text in app.answers().items()}
        return {row.name: answers[row.name] for row in self.rows}

    def batch(self, name: str) -> Batch:
        """A timed batch of a row, which receivers of another app know nothing of."""
        variant = ROWS[name].variant
        batch = self.apps[variant].batch(name)
        if variant == "signals":
            return batch

        def alone(count: int) -> float:
            with unheard():
                return batch(count)

        return alone

    def time(self, name: str) -> float:
        """CPU microseconds that a row costs above the one that it is held against."""
        more, less = undisturbed([self.batch(name), self.batch(BASES[name])])
        return more - less


@contextmanager
def unheard() -> Iterator[None]:
    """As in a process of which no app has receivers: signals are of the whole process."""
    from flask import request_finished, request_started

    kept = [(signal, signal.receivers) for signal in (request_started, request_finished)]
    for signal, _ in kept:
        signal.receivers = {}
    try:
        yield
    finally:
        for signal, receivers in kept:
            signal.receivers = receivers


PAIRS: dict[str, type[Guards | Costs]] = {"guards": Guards, "costs": Costs}


def reply(out: TextIO, value: Any) -> None:
    """Write one line."""
    print(json.dumps(value), file=out, flush=True)


def serve(name: str, rows: list[str], commands: TextIO, out: TextIO) -> None:
    """Verify, then obey commands such as `["time", "J1"]` until there are no more."""
    chosen = [ROWS[row] for row in rows]
    try:
        subject = PAIRS[name](chosen) if name in PAIRS else Subject(name, chosen)
    except WrongAnswer as error:
        reply(out, {"wrong": str(error)})
        return
    reply(out, {"answers": subject.answers()})
    for line in commands:
        command, row = json.loads(line)
        reply(out, getattr(subject, command)(row))


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:], sys.stdin, sys.stdout)
