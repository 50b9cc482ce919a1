"""Find the scenarios: public functions of the modules in `scenarios`, and the rows of tables.

Invariant: names are the same whichever engine runs, for the two runs are joined by name.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.differential import scenarios
from tests.differential.trace import Trace


@dataclass(frozen=True)
class Scenario:
    name: str
    claim: str
    function: str
    run: Callable[[Trace], None]


def table(rows: Iterable[str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function one scenario a row; it gets the row after the `Trace`."""

    def mark(function: Callable[..., None]) -> Callable[..., None]:
        function.rows = list(rows)  # type: ignore[attr-defined]
        return function

    return mark


def collect() -> list[Scenario]:
    """All scenarios, in the order of their modules and lines."""
    found: list[Scenario] = []
    for module in sorted(pkgutil.iter_modules(scenarios.__path__), key=lambda m: m.name):
        found.extend(_of_module(importlib.import_module(f"{scenarios.__name__}.{module.name}")))
    return found


def _of_module(module: Any) -> Iterator[Scenario]:
    theme = module.__name__.rpartition(".")[2]
    for name, function in vars(module).items():
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        if function.__module__ == module.__name__:
            yield from _of_function(f"{theme}.{name}", function)


def _of_function(name: str, function: Callable[..., None]) -> Iterator[Scenario]:
    claim = inspect.getdoc(function) or ""
    rows = getattr(function, "rows", None)
    if rows is None:
        yield Scenario(name, claim, name, function)
        return
    for row in rows:
        yield Scenario(f"{name}[{row}]", claim, name, lambda t, row=row: function(t, row))  # type: ignore[misc]
