"""Chapter 6 under attack: a cookie without attributes, and one that is too large."""

from __future__ import annotations

from flask import Flask, make_response
from werkzeug.wrappers import Response

from kolba.tour.lab.attack import Attack
from kolba.tour.lab.browser import KEPT, Browser


def basket(kind: type[Flask]) -> Flask:
    """A cookie as it is written in a hurry."""
    app = kind("shop", static_folder=None, template_folder=None)

    @app.get("/")
    def index() -> Response:
        answer = make_response("Your basket")
        answer.set_cookie("basket", "tea")
        return answer

    return app


def letters(kind: type[Flask]) -> Flask:
    """A letter that is kept in a cookie until it is finished."""
    app = kind("shop", static_folder=None, template_folder=None)

    @app.get("/")
    def index() -> Response:
        answer = make_response("Your letter is kept")
        answer.set_cookie("letter", "Dear Anna, " * 400)
        return answer

    return app


def look_at_attributes(browser: Browser) -> bool:
    """Would another site's form, or a line without encryption, carry it?"""
    [header] = browser.get("/").headers("Set-Cookie")
    return not ("SameSite=Lax" in header and "Secure" in header)


def keep_a_letter(browser: Browser) -> bool:
    """Is a cookie promised that no browser keeps?"""
    return any(len(header) > KEPT for header in browser.get("/").headers("Set-Cookie"))


ATTACKS = (
    Attack("bare", basket, look_at_attributes, "recovered", base="https://shop.example"),
    Attack("oversize", letters, keep_a_letter, "refused"),
)
