"""Chapter 5 under attack: what fetches a page that nobody looks at, and two tabs at once."""

from __future__ import annotations

from contextlib import suppress
from contextvars import Context
from threading import Barrier, BrokenBarrierError

from flask import Flask, flash, get_flashed_messages, redirect
from werkzeug.wrappers import Response

from kolba import Kolba
from kolba.tour.lab.attack import Attack, browser_of
from kolba.tour.lab.browser import Browser

TOGETHER = 20.0  # seconds that one of two requests waits for the other


def notes(kind: type[Flask]) -> Flask:
    """A page that shows what was flashed before."""
    app = kind("shop", static_folder=None, template_folder=None)

    @app.post("/save/<what>")
    def save(what: str) -> Response:
        flash(f"Saved: {what}")
        return redirect("/")

    @app.get("/")
    def index() -> str:
        return "; ".join(map(str, get_flashed_messages())) or "No message"

    return app


def two_tabs(kind: type[Flask]) -> Flask:
    """The same, where two requests are under way at once."""
    app = notes(kind)
    both = Barrier(2, timeout=TOGETHER)

    @app.post("/slow/<what>")
    def slow(what: str) -> Response:
        flash(f"Saved: {what}")
        wait_for_the_other(both)
        return redirect("/")

    return app


def wait_for_the_other(both: Barrier) -> None:
    """Go on when both requests are here."""
    with suppress(BrokenBarrierError):  # the other one did not come: then there is no race
        both.wait()


def knock_with_head(browser: Browser) -> bool:
    """A link checker asks for the head of the page before the visitor sees it."""
    browser.post("/save/tea")
    browser.send("HEAD", "/")
    return "Saved: tea" not in browser.get("/").text


def prefetch(browser: Browser) -> bool:
    """The browser fetches the page in advance, and nobody ever looks at that."""
    browser.post("/save/tea")
    browser.get("/", Sec_Purpose="prefetch")
    return "Saved: tea" not in browser.get("/").text


def race(browser: Browser) -> bool:
    """Two tabs save at the same moment; both messages must be seen."""
    browser.post("/save/milk")
    browser.together("/slow/tea", "/slow/sugar")
    shown = browser.get("/").text
    return not ("Saved: tea" in shown and "Saved: sugar" in shown)


def filtered(kind: type[Flask]) -> Flask:
    """A page that shows messages of one category, and one that shows the rest."""
    app = kind("shop", static_folder=None, template_folder=None)
    app.config["KOLBA_FLASH_WAIT"] = 0  # any page may show them at once

    @app.post("/save")
    def save() -> Response:
        for category in ("error", "info", "error"):
            flash("text", category)
        return redirect("/")

    @app.get("/")
    def index() -> str:
        return str(len(get_flashed_messages(category_filter=["error"])))

    @app.get("/rest")
    def rest() -> str:
        return str(len(get_flashed_messages()))

    return app


def left_by_filter(kind: type[Flask] = Kolba) -> int:
    """Leave three messages, show those of one category, and count what is left."""
    browser = Context().run(browser_of, filtered, kind)
    for method, path in (("POST", "/save"), ("GET", "/"), ("GET", "/rest")):
        answer = Context().run(browser.send, method, path)
    return int(answer.text)


ATTACKS = (
    Attack("head", notes, knock_with_head, "recovered"),
    Attack("prefetch", notes, prefetch, "recovered"),
    Attack("flash_race", two_tabs, race, "recovered"),
)
