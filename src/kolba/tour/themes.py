"""The visitor's theme: light, dark, or what the system says. A cookie keeps it."""

from __future__ import annotations

from flask import Flask, request

COOKIE = "tour_theme"
THEMES = ("auto", "light", "dark")


def current() -> str:
    """Return the theme that the cookie names; a broken cookie means none."""
    theme = request.cookies.get(COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def init_app(app: Flask) -> None:
    """Give templates `theme` and `themes`."""

    @app.context_processor
    def theme() -> dict[str, object]:
        return {"theme": current(), "themes": THEMES}
