"""`python -m bench.growth`: what a match costs as the number of routes grows, engine alone.

For each family of routes and each count: microseconds to match the last route (found, converted),
the ratio to the first route of the smallest map, and what compiling the map for matching and for
building adds to Werkzeug's registration, in seconds of CPU and megabytes (tracemalloc).
The first and the last route take turns, so that a noisy machine slows both.
"""

from __future__ import annotations

import argparse
import gc
import tracemalloc
from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time
from typing import Any

from werkzeug.routing import Map, Rule

from kolba.engine.building import compile_builders
from kolba.engine.matching import Matcher, Miss, compile_map

#: Rule and path of the route of a number, and how many routes of the family make sense.
FAMILIES = {
    "/r{i}/<x>/b{i}": ("/r{i}/word/b{i}", 10_000),
    "/p{i}-<int:x>": ("/p{i}-7", 10_000),
    "/<x>/b{i}": ("/word/b{i}", 10_000),
    "/<a>-p{i}": ("/word-p{i}", 10_000),
    "/same-<x>-{i}": ("/same-word-{i}", 1_000),
    "/<path:x>/b{i}": ("/some/words/b{i}", 1_000),
    "/p{i}x<x>y{i}": ("/p{i}xwordy{i}", 1_000),
    "/s{i}": ("/s{i}", 10_000),
}
COUNTS = (10, 100, 1_000, 10_000)
CALLS = 2_000


def register(rule: str, count: int) -> Map:
    """Return a map of so many routes of a family."""
    methods = ["GET", "OPTIONS"]
    rules = [Rule(rule.format(i=i), endpoint=i, methods=methods) for i in range(count)]
    url_map = Map(rules)
    url_map.update()
    return url_map


def compiled(url_map: Map) -> tuple[Matcher[Any], float, float]:
    """Return the matcher, and the seconds and megabytes of compiling both ways."""

    def work() -> tuple[Any, Any]:
        return compile_map(url_map, lambda rule: rule.endpoint), compile_builders(url_map)

    gc.collect()
    clock = process_time()
    work()
    seconds = process_time() - clock
    gc.collect()
    tracemalloc.start()
    matcher, builders = work()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del builders
    return matcher, seconds, size / 2**20


def timer(matcher: Matcher[Any], path: str, number: int) -> Callable[[], float]:
    """Return a timer of one route in microseconds, after checking that it is that route."""
    find = matcher.find

    def once() -> float:
        clock = perf_counter()
        for _ in range(CALLS):
            leaf, raw = find("", path, "GET", False)  # type: ignore[misc]
            leaf.convert(raw)
        return (perf_counter() - clock) / CALLS * 1e6

    found = find("", path, "GET", False)
    if isinstance(found, Miss) or found[0].target != number:
        raise AssertionError(f"{path!r} found {found!r}. Fix the matcher first.")
    return once


def measure(rule: str, path: str, counts: list[int], rounds: int) -> None:
    """Print one line a count."""
    first: Callable[[], float] | None = None
    for count in counts:
        matcher, seconds, size = compiled(register(rule, count))
        last = timer(matcher, path.format(i=count - 1), count - 1)
        first = first or timer(matcher, path.format(i=0), 0)
        pairs = [(first(), last()) for _ in range(rounds)]
        cost = median(pair[1] for pair in pairs)
        ratio = median(pair[1] / pair[0] for pair in pairs)
        row = f"{rule:18} {count:7,} {cost:8.2f} {ratio:7.2f} {seconds:9.2f} {size:8.1f}"
        print(row, flush=True)


def main() -> None:
    """Measure all families, or those with a word of the command line in them."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("words", nargs="*", help="only families that contain one of these")
    parser.add_argument("--most", type=int, default=COUNTS[-1], help="largest number of routes")
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    print(f"{'family':18} {'routes':>7} {'last/us':>8} {'ratio':>7} {'compile/s':>9} {'MB':>8}")
    for rule, (path, most) in FAMILIES.items():
        if not options.words or any(word in rule for word in options.words):
            counts = [count for count in COUNTS if count <= min(most, options.most)]
            measure(rule, path, counts, options.rounds)


if __name__ == "__main__":
    main()
