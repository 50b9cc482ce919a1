"""The trap of a view named `static`: a real small application, built and thrown away."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, url_for

NAMES = ("static", "about")


@dataclass(frozen=True, slots=True)
class Sprung:
    """What Flask said to the view, or where `url_for('static', …)` leads with it."""

    error: str | None
    url: str | None


def spring(name: str, *, static_folder: bool) -> Sprung:
    """Build an application with a view of this name, and ask it for the URL of a style sheet."""
    app = Flask("trap", static_folder="static" if static_folder else None)
    try:
        app.add_url_rule("/page", name, lambda: "a page")
    except AssertionError as error:
        return Sprung(error=f"AssertionError: {error}", url=None)
    with app.test_request_context():
        try:
            return Sprung(error=None, url=url_for("static", filename="style.css"))
        except Exception as error:
            return Sprung(error=f"{type(error).__name__}: {error}", url=None)
