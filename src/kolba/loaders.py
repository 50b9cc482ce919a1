"""How an app's templates are read outside of a request: as their loaders ask for it.

Flask asks a loader while a page is made, so that one may read `current_app`
(Flask-Themes2). Invariant: an app whose loaders do not ask for it gets no context,
whose end would run teardown functions that wait for what a request has set.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask
from jinja2 import Environment

T = TypeVar("T")


def as_asked(app: Flask, read: Callable[[], T]) -> T:
    """What `read()` gives, in an app context where it cannot do without."""
    try:
        return read()
    except RuntimeError:
        with app.app_context():
            return read()


def names(environment: Environment) -> list[str]:
    """The templates that an environment's loader lists; none of one that cannot list them."""
    try:
        return environment.list_templates()
    except TypeError:  # Jinja's word for it
        return []
