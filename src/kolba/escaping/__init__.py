"""Chapter 2: escaping. What users send stands in pages as text, wherever it stands."""

from __future__ import annotations

from flask import Flask

from kolba import startup
from kolba.escaping import reflection
from kolba.escaping.autoescape import TEXT_TYPES, is_escaped
from kolba.escaping.environment import environment_class, equip

__all__ = ["attach", "environment_class", "equip", "is_escaped"]


def attach(app: Flask) -> None:
    """Give `app` the guarantees of this chapter."""
    app.config.setdefault("KOLBA_TEXT_TEMPLATES", TEXT_TYPES)
    startup.on_start(app, _watch_in_debug)


def _watch_in_debug(app: Flask) -> None:
    if app.debug:
        reflection.watch(app)
