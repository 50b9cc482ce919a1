"""Flash messages: shown once, on the page they were made for, and never lost on the way.

`flask.flash` and `flask.get_flashed_messages` do all of it, however they were
imported; `flash(…, now=True)` and `flash_keep()` are what Flask lacks.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any
from weakref import ref

import flask
from flask import Flask
from flask.globals import request_ctx
from flask.wrappers import Response

from kolba.flashes.box import Box
from kolba.flashes.pages import is_page, is_redirect
from kolba.flashes.rules import Rules, read_rules
from kolba.flashes.texts import FlashTooLarge
from kolba.sessions import Session, StoredSessions
from kolba.sessions.home import Home

__all__ = ["FlashTooLarge", "attach", "flash", "flash_keep"]


class StoredMessages:
    """The flash messages of one app."""

    def __init__(self, home: Home) -> None:
        self._home = ref(home)  # which holds this

    def _homes(self) -> Home:
        home = self._home()
        assert home is not None
        return home

    @cached_property
    def rules(self) -> Rules:
        """What the app has decided; read once."""
        return read_rules(self._homes().app)

    def settle(self) -> None:
        """Read all settings."""
        _ = self.rules

    def beside(self, session: Session) -> Box:
        """Those of one session."""
        return Box(session._home, self.rules, session)

    def follows(self, session: Session, response: Response) -> bool:
        """Whether an answer sends on a browser that may have brought messages for this page."""
        environ = session._environ
        return (
            "HTTP_COOKIE" in environ
            and environ["REQUEST_METHOD"] == "GET"
            and is_redirect(response)
            and is_page(environ)
            and bool(self._homes().cookie.ids(session._request))
        )


def attach(app: Flask) -> None:
    """Keep the flash messages of `app` in its state store, if its sessions are there."""
    interface = app.session_interface
    if isinstance(interface, StoredSessions):
        interface.home.messages = StoredMessages(interface.home)


def flash(message: Any, category: str = "message", *, now: bool = False) -> None:
    """Flash a message to the next page, as `flask.flash` does.

    Args:
        message: text (escaped when shown), or `Markup` (shown as it is).
        category: what `get_flashed_messages` may select by.
        now: for this request alone: if it does not show the message, nobody does.
    """
    flask.flash(message, category)
    box = _box()
    if now and box is not None:
        box.only_now()


def flash_keep() -> None:
    """Show this request's messages again on the next page."""
    box = _box()
    if box is not None:
        box.keep = True


def _box() -> Box | None:
    session = request_ctx.session
    beside = session._aside() if isinstance(session, Session) else None
    return beside if isinstance(beside, Box) else None
