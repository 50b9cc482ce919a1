"""The tour: the lesson's seven chapters, and the engine, as one live web site.

A `Kolba` application on the product's own features, written to be read: each chapter is
one module below `chapters/`, what it attacks is one module below `lab/`, and what both
say is one table below `texts/`.
"""

from __future__ import annotations

import os

from kolba import Kolba
from kolba.stores.memory import MemoryStore
from kolba.stores.sqlite import SQLiteStore
from kolba.tour import (
    chapters,
    errors,
    exercises,
    headers,
    home,
    languages,
    login,
    pictures,
    preferences,
    recorder,
    sources,
)
from kolba.tour.lab import board

STATE = "KOLBA_TOUR_STATE"


def create_app(state: str | None = None) -> Kolba:
    """Return the tour, ready to be served.

    Args:
        state: the file that sessions, messages and the key live in. Without it
            `KOLBA_TOUR_STATE` of the environment names one (`kolba tour` makes one in a
            private folder, for all its workers, and removes it at the end). With neither
            they live in this process and end with it: the tour never writes into the
            folder that it is installed in, nor into anybody's home.
    """
    app = Kolba(__name__)
    app.config.from_mapping(
        KOLBA_STATE=store(state or os.environ.get(STATE)),
        # Browsers send a cookie to every port of a host, so the tour's names must not
        # meet those of the visitor's own applications on localhost.
        SESSION_COOKIE_NAME="tour_session",
        SESSION_REFRESH_EACH_REQUEST=False,
        KOLBA_FLASH_WAIT=0,  # a visitor who tries things out does not wait for ten seconds
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_PARTS=50,
    )
    app.login_view = "login.page"
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    for part in PARTS:
        part.init_app(app)
    return app


PARTS = (
    recorder,
    languages,
    preferences,
    sources,
    headers,
    errors,
    home,
    login,
    exercises,
    board,
    pictures,
    chapters,
)


def store(path: str | None) -> SQLiteStore | MemoryStore:
    """Return the store in this file, or one that lives as long as the process."""
    return SQLiteStore(path) if path else MemoryStore()
