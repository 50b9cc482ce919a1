"""What compiling templates and keeping them costs, on stock Jinja and on ours.

Compiled are the benchmark's own templates, and those that three well-known packages ship. Each
template is compiled by both sides in turn, escaping as in Flask, with garbage settled before; what
counts is each one's fastest round, so that what else the machine does falls out.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from time import process_time_ns
from typing import Any

from flask import Flask
from jinja2 import DictLoader, Environment
from tests.templates.shipped import EXTENSIONS, download, known, templates

from bench.shapes import shapes

PACKAGES = ("Flask-AppBuilder", "Flask-Admin", "Flask-Security-Too")
KEPT = 300
MOST_MEGABYTES = 10
MOST_TIMES = 1.2


def sources() -> Iterator[tuple[str, dict[str, str]]]:
    """Templates by their names, and whose they are."""
    yield (
        "the benchmark",
        {
            f"{number} {name}": source
            for number, shape in enumerate(shapes())
            for name, source in shape.templates.items()
        },
    )
    for package in PACKAGES:
        wheel = download(package)
        if wheel is not None:
            yield package, templates(wheel)


def costs(stock: type[Environment], fast: type[Environment], rounds: int) -> Iterator[str]:
    """Lines: compile time of each set of templates, memory of many, with their bounds."""
    mapping: dict[str, str] = {}
    for owner, found in sources():
        one, other, count = _fastest(stock, fast, found, rounds)
        yield (
            f"compiling {count} templates of {owner}: {one:.1f} ms stock, {other:.1f} ms ours, "
            f"{other / one:.2f} times (at most {MOST_TIMES})"
        )
        mapping |= {f"{owner} {name}": text for name, text in found.items()}
    a, b = (_memory(cls, mapping) / 1e6 for cls in (stock, fast))
    yield (
        f"keeping {KEPT} templates: {a:.2f} MB stock, {b:.2f} MB ours, "
        f"{b - a:.2f} MB more (at most {MOST_MEGABYTES})"
    )


def _make(cls: Any, mapping: dict[str, str]) -> tuple[Environment, list[str]]:
    """An environment as Flask makes it, and the names of what it can compile."""
    environment: Environment = cls(
        Flask("bench"),
        loader=DictLoader(mapping),
        autoescape=True,
        extensions=EXTENSIONS,
        cache_size=0,
    )
    filters, tests, names = known(mapping)
    for name in filters:
        environment.filters.setdefault(name, lambda value, *args, **kwargs: value)
    for name in tests:
        environment.tests.setdefault(name, lambda value, *args, **kwargs: bool(value))
    return environment, list(names)


def _fastest(
    stock: type[Environment], fast: type[Environment], mapping: dict[str, str], rounds: int
) -> tuple[float, float, int]:
    """Milliseconds of both sides for all templates, and how many there are."""
    sides = [_make(cls, mapping)[0] for cls in (stock, fast)]
    names = _make(stock, mapping)[1]
    best = {(side, name): float("inf") for side in sides for name in names}
    for number in range(rounds):
        gc.collect()
        for name in names:
            for side in sides if number % 2 else reversed(sides):
                before = process_time_ns()
                side.get_template(name)
                spent = (process_time_ns() - before) / 1e6
                best[side, name] = min(spent, best[side, name])
    one, other = (sum(best[side, name] for name in names) for side in sides)
    return one, other, len(names)


def _memory(cls: type[Environment], mapping: dict[str, str]) -> int:
    """Bytes that so many templates keep, all different, each rendered by nothing yet."""
    own = [(name, mapping[name]) for name in _make(cls, mapping)[1]]
    many = {
        f"{number} {own[number % len(own)][0]}": own[number % len(own)][1] + f"<!-- {number} -->"
        for number in range(KEPT)
    }
    environment, names = _make(cls, many)
    gc.collect()
    tracemalloc.start()
    kept = [environment.get_template(name) for name in names]
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept) == KEPT
    return size
