"""CPU time in process: each subject in a process of its own, taking turns round by round.

The ratio of a row is the median over the rounds of its ratio to Flask *in the same round*:
what disturbs the machine disturbs both. The microseconds beside it are those of its best round.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from bench.apps import framework_of
from bench.jobs import ANSWER_ROWS, BASES, JOBS, ROWS, VARIANT_ROWS, WrongAnswer
from bench.report import Figure
from bench.targets import FLASK_J1, GARBAGE, IN_PROCESS, VARIANT_COST

SECTION = "in process, CPU microseconds per request (times faster than Flask)"
BY_FLASK = f"* where Flask's J1 costs {FLASK_J1:g}"
COSTS_SECTION = f"cost on Kolba, CPU microseconds ({BY_FLASK}, which the target bounds)"
SCALED = (
    "* is no measurement: the microseconds beside it, by those of Flask's J1 in the same rounds of "
    "this run, times what Flask's J1 costs on the machine that the targets are set for. "
    "A cost is the difference of two requests of one process, taken in turns of a few."
)
RAISING = ("404", "405", "slash", "OPTIONS")
"""Rows whose garbage is Werkzeug's own: the exception that its matcher raises."""
VARIANT_TITLES = {
    "plain": "a cookie",
    "hooks": "with hooks",
    "environ": "with hooks, one of which reads request.environ",
    "signals": "with receivers of request_started and request_finished",
    "answers": "other answers",
    "response": "a response class of its own",
}

Times = dict[str, dict[str, list[float]]]
"""Row, then subject's framework: microseconds, one a round."""

Costs = dict[str, list[tuple[float, float]]]
"""Row: microseconds above another one, and Flask's J1 at the same time; one pair a round."""

NO_ENGINE = ", no engine"
"""Ends the label of an app of the class `Kolba` that runs on Flask's own dispatch."""


class Child:
    """A subject's process, spoken to in lines of JSON."""

    def __init__(
        self, python: str, subject: str, rows: Iterable[str], *, engine: bool = True
    ) -> None:
        self.subject = subject
        self.label = subject if engine else subject + NO_ENGINE
        self.rows = list(rows)
        self.process = subprocess.Popen(
            [python, "-m", "bench.child", subject, *self.rows],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": "0",
                **({} if engine else {"KOLBA_ENGINE": "off"}),
            },
        )
        first = self.read()
        if "wrong" in first:
            raise WrongAnswer(f"{subject}: {first['wrong']}")
        self.answers: dict[str, str] = first["answers"]

    def read(self) -> Any:
        """The next line; a process that died says so."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise WrongAnswer(f"{self.subject}: the process ended, see above")
        return json.loads(line)

    def ask(self, command: str, row: str) -> float:
        """Let the child do one thing."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([command, row]) + "\n")
        self.process.stdin.flush()
        return float(self.read())

    def pin(self) -> None:
        """Keep it on the last processor, where the system has a way to say so."""
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self.process.pid, {max(os.sched_getaffinity(0))})

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


@dataclass
class Result:
    """What was measured in process."""

    times: Times = field(default_factory=dict)
    costs: Costs = field(default_factory=dict)
    garbage: dict[str, dict[str, float]] = field(default_factory=dict)
    different: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def plan(peers: Iterable[str], only_jobs: bool) -> dict[str, list[str]]:
    """Which rows each subject runs: Flask and Kolba all of them, the others the jobs."""
    rows = JOBS if only_jobs else (*JOBS, *VARIANT_ROWS, *ANSWER_ROWS)
    subjects: dict[str, list[str]] = {}
    for row in rows:
        for framework in ("flask", "kolba"):
            subjects.setdefault(f"{framework}:{row.variant}", []).append(row.name)
    for other in ("bare", *peers):
        subjects[other] = list(framework_of(other).jobs)
    return subjects


def start(subjects: dict[str, list[str]], pythons: dict[str, str], result: Result) -> list[Child]:
    """Start every subject; one that answers wrongly is reported and left out."""
    children = []
    for subject, rows in subjects.items():
        try:
            children.append(Child(pythons.get(subject, sys.executable), subject, rows))
        except WrongAnswer as error:
            result.wrong.append(str(error))
    return children


def differences(children: list[Child]) -> dict[str, list[str]]:
    """Rows whose answer on Kolba is not Flask's, with both answers."""
    flask: dict[str, str] = {}
    kolba: dict[str, str] = {}
    for child in children:
        by_row = {"flask": flask, "kolba": kolba}.get(child.subject.partition(":")[0])
        if by_row is not None:
            by_row.update(child.answers)
    both = flask.keys() & kolba.keys()
    return {row: [flask[row], kolba[row]] for row in both if flask[row] != kolba[row]}


def measure(
    peers: dict[str, str], rounds: int, only_jobs: bool, say: Callable[[str], None] = print
) -> Result:
    """Run everything in process.

    Args:
        peers: the peers to run along, with the Python interpreter that has each.
        rounds: how often each subject gets its turn.
        only_jobs: leave out the variants and the other kinds of answers.
        say: told what is going on.
    """
    result = Result()
    children = start(plan(peers, only_jobs), peers, result)
    flask = next(child for child in children if child.label == "flask:plain")
    costing = None if only_jobs else Child(sys.executable, "costs", BASES)
    try:
        result.different = differences(children)
        for number in range(1, rounds + 1):
            say(f"in process: round {number} of {rounds}")
            one_round(children, result.times)
            if costing is not None:
                one_round_of_costs(costing, flask, result.costs)
        for child in children:
            for row in child.rows:
                kept = result.garbage.setdefault(row, {})
                kept[child.subject.partition(":")[0]] = child.ask("garbage", row)
    finally:
        for child in (*children, *([] if costing is None else [costing])):
            child.close()
    return result


def one_round(children: list[Child], times: Times) -> None:
    """Each row in turn, each subject that has it in turn."""
    for row in ROWS:
        for child in children:
            if row in child.rows:
                framework = child.subject.partition(":")[0]
                taken = times.setdefault(row, {}).setdefault(framework, [])
                taken.append(child.ask("time", row))


def one_round_of_costs(costing: Child, flask: Child, costs: Costs) -> None:
    """What each row costs above another, each with Flask's J1 beside it."""
    for row in costing.rows:
        pair = costing.ask("time", row), flask.ask("quiet", "J1")
        costs.setdefault(row, []).append(pair)


def ratio(times: dict[str, list[float]], framework: str) -> float | None:
    """How many times faster than Flask, the median over the rounds."""
    if "flask" not in times or framework not in times:
        return None
    pairs = zip(times["flask"], times[framework], strict=True)
    return median(flask / other for flask, other in pairs)


def by_flask(section: str, row: str, subject: str, pairs: list[tuple[float, float]]) -> Figure:
    """A cost's figure: the medians over the rounds, of it and of what it is by Flask's J1."""
    cost = median(cost for cost, _ in pairs)
    scaled = median(cost / flask for cost, flask in pairs) * FLASK_J1
    return Figure(section, row, subject, cost, "us", scaled=scaled)


def figures(result: Result) -> Iterator[Figure]:
    """The table's figures: times with ratios, what variants cost, garbage."""
    for name, times in result.times.items():
        row = ROWS[name]
        section = SECTION if row in JOBS else f"{SECTION}: {VARIANT_TITLES[row.variant]}"
        for framework, taken in times.items():
            target = IN_PROCESS.get(name) if framework == "kolba" else None
            faster = None if framework == "bare" else ratio(times, framework)
            title = f"{name} {row.title}" if row in JOBS else row.title
            yield Figure(section, title, framework, min(taken), "us", faster, target)
    yield from costs(result.costs)
    for name, left in result.garbage.items():
        for framework in ("flask", "kolba"):
            if framework in left:
                target = GARBAGE if framework == "kolba" and name not in RAISING else None
                yield Figure(
                    "objects in cycles per request",
                    name,
                    framework,
                    left[framework],
                    "",
                    None,
                    target,
                )


def costs(taken: Costs) -> Iterator[Figure]:
    """What a variant costs above another one, on Kolba."""
    for row, pairs in taken.items():
        figure = by_flask(COSTS_SECTION, f"{row} above {BASES[row]}", "kolba", pairs)
        yield replace(figure, target=VARIANT_COST[row.partition(" ")[2]])
    if taken:
        flask = median(flask for pairs in taken.values() for _, flask in pairs)
        yield Figure(COSTS_SECTION, "J1 itself", "flask", flask, "us", scaled=FLASK_J1)
