"""Chapter 1 under attack: a view named `static`."""

from __future__ import annotations

from flask import Flask, url_for

from kolba.tour.lab.attack import Attack
from kolba.tour.lab.browser import Browser


def shadowed(kind: type[Flask]) -> Flask:
    """A page about static electricity, in an application that keeps its files elsewhere."""
    app = kind("shop", static_folder=None, template_folder=None)

    @app.get("/electricity")
    def static() -> str:
        return "<h1>Static electricity</h1>"

    @app.get("/")
    def index() -> str:
        return f'<link rel="stylesheet" href="{url_for("static", filename="style.css")}">'

    return app


def look_for_styles(browser: Browser) -> bool:
    """Open the page; its style sheet must not be another page."""
    return "/electricity" in browser.get("/").text


ATTACKS = (Attack("static", shadowed, look_for_styles, "refused"),)
