"""Chapter 3 under attack: a key that is missing, another site's form, half a megabyte of text."""

from __future__ import annotations

from flask import Flask, request

from kolba.tour.lab.attack import Attack
from kolba.tour.lab.browser import Browser

HALF_A_MEGABYTE = "Once upon a time. " * 30_000
FOREIGN = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


def orders(kind: type[Flask]) -> Flask:
    """A view that reads its form with `[]`."""
    app = kind("shop", static_folder=None, template_folder=None)

    @app.post("/order")
    def order() -> str:
        return f"One tea to {len(request.form['city'])} letters of a city"

    return app


def bank(kind: type[Flask]) -> Flask:
    """A view that does what a form says."""
    app = kind("shop", static_folder=None, template_folder=None)

    @app.post("/transfer")
    def transfer() -> str:
        return "100 roubles are on their way"

    return app


def stories(kind: type[Flask]) -> Flask:
    """A view that takes a long text."""
    app = kind("shop", static_folder=None, template_folder=None)

    @app.post("/story")
    def story() -> str:
        return f"Thank you for {len(request.form['story'])} letters"

    return app


def leave_a_key_out(browser: Browser) -> bool:
    """Send the form without the city: does the answer say what is missing?"""
    return "city" not in browser.post("/order", {"name": "Anna"}).text


def post_from_elsewhere(browser: Browser) -> bool:
    """Send another site's form, with the headers that a browser says so by."""
    return browser.post("/transfer", {"to": "evil"}, **(browser.said or FOREIGN)).status == 200


def send_too_much(browser: Browser) -> bool:
    """Send more than a form may hold: is the text in the answer, or gone?"""
    form = {"story": HALF_A_MEGABYTE}
    answer = browser.post("/story", form, Content_Type="multipart/form-data")
    return "Once upon a time." not in answer.text


ATTACKS = (
    Attack("missing", orders, leave_a_key_out, "reported"),
    Attack("foreign", bank, post_from_elsewhere, "refused"),
    Attack("large", stories, send_too_much, "recovered"),
)
