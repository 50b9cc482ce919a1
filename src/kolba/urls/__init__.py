"""Chapter 1: URLs. Routes and links proved before the first request; files with long lives."""

from __future__ import annotations

from flask import Flask

from kolba import startup
from kolba.urls import guard, static


def attach(app: Flask) -> None:
    """Give `app` the guarantees of this chapter."""
    static.attach(app)
    startup.on_start(app, guard.check)
