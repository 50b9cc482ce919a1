"""The match: every request to two sides on Flask and one on Kolba, then both timed in turns.

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
_AGAIN = 2

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
        step = on_plan(len(asked)) if on_plan else None
        outcomes = []
        for outcome in self._outcomes(asked):
            outcomes.append(outcome)
            if step:
                step(str(outcome.request))
        reached = self._sides.kolba.ask("reached")
        return Comparison(
            target=self._target or about["name"],
            outcomes=(*outcomes, *map(left_out, (r for r in routes if r["path"] is None))),
            copied=tuple(reached["copied"]),
            files=tuple(reached["files"]),
            services=tuple(reached["services"]),
        )

    def _outcomes(self, asked: list[Request]) -> Iterator[Outcome]:
        written = len(self._settings.requests)
        for number, request in enumerate(asked):
            if number == written:
                self._sides.all("save")
            try:
                if number >= written:
                    self._sides.all("restore")
                yield self._timed(self._judged(request))
            except NoAnswer as error:
                self._unanswered.add(request)
                yield Outcome(request, Verdict.NO_ANSWER, note=str(error))
                self._restart(written if number >= written else number)

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
        sides = (self._sides.flask, self._sides.twin, self._sides.kolba)
        told = [side.ask("play", request=message) for side in sides]
        flask, twin, kolba = (received(one["answer"]) for one in told)
        return flask, twin, kolba, told[-1]["way"]

    def _timed(self, outcome: Outcome) -> Outcome:
        """The outcome with its times: turns of Flask and of Kolba, one after the other."""
        if not self._settings.rounds or outcome.verdict is Verdict.DIFFERENT or outcome.note:
            return outcome
        once = middle(self._turn(self._sides.flask, outcome.request, 3))
        self._turn(self._sides.kolba, outcome.request, 3)
        count = max(1, min(MOST_IN_A_TURN, int(TURN / once)))
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


def left_out(route: dict[str, Any]) -> Outcome:
    """The outcome of a route that cannot be asked."""
    request = Request("GET", route["rule"], endpoint=route["endpoint"])
    return Outcome(request, Verdict.NOT_ASKED, note=route["why"])
