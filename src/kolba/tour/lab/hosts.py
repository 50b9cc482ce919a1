"""Chapter 1 under attack once more: somebody else's `Host`."""

from __future__ import annotations

from flask import Flask, url_for

from kolba.tour.lab.attack import Attack
from kolba.tour.lab.browser import Browser


def forgetful(kind: type[Flask]) -> Flask:
    """A site that mails links for a new password."""
    app = kind("shop", static_folder=None, template_folder=None)
    app.config["KOLBA_ORIGINS"] = ["http://shop.example"]

    @app.post("/forgot")
    def forgot() -> str:
        return "Mailed: " + url_for("reset", token="a1b2c3", _external=True)

    @app.get("/reset/<token>")
    def reset(token: str) -> str:
        return "Choose a new password"

    return app


def borrow_a_host(browser: Browser) -> bool:
    """Ask for Anna's password mail under another host's name."""
    return "evil.example/reset" in browser.post("/forgot", Host="evil.example").text


ATTACKS = (Attack("host", forgetful, borrow_a_host, "refused"),)
