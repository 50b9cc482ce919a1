"""Sessions: Flask's `session`, in a store that merges and never resurrects.

`attach(app)` gives an app its session interface. For views: `for_user` lists and
ends the sessions of a person, `no_activity` marks views that are no use of one.
"""

from __future__ import annotations

from flask import Flask

from kolba.sessions import teardowns, unavailable
from kolba.sessions.errors import SessionTooLarge, TooLate
from kolba.sessions.interface import StoredSessions, be_stateless
from kolba.sessions.owners import Device, UserSessions, for_user, no_activity
from kolba.sessions.session import Session, has_moved_on
from kolba.sessions.unavailable import StateUnavailable
from kolba.startup import on_start

__all__ = [
    "Device",
    "Session",
    "SessionTooLarge",
    "StateUnavailable",
    "StoredSessions",
    "TooLate",
    "UserSessions",
    "attach",
    "for_user",
    "has_moved_on",
    "no_activity",
]


def attach(app: Flask) -> None:
    """Keep the sessions of `app` in its state store, unless its class says where they are."""
    if type(app).session_interface is not Flask.session_interface:
        return
    app.session_interface = StoredSessions(app)
    unavailable.attach(app)
    on_start(app, _check)
    on_start(app, teardowns.spare_answers)


def _check(app: Flask) -> None:
    """Whatever is wrong with the settings or the store is said before the first request."""
    interface = app.session_interface
    if not isinstance(interface, StoredSessions):
        return
    if interface.home.stateless:
        be_stateless(app)
        return
    interface.home.settle()
