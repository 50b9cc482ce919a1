"""Growth of a whole request: the first and the last route of apps with few and with many routes.

Run as a module it is the child: one process a framework, shape and count, which holds the app
with ten routes and the one with many, and lets them take turns. CPU time and memory of the
first request are those of compiling; Flask's own first request is taken off.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from os import getpid
from statistics import median
from time import process_time
from typing import Any

from bench.call import send_wsgi, wsgi_batch
from bench.jobs import Expect, Request
from bench.report import Figure
from bench.server import rss_mb
from bench.targets import COMPILE_MB, COMPILE_SECONDS, GROWTH


@dataclass(frozen=True)
class Shape:
    """A family of routes and a path that the route of a number answers."""

    rule: str
    path: str
    most: int = 10_000


SHAPES = {
    "/r{i}/<x>/b{i}": Shape("/r{i}/<x>/b{i}", "/r{i}/word/b{i}"),
    "/p{i}-<int:x>": Shape("/p{i}-<int:x>", "/p{i}-7"),
    "/<x>/b{i}": Shape("/<x>/b{i}", "/word/b{i}"),
    "/<a>-p{i}": Shape("/<a>-p{i}", "/word-p{i}"),
    "/same-<x>-e{i}": Shape("/same-<x>-e{i}", "/same-word-e{i}", most=1000),
    "/s{i}": Shape("/s{i}", "/s{i}"),
}
FEW = 10
BATCH_US = 1500.0


def build(shape: Shape, count: int) -> Any:
    """A Flask app with so many routes of a shape."""
    app = import_module("flask").Flask(__name__, static_folder=None)
    for i in range(count):

        def view(i: int = i, **values: Any) -> str:
            return str(i)

        app.add_url_rule(shape.rule.format(i=i), f"v{i}", view)
    return app


def request_to(shape: Shape, number: int) -> Request:
    """The request that the route of this number answers."""
    return Request("GET", shape.path.format(i=number))


def first_request(app: Any, shape: Shape) -> dict[str, float]:
    """CPU seconds and megabytes of an app's first request, which compiles it."""
    gc.collect()
    memory, clock = rss_mb(getpid()), process_time()
    send_wsgi(app, request_to(shape, 0))
    seconds = process_time() - clock
    gc.collect()
    return {"first_s": seconds, "first_mb": rss_mb(getpid()) - memory}


def timed(app: Any, shape: Shape, number: int) -> Callable[[], float]:
    """A timer for one route, after checking that it is this route that answers."""
    request = request_to(shape, number)
    answer = send_wsgi(app, request)
    if problems := list(Expect(body=str(number).encode()).problems(answer)):
        raise RuntimeError(f"{request.path}: {problems}")
    batch = wsgi_batch(app, request)
    batch(3)
    count = max(1, min(500, int(BATCH_US / max(batch(2), 0.1))))
    return lambda: min(batch(count) for _ in range(3))


def child(subject: str, name: str, count: int, rounds: int) -> dict[str, Any]:
    """Everything about one framework, shape and count."""
    if subject == "kolba":
        import_module("kolba").install()
    shape = SHAPES[name]
    small = build(shape, FEW)
    send_wsgi(small, request_to(shape, 0))
    clock = process_time()
    large = build(shape, count)
    found: dict[str, Any] = {"register_s": process_time() - clock}
    found |= first_request(large, shape)
    timers = {
        "few": timed(small, shape, 0),
        "first": timed(large, shape, 0),
        "last": timed(large, shape, count - 1),
    }
    taken: dict[str, list[float]] = {key: [] for key in timers}
    for _ in range(rounds):
        for key, timer in timers.items():
            taken[key].append(timer())
    return {**found, **taken}


def ask(subject: str, name: str, count: int, rounds: int) -> dict[str, Any]:
    """Run one child and read what it found."""
    command = [sys.executable, "-m", "bench.growing", subject, name, str(count), str(rounds)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


Found = dict[str, dict[int, dict[str, dict[str, Any]]]]
"""Shape, count, framework: what the child found."""


def measure(
    counts: tuple[int, ...], rounds: int, say: Callable[[str], None] = print, flask_most: int = 1000
) -> Found:
    """Run every shape at every count.

    Args:
        counts: how many routes.
        rounds: turns of each route.
        say: told what is going on.
        flask_most: the largest count at which Flask is timed over all the rounds.
    """
    found: Found = {}
    for name, shape in SHAPES.items():
        for count in (count for count in counts if count <= shape.most):
            say(f"growth: {count} routes {name}")
            by = found.setdefault(name, {}).setdefault(count, {})
            for subject in ("flask", "kolba"):
                fewer = 2 if subject == "flask" and count > flask_most else rounds
                by[subject] = ask(subject, name, count, fewer)
    return found


def growth(taken: dict[str, list[float]]) -> float:
    """The last of many routes against the first of few, the median over the rounds."""
    return median(last / few for last, few in zip(taken["last"], taken["few"], strict=True))


def figures(found: Found) -> Iterator[Figure]:
    """The table's figures: times, growth, and the cost of compiling."""
    times = "growth, whole request, CPU microseconds"
    for name, by_count in found.items():
        for count, by in by_count.items():
            for subject, taken in by.items():
                row = f"{name} x {count:,}"
                yield Figure(times, row, f"{subject} first", median(taken["first"]), "us")
                yield Figure(times, row, f"{subject} last", median(taken["last"]), "us")
    for name, by_count in found.items():
        most = max(by_count)
        for subject, taken in by_count[most].items():
            target = GROWTH if subject == "kolba" else None
            section = "growth, last of many against first of ten"
            row = f"{name} x {most:,}"
            yield Figure(section, row, subject, growth(taken), "", None, target)
    yield from compiling(found)


def compiling(found: Found) -> Iterator[Figure]:
    """What the first request costs on Kolba above Flask's first request."""
    section = (
        "compiling, above Flask's registration (what a route needs at its first use comes then)"
    )
    for name, by_count in found.items():
        most = max(by_count)
        flask, kolba = by_count[most]["flask"], by_count[most]["kolba"]
        for key, unit, target in (
            ("first_s", "s", COMPILE_SECONDS),
            ("first_mb", "MB", COMPILE_MB),
        ):
            row = f"{name} x {most:,}, {unit}"
            yield Figure(section, row, "flask", flask[key], unit)
            more = kolba[key] - flask[key]
            yield Figure(section, row, "kolba, more", more, unit, None, target)


if __name__ == "__main__":
    subject, name, count, rounds = sys.argv[1:]
    print(json.dumps(child(subject, name, int(count), int(rounds))))
