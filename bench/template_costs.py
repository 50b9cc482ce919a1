"""What compiling templates and keeping them costs, on stock Jinja and on ours."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from time import process_time_ns
from typing import Any

from flask import Flask
from jinja2 import DictLoader, Environment

from bench.shapes import shapes

KEPT = 300
MOST_MEGABYTES = 10
MOST_TIMES = 1.2


def sources() -> dict[str, str]:
    """The templates of all shapes."""
    return {
        f"{number} {name}": source
        for number, shape in enumerate(shapes())
        for name, source in shape.templates.items()
    }


def costs(stock: type[Environment], fast: type[Environment], rounds: int) -> Iterator[str]:
    """Two lines: compile time, and memory of many templates, with their bounds."""
    one, other = (sum(_fastest(cls, rounds).values()) / 1000 for cls in (stock, fast))
    count = len(sources())
    yield (
        f"compiling {count} templates: {one:.1f} ms stock, {other:.1f} ms ours, "
        f"{other / one:.2f} times (at most {MOST_TIMES})"
    )
    a, b = (_memory(cls) / 1e6 for cls in (stock, fast))
    yield (
        f"keeping {KEPT} templates: {a:.2f} MB stock, {b:.2f} MB ours, "
        f"{b - a:.2f} MB more (at most {MOST_MEGABYTES})"
    )


def _make(cls: Any, templates: dict[str, str]) -> Environment:
    made: Environment = cls(Flask("bench"), loader=DictLoader(templates), cache_size=KEPT * 2)
    return made


def _fastest(cls: type[Environment], rounds: int) -> dict[str, float]:
    """Microseconds to load each template, the fastest of many rounds."""
    best: dict[str, float] = {}
    for _ in range(rounds * 3):
        environment = _make(cls, sources())
        for name in sources():
            before = process_time_ns()
            environment.get_template(name)
            spent = (process_time_ns() - before) / 1000
            best[name] = min(spent, best.get(name, spent))
    return best


def _memory(cls: type[Environment]) -> int:
    """Bytes that so many templates keep, all different, each rendered by nothing yet."""
    own = list(sources().items())
    templates = {
        f"{number} {own[number % len(own)][0]}": own[number % len(own)][1] + f"<!-- {number} -->"
        for number in range(KEPT)
    }
    environment = _make(cls, templates)
    gc.collect()
    tracemalloc.start()
    kept = [environment.get_template(name) for name in templates]
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept) == KEPT
    return size
