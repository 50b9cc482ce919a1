"""The row "state": an app of the class `kolba.Kolba`, its sessions and messages in a store.

Jobs are timed in many short turns of Flask and Kolba (see `in_turns`). What a session, the guards
and a static file cost is taken between requests of one run, in turns. With a `redis-server` on
the machine, Kolba and Flask-Session share one; with a PostgreSQL, Kolba has one, too.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from tests.stores.postgres import program, running

from bench import served
from bench.inprocess import BY_FLASK, NO_ENGINE, Child, Costs, by_flask, one_round_of_costs
from bench.report import Figure
from bench.server import free_port
from bench.stores import NOW, SMALL, fill, key_of, look_up
from bench.targets import (
    GUARDS_COST,
    SESSION_COST,
    SESSION_GROWTH,
    STATE_IN_PROCESS,
    STATE_ON_REDIS,
    STATE_SERVED,
    STATIC,
)
from kolba.stores.sqlite import SQLiteStore

TOGETHER = (("J1",), ("J2",), ("J3",), ("J4",), ("J5",), ("text", "read", "write"))
"""Rows that take turns: those that are held against each other."""
SUBJECTS = {
    "flask": ("J1", "J2", "J3", "J4", "J5"),
    "state": ("J1", "J2", "J3", "J4", "J5"),
    "state:memory": ("J3",),
    "flask:state": ("text", "read", "write"),
    "state:state": ("text", "read", "write"),
}
GUARDED = {
    "text": "the guards of a page",
    "post": "the guards of a form",
    "leave": "the guards of a form, a cookie and a redirect",
}
"""Rows that cross every guard: what comes in, what goes out, and nothing between."""
TURNS = 12
"""Turns of each subject in a round."""
Rounds = dict[str, dict[str, list[float]]]
"""Row, then subject: microseconds, one a turn."""
Guarded = dict[str, Costs]
"""Subject, then row: what its guards cost."""

JOBS_SECTION = "state in SQLite, in process, CPU microseconds per request (times faster than Flask)"
COSTS_SECTION = "what a request pays for, in process, CPU microseconds"
GUARDS_SECTION = f"what the guards cost, CPU microseconds ({BY_FLASK}, which the target bounds)"
SERVED_SECTION = "state, served, requests per second"
_PLACES = {
    "state:redis": " on Redis",
    "flask-session": " on Redis",
    "state:postgres": " on PostgreSQL",
    "state:memory": ", state in memory",
}
"""Where a subject's state is, if that is not the rule."""


def in_process(rounds: int, say: Callable[[str], None]) -> tuple[Rounds, Guarded]:
    """All subjects in turn, row by row."""
    children = [Child(sys.executable, name, rows) for name, rows in SUBJECTS.items()]
    for child in children:
        child.pin()
    # The guards stand under Flask's own dispatch as well.
    guards = [Child(sys.executable, "guards", GUARDED, engine=on) for on in (True, False)]
    taken: Rounds = {}
    guarded: Guarded = {child.label: {} for child in guards}
    try:
        for number in range(1, rounds + 1):
            say(f"state, in process: round {number} of {rounds}")
            for rows in TOGETHER:
                in_turns(children, rows, taken)
            for child in guards:
                one_round_of_costs(child, children[0], guarded[child.label])
    finally:
        for child in (*children, *guards):
            child.close()
    return taken, guarded


def in_turns(children: list[Child], rows: Iterable[str], taken: Rounds) -> None:
    """A round of some rows: short turns of each subject, on one processor, one after the other.

    A processor that the machine's other guests want, too, is now fast and now slow, by half, for
    some tenths of a second at a time. A subject that runs for long may meet the one alone, and its
    peer the other: a ratio taken so means nothing. So turns are of some 6 ms, the first half of
    each unmeasured, and a figure is the best turn of all rounds, of Flask as of Kolba: what the
    work takes when nobody disturbs it, which comes out the same from run to run to within a few
    parts in a hundred. What comes once in thousands of requests (a note of use in a minute, the log
    that is copied into the file) is in none of the best turns, nor are Flask's rounds of the
    garbage collector. Requests served per second, beside these figures, have it all in.
    """
    turns = [(child, row) for row in rows for child in children if row in child.rows]
    for _ in range(TURNS):
        for child, row in turns:
            taken.setdefault(row, {}).setdefault(child.label, []).append(child.ask("turn", row))


def growth(count: int, calls: int = 4_000) -> dict[str, float]:
    """Microseconds of a read, the medians, of one in a thousand and of one in `count`, in turns."""
    chance = random.Random(count)
    with tempfile.TemporaryDirectory() as folder:
        stores = {n: SQLiteStore(Path(folder) / f"{n}.sqlite3") for n in (SMALL, count)}
        times: dict[int, list[float]] = {n: [] for n in stores}
        for number, store in stores.items():
            fill(store, number)
        os.sync()  # what the system would write meanwhile
        for _ in range(calls):
            for number, store in stores.items():
                key = key_of(2 * chance.randrange(number // 2))
                start = time.perf_counter()
                look_up(store, key, NOW)
                times[number].append((time.perf_counter() - start) * 1e6)
        for store in stores.values():
            store.close()
    return {str(number): median(found) for number, found in times.items()}


@contextmanager
def redis() -> Iterator[str | None]:
    """The URL of a Redis of our own, also in `BENCH_REDIS`; None without `redis-server`."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    port = free_port()
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    os.environ["BENCH_REDIS"] = url = f"redis://127.0.0.1:{port}/0"
    try:
        yield url
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def postgres() -> Iterator[str | None]:
    """The URL of a PostgreSQL of our own, also in `BENCH_POSTGRES`; None without one.

    It waits for the disk, as it does by default.
    """
    path = program()
    if path is None:
        yield None
        return
    with running(path, "fsync=on", "full_page_writes=on", "shared_buffers=128MB") as server:
        os.environ["BENCH_POSTGRES"] = server.url
        yield server.url


def on_servers(rounds: int, seconds: int, say: Callable[[str], None]) -> served.Result:
    """Flask, Kolba on SQLite, Redis and PostgreSQL, Flask-Session, and a bare file.

    And Kolba with its state in memory: no store that outlives a worker can do better.
    """
    with redis() as on_redis, postgres() as on_postgres:
        there = ("state:redis", "flask-session") if on_redis else ()
        there += ("state:postgres",) if on_postgres else ()
        subjects = ("flask", "state", "state:memory", "bare-file", *there)
        jobs = (*STATE_SERVED, "asset")
        return served.measure({}, rounds, seconds, say, jobs, subjects)


def figures(taken: Rounds, guarded: Guarded) -> Iterator[Figure]:
    """Jobs against Flask; what sessions and guards cost."""
    for job, target in STATE_IN_PROCESS.items():
        flask, state = taken[job]["flask"], taken[job]["state"]
        faster = min(flask) / min(state)
        yield Figure(JOBS_SECTION, job, "flask", min(flask), "us", 1.0)
        yield Figure(JOBS_SECTION, job, "kolba", min(state), "us", faster, target)
    yield _without_a_store(taken["J3"])
    for row in ("read", "write"):
        cookie, stored = (
            above(taken[row][name], taken["text"][name]) for name in ("flask:state", "state:state")
        )
        title = f"a session, {row}"
        yield Figure(COSTS_SECTION, title, "flask", cookie, "us", 1.0)
        yield Figure(COSTS_SECTION, title, "kolba", stored, "us", cookie / stored, SESSION_COST)
    for row, title in GUARDED.items():
        for end in ("", NO_ENGINE):
            pairs = guarded[f"guards{end}"][row]
            figure = by_flask(GUARDS_SECTION, title, f"kolba{end}", pairs)
            yield replace(figure, target=GUARDS_COST)


def _without_a_store(login: dict[str, list[float]]) -> Figure:
    """How fast a log-in would be, could it be kept at no cost: what no store can do better than."""
    flask, memory = login["flask"], login["state:memory"]
    faster = min(flask) / min(memory)
    return Figure(JOBS_SECTION, "J3, state in memory", "kolba", min(memory), "us", faster)


def above(more: list[float], less: list[float]) -> float:
    """What a request costs above another one, by the best turns of both."""
    return min(more) - min(less)


def growth_figures(found: dict[str, float]) -> Iterator[Figure]:
    """Both reads, and their ratio."""
    section = "growth of session reads, SQLite"
    small, large = found.values()
    for count, taken in found.items():
        yield Figure(section, f"read with {int(count):,} sessions", "kolba", taken, "us")
    yield Figure(section, "ratio", "kolba", large / small, "", None, SESSION_GROWTH)


def served_figures(result: served.Result) -> Iterator[Figure]:
    """Requests per second, against Flask, Flask-Session and the bare file."""
    for job, by in served.right(result.samples).items():
        for subject, one in by.items():
            if job in ("J1", "asset") and subject in _PLACES:
                continue  # they ask no store
            peer, target = _peer(job, subject)
            faster = served.ratio(by[peer], one) if peer in by else None
            rate = median(sample.rate for sample in one)
            row = f"{job}{_PLACES.get(subject, '')}"
            name = "bare" if subject == "bare-file" else subject
            name = "kolba" if subject.startswith("state") else name
            yield Figure(SERVED_SECTION, row, name, rate, "/s", faster, target)


def _peer(job: str, subject: str) -> tuple[str, Any]:
    """What a subject is compared with, and the target."""
    if job == "asset":
        return "bare-file", STATIC if subject == "state" else None
    if subject in ("state:redis", "flask-session"):
        return "flask-session", STATE_ON_REDIS.get(job) if subject == "state:redis" else None
    return "flask", STATE_SERVED.get(job) if subject == "state" else None
