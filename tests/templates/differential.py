"""Random templates and contexts on stock Jinja and on ours.

A case in which stock Jinja does not repeat itself (a page that prints a piece of an address) shows
nothing about ours: it is counted apart.

`python -m tests.templates.differential --renders 100000` prints the totals, and each difference
with its seed. The tests run a few of the same.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jinja2 import Environment

from kolba.templates.techniques import ALL, Techniques, only
from tests.templates.environments import UNDEFINED, pair
from tests.templates.grammar import site
from tests.templates.outcome import Outcome, outcome
from tests.templates.values import context

# Contexts for each site: many more of them cost little beside compiling its templates.
CONTEXTS = 6
MOST_CONTEXTS = 1_000
Way = Callable[[Environment, dict[str, Any]], object]


def _render(environment: Environment, values: dict[str, Any]) -> object:
    return environment.get_template("main.html").render(values)


def _generate(environment: Environment, values: dict[str, Any]) -> object:
    return list(environment.get_template("main.html").generate(values))


def _module(environment: Environment, values: dict[str, Any]) -> object:
    module = environment.get_template("main.html").make_module(values)
    exported = sorted(name for name in vars(module) if not name.startswith("_"))
    return f"{module} {exported} {module.__html__()}"


def _block(environment: Environment, values: dict[str, Any]) -> object:
    template = environment.get_template("main.html")
    made = template.new_context(values)
    return [environment.concat(block(made)) for _, block in sorted(template.blocks.items())]


WAYS: tuple[Way, ...] = (_render, _render, _render, _render, _module, _generate, _block)


@dataclass(frozen=True)
class Difference:
    """A case where the two sides can be told apart."""

    seed: int
    way: str
    stock: Outcome
    fast: Outcome
    templates: dict[str, str]

    def __str__(self) -> str:
        sources = "\n".join(f"--- {name}\n{text}" for name, text in self.templates.items())
        return f"seed {self.seed}, {self.way}\n{self.stock}\n{self.fast}\n{sources}"


@dataclass
class Totals:
    """What was rendered, how it ended, and what differed."""

    renders: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    internals: int = 0
    unrepeatable: int = 0
    differences: list[Difference] = field(default_factory=list)

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {name}" for name, count in self.ends.most_common(12))
        return (
            f"{self.renders} renders, {len(self.differences)} differences\n"
            f"ends: {ends}\n"
            f"{self.unrepeatable} that stock Jinja does not repeat\n"
            f"{self.internals} tracebacks with other frames outside the templates"
        )

    def add(self, case: Case) -> None:
        """Count one render."""
        stock, fast = case.stock, case.fast
        self.renders += 1
        self.ends[stock.error[0] if stock.error else "text"] += 1
        self.internals += stock.internals != fast.internals
        if stock == fast:
            return
        if case.again() != stock:
            self.unrepeatable += 1
        else:
            self.differences.append(Difference(case.seed, case.way, stock, fast, case.templates()))


@dataclass(frozen=True)
class Case:
    """One render on both sides, and a way to do stock Jinja's once more."""

    seed: int
    way: str
    stock: Outcome
    fast: Outcome
    again: Callable[[], Outcome]
    templates: Callable[[], dict[str, str]] = dict


def cases(seed: int, techniques: Techniques, contexts: int = CONTEXTS) -> Iterator[Case]:
    """A site's renders on both sides: several contexts, in several ways."""
    rng = random.Random(seed)
    options: dict[str, Any] = {"undefined": rng.choices(UNDEFINED, (4, 6, 2, 1))[0]}
    if rng.random() < 0.25:
        options["autoescape"] = rng.choice((False, lambda name: name != "part.html"))
    if rng.random() < 0.05:
        options["finalize"] = lambda value: "<none>" if value is None else value
    if rng.random() < 0.1:
        options["optimized"] = False
    stock, fast = pair(site(seed), techniques, **options)
    for number in range(contexts):
        way = rng.choice(WAYS)
        again = partial(_side, way, stock, seed * MOST_CONTEXTS + number)
        found = _side(way, fast, seed * MOST_CONTEXTS + number)
        yield Case(seed, way.__name__, again(), found, again, partial(site, seed))


def _side(way: Way, environment: Environment, seed: int) -> Outcome:
    log: list[str] = []
    values = context(seed, log)
    return outcome(lambda: way(environment, values), log)


def run(
    renders: int,
    first_seed: int = 0,
    techniques: Techniques = ALL,
    contexts: int = CONTEXTS,
) -> Totals:
    """Render at least so many times."""
    totals = Totals()
    seed = first_seed
    while totals.renders < renders:
        for case in cases(seed, techniques, contexts):
            totals.add(case)
        seed += 1
    return totals


def main() -> int:
    """Print the totals; 1 if anything differed."""
    parser = argparse.ArgumentParser(prog="python -m tests.templates.differential")
    parser.add_argument("--renders", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--contexts", type=int, default=CONTEXTS, help="for each site")
    parser.add_argument("--only", help="this technique alone")
    parser.add_argument("--show", type=int, default=3, help="differences to print")
    options = parser.parse_args()
    techniques = only(options.only) if options.only else ALL
    totals = run(options.renders, options.seed, techniques, options.contexts)
    for difference in totals.differences[: options.show]:
        print(difference)
    print(totals)
    return int(bool(totals.differences))


if __name__ == "__main__":
    sys.exit(main())
