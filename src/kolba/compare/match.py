"""The match: all requests to two sides on Flask and one on Kolba, then the two timed in turns.

Flask has two sides so that it can be compared with itself: a part in which they differ changes
by itself. A difference that is Kolba's alone is asked for again a second later, twice, because a
second may have ended between two answers; only what differs every time is called different.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kolba.compare.answers import Answer, Difference, differences, explained, received
from kolba.compare.asking import Request, suggested
from kolba.compare.sides import NoAnswer, Side
from kolba.compare.verdict import Comparison, Outcome, Verdict, middle
from kolba.errors import TargetError

TURN = 0.01
"""Seconds that a turn of Flask's takes, about; Kolba's has as many requests."""

MOST_IN_A_TURN = 100
SAFE = {"GET", "HEAD", "OPTIONS"}
"""Methods that change nothing: others are sent once a turn, or lists would grow without end."""

_AGAIN = 2
_EARLY = 0.3
"""Seconds of a second that count as its beginning."""

Step = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """How to compare.

    Attributes:
        requests: asked first, in this order; the routes after them have their cookies.
        fill: values for the arguments of routes, by name.
        rounds: turns of each side at each request; 0 for no timing.
        live: whether services that cannot be copied may be used.
        base: the URL that the application is asked at; None for what it expects itself.
        patience: seconds that one answer may take.
    """

    requests: tuple[Request, ...] = ()
    fill: Mapping[str, str] = field(default_factory=dict)
    rounds: int = 15
    live: bool = False
    base: str | None = None
    patience: float = 30.0


@dataclass(frozen=True, slots=True)
class Sides:
    """The three processes."""

    flask: Side
    twin: Side
    kolba: Side

    def all(self, do: str) -> None:
        for side in (self.flask, self.twin, self.kolba):
            side.ask(do)


def compare(
    target: str | None, settings: Settings, on_plan: Callable[[int], Step] | None = None
) -> Comparison:
    """Compares an application on Flask with itself on Kolba.

    Args:
        target: the application, as `kolba.targets.load` takes it.
        settings: how.
        on_plan: told how many requests there will be; returns what is called after each.

    Raises:
        TargetError: The application cannot be found or loaded.
        NotCopied: It uses a service, and `live` was not set.
    """
    with tempfile.TemporaryDirectory(prefix="kolba-compare-") as folder:
        match = Match(target, settings, Path(folder))
        try:
            return match.played(on_plan)
        finally:
            match.close()


class Match:
    """One comparison, from the first process to the last."""

    def __init__(self, target: str | None, settings: Settings, folder: Path) -> None:
        self._target = target
        self._settings = settings
        self._folder = folder
        self._stack = ExitStack()
        self._starts = 0
        self._unanswered: set[Request] = set()
        self._sides = self._start()

    def close(self) -> None:
        """Ends all processes."""
        self._stack.close()

    def played(self, on_plan: Callable[[int], Step] | None) -> Comparison:
        """Plays the whole, and returns what came of it."""
        about = self._sides.kolba.ask("about")
        routes = about["routes"]
        asked = [*self._settings.requests]
        asked += filter(None, (suggested(route, self._settings.base) for route in routes))
        phases = 2 if self._settings.rounds else 1
        step = on_plan(phases * len(asked)) if on_plan else None
        outcomes = [*self._stepped(self._compared(asked), step)]
        reached = self._sides.kolba.ask("reached")
        if self._settings.rounds:
            outcomes = self._all_timed(outcomes, step)
        return Comparison(
            target=self._target or about["name"],
            outcomes=(*outcomes, *map(left_out, (r for r in routes if r["path"] is None))),
            copied=tuple(reached["copied"]),
            files=tuple(reached["files"]),
            services=tuple(reached["services"]),
        )

    def _stepped(self, outcomes: Iterator[Outcome], step: Step | None) -> Iterator[Outcome]:
        for outcome in outcomes:
            yield outcome
            if step:
                step(str(outcome.request))

    def _compared(self, asked: list[Request]) -> Iterator[Outcome]:
        """Every request on all sides: they are asked the same, so their states stay the same."""
        written = len(self._settings.requests)
        for number, request in enumerate(asked):
            if number == written:
                self._sides.all("save")
            try:
                if number >= written:
                    self._sides.all("restore")
                elif request.method not in SAFE:
                    wait_for_a_new_second(time.time(), time.sleep)
                yield self._judged(request)
            except NoAnswer as error:
                self._unanswered.add(request)
                yield Outcome(request, Verdict.NO_ANSWER, note=str(error))
                self._restart(min(number, written))
        if len(asked) == written:
            self._sides.all("save")

    def _all_timed(self, outcomes: list[Outcome], step: Step | None) -> list[Outcome]:
        """The outcomes with their times. Afterwards the sides' states have nothing in common.

        The routes come first, and what may change the state more than they do comes last.
        """
        written = len(self._settings.requests)
        order = [*range(written, len(outcomes)), *range(written)]
        timings = self._stepped(self._timings(outcomes, order), step)
        timed = dict(zip(order, timings, strict=True))
        return [timed[number] for number in range(len(outcomes))]

    def _timings(self, outcomes: list[Outcome], order: list[int]) -> Iterator[Outcome]:
        for number in order:
            outcome = outcomes[number]
            try:
                self._sides.all("restore")
                yield self._timed(outcome)
            except NoAnswer as error:
                yield replace(outcome, note=f"not timed: {error}")
                self._restart(len(self._settings.requests))

    def _judged(self, request: Request) -> Outcome:
        """The outcome of one request, not yet timed."""
        seen: list[Difference] = []
        volatile: dict[str, None] = {}
        for attempt in range(1 + _AGAIN):
            if attempt:
                time.sleep(1)
            flask, twin, kolba, way = self._ask(request)
            by_itself = differences(flask, twin)
            seen = [d for d in differences(flask, kolba) if not explained(d, by_itself)]
            volatile |= dict.fromkeys(d.part for d in by_itself)
            if not seen:
                break
            if attempt < _AGAIN:
                volatile |= dict.fromkeys(d.part for d in seen)
        if seen:
            volatile = {part: None for part in volatile if part not in {d.part for d in seen}}
            return Outcome(request, Verdict.DIFFERENT, flask.status, tuple(seen), tuple(volatile))
        verdict = Verdict.VOLATILE if volatile else Verdict.IDENTICAL
        note = flask.raised or ("" if flask.whole else "its beginning was compared, and not timed")
        return Outcome(request, verdict, flask.status, volatile=tuple(volatile), note=note, way=way)

    def _ask(self, request: Request) -> tuple[Answer, Answer, Answer, str | None]:
        message = request.message()
        # Kolba between Flask's two: if the clock goes on from Flask to Kolba, so it has when the
        # twin is asked, and the time that each of them stores or shows changes by itself.
        sides = (self._sides.flask, self._sides.kolba, self._sides.twin)
        told = [side.ask("play", request=message) for side in sides]
        flask, kolba, twin = (received(one["answer"]) for one in told)
        return flask, twin, kolba, told[1]["way"]

    def _timed(self, outcome: Outcome) -> Outcome:
        """The outcome with its times: turns of Flask and of Kolba, one after the other."""
        if outcome.verdict not in {Verdict.IDENTICAL, Verdict.VOLATILE} or outcome.note:
            return outcome
        once = middle(self._turn(self._sides.flask, outcome.request, 3))
        self._turn(self._sides.kolba, outcome.request, 3)
        most = MOST_IN_A_TURN if outcome.request.method in SAFE else 1
        count = max(1, min(most, int(TURN / once)))
        turns = [
            (
                middle(self._turn(self._sides.flask, outcome.request, count)),
                middle(self._turn(self._sides.kolba, outcome.request, count)),
            )
            for _ in range(self._settings.rounds)
        ]
        return replace(
            outcome,
            flask=middle([flask for flask, _ in turns]),
            kolba=middle([kolba for _, kolba in turns]),
            ratio=middle([flask / kolba for flask, kolba in turns]),
        )

    def _turn(self, side: Side, request: Request, count: int) -> list[float]:
        seconds: list[float] = side.ask("time", request=request.message(), count=count)["seconds"]
        return seconds

    def _restart(self, played: int) -> None:
        """Begins anew with the first state, and plays the written requests again."""
        self._stack.close()
        self._sides = self._start()
        for request in self._settings.requests[:played]:
            if request not in self._unanswered:
                self._ask(request)
        self._sides.all("save")

    def _start(self) -> Sides:
        self._starts += 1
        # The engine's side first: it explains best what is wrong with an application.
        kolba = self._side("kolba", engine=True)
        # Names of one length: a page that shows where its copy is has one length, too.
        return Sides(self._side("flask"), self._side("twins"), kolba)

    def _side(self, name: str, engine: bool = False) -> Side:
        settings = self._settings
        setting: dict[str, Any] = {
            "name": f"{name}-{self._starts}",
            "target": self._target,
            "engine": engine,
            "live": settings.live,
            "fill": dict(settings.fill),
            "base": settings.base,
            "folder": str(self._folder),
        }
        try:
            return self._stack.enter_context(Side(setting, settings.patience))
        except NoAnswer as error:
            raise TargetError(
                f"cannot load {self._target or 'the application'!r}: {error}."
                " Raise --patience if it needs longer."
            ) from error


def wait_for_a_new_second(now: float, sleep: Callable[[float], None]) -> None:
    """Lets the sides store the same time, if they store one: they are asked one after the other."""
    if (late := now % 1) > _EARLY:
        sleep(1 - late)


def left_out(route: dict[str, Any]) -> Outcome:
    """The outcome of a route that cannot be asked."""
    request = Request("GET", route["rule"], endpoint=route["endpoint"])
    return Outcome(request, Verdict.NOT_ASKED, note=route["why"])
