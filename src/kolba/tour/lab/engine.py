"""Chapter 8 under attack: an application that is changed after its plan was made."""

from __future__ import annotations

from flask import Flask

from kolba.tour.lab.attack import Attack
from kolba.tour.lab.browser import Browser


def prices(kind: type[Flask]) -> Flask:
    """One page."""
    app = kind("shop", static_folder=None, template_folder=None)

    @app.get("/price")
    def price() -> str:
        return "Tea: 100"

    return app


def replace_a_view(browser: Browser) -> bool:
    """Replace the view while the site is running, as monitoring agents do."""
    browser.get("/price")
    browser.app.view_functions["price"] = lambda: "Tea: 120"
    return browser.get("/price").text != "Tea: 120"


ATTACKS = (Attack("late", prices, replace_a_view, "held"),)
