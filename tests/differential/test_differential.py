"""Every scenario gives on Kolba, line by line, what it gives on Flask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.differential.class_patches import EARLIEST
from tests.differential.collect import Scenario, collect
from tests.differential.compare import first_difference
from tests.differential.run import PLANTS
from tests.differential.unpromised import UNPROMISED, UNPROMISED_LATE

_ROOT = Path(__file__).parents[2]
_SCENARIOS = collect()
_LEAST_SCENARIOS, _LEAST_REQUESTS = 120, 1_500
Results = dict[str, dict[str, Any]]


def run(engine: str, *arguments: str) -> Results:
    """One whole run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.differential.run", "--engine", engine, *arguments],
        cwd=_ROOT,
        env=os.environ | {"PYTHONHASHSEED": "0"},
        stdout=subprocess.PIPE,
        check=True,
    )
    results: Results = json.loads(done.stdout)
    return results


@cache
def runs() -> tuple[Results, Results, Results]:
    """Flask, Flask again, and Kolba."""
    with ThreadPoolExecutor() as pool:
        flask, again, kolba = pool.map(run, ("flask", "flask", "kolba"))
    return flask, again, kolba


def _parameters() -> list[Any]:
    return [
        pytest.param(
            scenario,
            id=scenario.name,
            marks=[pytest.mark.xfail(reason=UNPROMISED[scenario.name], strict=False)]
            if scenario.name in UNPROMISED
            else [],
        )
        for scenario in _SCENARIOS
    ]


@pytest.mark.parametrize("scenario", _parameters())
def test_kolba_answers_as_flask(scenario: Scenario) -> None:
    """Status, headers, chunks, errors, logs, hooks and signals are Flask's, in Flask's order."""
    flask, _, kolba = runs()
    assert not flask[scenario.name]["broken"], flask[scenario.name]["broken"]
    difference = first_difference(flask[scenario.name]["lines"], kolba[scenario.name]["lines"])
    assert not difference, f"{scenario.claim}\n{difference}"


def test_flask_is_compared_with_what_it_always_does() -> None:
    """Two runs of Flask are equal, so that a difference is never chance."""
    flask, again, _ = runs()
    assert {
        name: difference
        for name in flask
        if (difference := first_difference(flask[name]["lines"], again[name]["lines"]))
    } == {}


def test_there_is_enough_of_it() -> None:
    """Neither the scenarios nor the requests have silently gone."""
    flask, _, kolba = runs()
    assert flask.keys() == kolba.keys()
    assert len({result["function"] for result in flask.values()}) >= _LEAST_SCENARIOS
    for results in (flask, kolba):
        assert sum(result["requests"] for result in results.values()) >= _LEAST_REQUESTS


def test_every_scenario_states_its_claim() -> None:
    """A scenario without a claim proves nothing that anyone could name."""
    assert [s.name for s in _SCENARIOS if not s.claim] == []


def test_the_unpromised_exist() -> None:
    """An exception to the promise names a scenario that is really there."""
    assert UNPROMISED.keys() <= {scenario.name for scenario in _SCENARIOS}


@pytest.mark.parametrize("name", EARLIEST)
def test_what_was_patched_before_kolba_came_acts_as_under_flask(name: str) -> None:
    """A method that a tool replaces before Kolba is imported is called as Flask calls it."""
    only = EARLIEST[name][2]
    plain, flask, kolba = (
        run(engine, "--only", only, *arguments)[only]["lines"]
        for engine, arguments in (
            ("flask", ()),
            ("flask", ("--patched", name)),
            ("kolba", ("--patched", name)),
        )
    )
    assert first_difference(plain, flask), "the patch has no effect here"
    assert not first_difference(flask, kolba), first_difference(flask, kolba)


_PATCHED = "class_patches_early.a_method["


@cache
def late_run() -> Results:
    return run("late", "--only", _PATCHED)


@pytest.mark.parametrize(
    "name",
    sorted(
        {s.name for s in _SCENARIOS if s.name.startswith(_PATCHED)}
        - UNPROMISED.keys()
        - UNPROMISED_LATE.keys()
    ),
)
def test_no_method_that_was_replaced_before_kolba_came_is_gone_round(name: str) -> None:
    """Every method that a tool replaces before Kolba is imported is called as under Flask."""
    flask, late = runs()[0][name]["lines"], late_run()[name]["lines"]
    assert not first_difference(flask, late), first_difference(flask, late)


@pytest.mark.parametrize("planted", PLANTS)
def test_a_planted_difference_is_seen(planted: str) -> None:
    """If Kolba added a header, joined chunks, changed an error or lost a teardown, a test fails."""
    only = "hooks.the_order_of_everything"
    right = run("flask", "--only", only)
    wrong = run("kolba", "--only", only, "--plant", planted)
    assert right.keys() == wrong.keys() == {only}
    assert first_difference(right[only]["lines"], wrong[only]["lines"])


_INSPECTED = ("errors.", "hooks.", "odd_responses.", "responses.", "sessions.", "signals.")
_INSPECTED_TOO = (
    "bodies.",
    "broken_parts.",
    "closing.",
    "moved_contexts.",
    "streaming.",
    "templates.",
)
"""What the inspector looks at; the whole is `python -m tests.differential.run`."""


@cache
def inspected_run() -> Results:
    return run("inspected", "--only", ",".join(_INSPECTED + _INSPECTED_TOO))


@pytest.mark.parametrize("theme", _INSPECTED + _INSPECTED_TOO)
def test_an_app_that_is_inspected_answers_as_it_does(theme: str) -> None:
    """With the inspector around it, an app gives line by line what it gives without it."""
    kolba, inspected = runs()[2], inspected_run()
    names = [name for name in inspected if name.startswith(theme)]
    assert names
    differences = {
        name: difference
        for name in names
        if (difference := first_difference(kolba[name]["lines"], inspected[name]["lines"]))
    }
    assert differences == {}
