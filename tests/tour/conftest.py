"""The tour, and a visitor of it."""

from __future__ import annotations

import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kolba.tour import create_app


def alone() -> Flask:
    """A tour that has read its settings as in a process of its own.

    Where Flask-WTF has been imported, by other tests, every `Kolba` app gets one more hook.
    """
    tour, other = create_app(), sys.modules.pop("flask_wtf", None)
    try:
        tour.test_client().get("/")
    finally:
        if other is not None:
            sys.modules["flask_wtf"] = other
    return tour


@pytest.fixture(scope="session")
def app() -> Flask:
    """One tour for all tests: what a visitor does changes nothing for another."""
    return alone()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor who has no cookies yet."""
    return app.test_client()
