"""`Kolba`, the application class: a `flask.Flask` that is on the engine by itself."""

from __future__ import annotations

from flask import Flask

from kolba.engine import install

install()


class Kolba(Flask):
    """A Flask application that runs on the engine.

    Today it behaves exactly as `flask.Flask` does; the chapters' guarantees
    are switched on here as they land.
    """
