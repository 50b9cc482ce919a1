"""Pictures, drawn from what was recorded: never from what should have happened.

This file finds the facts; `_pictures.html` draws them as SVG that can be read aloud.
"""

from __future__ import annotations

from contextvars import Context
from dataclasses import dataclass
from functools import cache
from typing import Literal

from flask import Flask

from kolba import Kolba
from kolba.engine.report import RouteReport
from kolba.tour.lab.attack import browser_of
from kolba.tour.lab.browser import Answer
from kolba.tour.lab.flashes import notes

Fate = Literal["left", "waits", "shown", "lost", "gone"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A request in the life of a message, and what became of the message there."""

    sent: str
    fate: Fate


@cache
def flash_life() -> dict[str, tuple[Moment, ...]]:
    """Return a message's life under both classes, recorded when first asked for."""
    return {
        "flask.Flask": Context().run(life_in, Flask),
        "kolba.Kolba": Context().run(life_in, Kolba),
    }


def life_in(kind: type[Flask]) -> tuple[Moment, ...]:
    """Leave a message, let two pass by whom nobody sees, then look twice."""
    browser = browser_of(notes, kind)
    browser.post("/save/tea")
    browser.send("HEAD", "/")
    browser.get("/", Sec_Purpose="prefetch")
    browser.get("/")
    browser.get("/")
    return tuple(moments(browser.answers))


def moments(answers: list[Answer]) -> list[Moment]:
    """Say what became of the message at each request, by which pages really had it."""
    names = ("POST", "HEAD", "GET (prefetch)", "GET", "GET")
    seen = ["Saved: tea" in answer.text for answer in answers]
    fates: list[Fate] = ["left"]
    for index in range(1, len(answers)):
        unseen = index in (1, 2)
        if seen[index] and not unseen:
            fates.append("shown")
        elif unseen and any(seen[3:]):
            fates.append("waits")
        else:
            fates.append("gone" if set(fates) & {"lost", "shown"} else "lost")
    return [Moment(name, fate) for name, fate in zip(names, fates, strict=True)]


def stations(route: RouteReport) -> list[tuple[str, str]]:
    """Return what a request passes on its route: the kind of each station, and its name."""
    return [
        ("match", route.path),
        *(("before", name_of(hook)) for hook in route.before),
        ("view", route.endpoint),
        *(("after", name_of(hook)) for hook in route.after),
        ("answer", "start_response"),
    ]


def name_of(hook: object) -> str:
    """Return what its author called a function."""
    return str(getattr(hook, "__name__", type(hook).__name__))


def init_app(app: Kolba) -> None:
    """Give templates the facts."""
    app.add_template_global(flash_life)
    app.add_template_global(stations)
