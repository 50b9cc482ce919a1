"""The lesson's ten apps on the engine, in process and over sockets: Flask's answers to the byte."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import groupby

import pytest

from tests.examples.lesson import JOURNEYS, KOLBA_STEPS, LESSON, STEPS
from tests.examples.wire import WireBrowser, serving
from tests.journey import WAYS, Played, assert_engine_ran, play


@cache
def played() -> dict[str, Played]:
    """The ten journeys on plain Flask and on the engine, in processes of their own."""
    return play("tests.examples.lesson_journey", *WAYS, env={"SECRET_KEY": "of the tests"})


def of_step(lines: list[str], step: str) -> list[str]:
    """The lines of one step."""
    marks = groupby(lines, key=lambda line: line.startswith("= step: "))
    parts = [list(part) for _, part in marks]
    return {mark[0]: part for mark, part in zip(parts[::2], parts[1::2], strict=True)}[
        f"= step: {step!r}"
    ]


@pytest.mark.parametrize("way", WAYS[1:])
@pytest.mark.parametrize("step", STEPS)
def test_the_engine_answers_as_flask(step: str, way: str) -> None:
    """Each step's journey, on the engine, is Flask's to the last byte."""
    assert of_step(played()[way].lines, step) == of_step(played()["flask"].lines, step)
    assert played()[way].log == played()["flask"].log


@pytest.mark.parametrize("way", WAYS[1:])
def test_the_engine_ran_the_lesson(way: str) -> None:
    """The answers that are compared are the engine's own."""
    assert_engine_ran(played()[way])


@pytest.mark.slow
@pytest.mark.parametrize("step", [*STEPS, *KOLBA_STEPS])
def test_kolba_run_serves_what_flask_run_serves(step: str) -> None:
    """Over real sockets, `kolba run FILE` gives the bytes that `flask run` gives, both versions."""
    ways = ("flask run", "kolba run")
    with ThreadPoolExecutor(len(ways)) as both:
        plain, ours = both.map(lambda way: served(way, step), ways)
    assert ours == plain


def served(way: str, step: str) -> list[str]:
    """What a visitor gets of a step that is served that way."""
    with serving(way, LESSON / f"{step}.py") as port:
        browser = WireBrowser(port)
        JOURNEYS[step.removesuffix("_kolba")](browser)
        return browser.lines
