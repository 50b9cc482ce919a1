"""The pytest plugin: `visitor`, `tab` and `clock` for tests that have an `app` fixture.

It is loaded in every run of pytest where Kolba is installed, so it imports
nothing of Kolba until a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask import Flask

    from kolba.testing import Tab, Visitor


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody with a browser, new in each test."""
    from kolba.testing import Visitor

    return Visitor(app)


@pytest.fixture
def tab(visitor: Visitor) -> Tab:
    """A tab of `visitor`, with nothing open."""
    return visitor.tab()


@pytest.fixture
def clock() -> Iterator[Any]:
    """A stopped clock: `clock.shift(seconds)` moves it."""
    from kolba import testing

    with testing.clock() as stopped:
        yield stopped
