"""All ten steps as one journey, for `tests.journey`: the apps are made first, then visited."""

from __future__ import annotations

from flask import Flask

from tests.examples.lesson import JOURNEYS, STEPS, load
from tests.journey.player import Visitor

_apps: dict[str, Flask] = {}


def create_app() -> Flask:
    """Make every app, so that an engine that is installed later meets all of them ready."""
    _apps.update({step: load(step) for step in STEPS})
    return _apps[STEPS[0]]


def journey(visitor: Visitor) -> None:
    for step, app in _apps.items():
        visitor.enter(app)
        visitor.note("step", step)
        JOURNEYS[step](visitor)
