"""An attack: the site that is built twice, what is done to it, and what came of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Literal

from flask import Flask, got_request_exception

from kolba import Kolba
from kolba.testing import RoutingErrors
from kolba.tour.lab.browser import Answer, Browser
from kolba.tour.lab.heard import listen

Strike = Callable[[Browser], bool]
Site = Callable[[type[Flask]], Flask]
Verb = Literal["refused", "recovered", "reported", "held"]


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack.

    Attributes:
        name: of its button, and of its texts under `lab.`.
        site: builds the application that is attacked.
        strike: attacks it; tells whether that did harm.
        verb: what Kolba does about it.
        base: where the site is.
    """

    name: str
    site: Site
    strike: Strike
    verb: Verb
    base: str = "http://shop.example"

    @property
    def source(self) -> str:
        """The code of the site, as it runs."""
        return inspect.getsource(self.site).rstrip()


@dataclass(frozen=True, slots=True)
class Side:
    """What came of it on one of the two.

    Attributes:
        name: the class of the application.
        harmed: whether the attack did what it was meant to.
        error: what the class said when the application was to start, if it refused that.
        answers: what came back, in order.
        logged: what its log says.
    """

    name: str
    harmed: bool
    error: str
    answers: tuple[Answer, ...]
    logged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Struck:
    """An attack and both sides."""

    attack: Attack
    flask: Side
    kolba: Side
    said: dict[str, str]


def strike(attack: Attack, language: str, said: dict[str, str] | None = None) -> Struck:
    """Attack both; `said` are headers that a real browser sent with it, if one did."""
    said = said or {}
    # A context of its own: the small applications must not see the tour's request.
    flask = Context().run(_side, attack, Flask, language, said)
    kolba = Context().run(_side, attack, Kolba, language, said)
    return Struck(attack, flask, kolba, said)


def _side(attack: Attack, kind: type[Flask], language: str, said: dict[str, str]) -> Side:
    name = f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
    logged = listen()
    browser = browser_of(attack.site, kind)
    browser.language, browser.base, browser.said = language, attack.base, said
    try:
        harmed = attack.strike(browser)
    except RoutingErrors as error:  # the class does not let it start: that is its answer
        return Side(name, False, str(error), ())
    return Side(name, harmed, "", tuple(browser.answers), tuple(logged))


def browser_of(site: Site, kind: type[Flask]) -> Browser:
    """Build a site of this class, and a browser that talks to it.

    The site's state stays in its own memory, and its errors out of the tour's log.
    """
    app = site(kind)
    app.secret_key = "a key of the laboratory"  # kolba: ignore[secret-key-in-code]
    app.config["KOLBA_STATE"] = "memory:"
    app.logger.disabled = True
    troubles: list[BaseException] = app.extensions.setdefault("tour_troubles", [])

    def note(sender: Flask, exception: BaseException) -> None:
        troubles.append(exception)

    app.extensions["tour_note"] = note  # the signal itself holds it weakly: it goes with the app
    got_request_exception.connect(note, app)
    return Browser(app)
