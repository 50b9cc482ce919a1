"""The tour, and a visitor of it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kolba.tour import create_app


@pytest.fixture(scope="session")
def app() -> Flask:
    """One tour for all tests: what a visitor does changes nothing for another."""
    return create_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor who has no cookies yet."""
    return app.test_client()
