"""Where the sessions of one app are at home: all that asks the store on behalf of a view.

What happens when the answer is ready is `kolba.sessions.ending`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from time import time

from flask import Flask
from flask.sessions import SessionInterface

from kolba.sessions.beside import Messages, NoMessages
from kolba.sessions.fields import Fields
from kolba.sessions.queues import QUEUE, queue_of
from kolba.sessions.session import LIVE, Session
from kolba.sessions.writing import Writing
from kolba.stores import Brief, StoreDown
from kolba.stores.opening import setting_of

logger = logging.getLogger("kolba.sessions")


class Home(Writing):
    """The sessions of one app, and the messages that lie beside them."""

    def __init__(self, app: Flask, interface: SessionInterface) -> None:
        super().__init__(app, interface)
        self.messages: Messages = NoMessages()
        self.told_of: set[str] = set()  # keys that may hold an identity: see `hints`

    def is_idle(self, session: Session, fields: Fields) -> bool:
        """Whether no messages wait for a session, as far as is known without asking."""
        if QUEUE not in fields.hidden or session._standing is not LIVE:
            return True
        if session._idle_until and session._idle_until > time():
            return True
        return self._knows_idle(queue_of(fields))

    @cached_property
    def _knows_idle(self) -> Callable[[str], bool]:
        return getattr(self.store, "is_idle", _never)

    @cached_property
    def confirm(self) -> Callable[[str], None]:
        """Says that the messages under a lease were shown."""
        store = self.store
        return store.confirm_soon if isinstance(store, Brief) else store.confirm

    def settle(self) -> None:
        """Read all settings, and open the store if one was named.

        The file of an app that named none is made when there is something to keep.

        Raises:
            ConfigError: a setting cannot be used, or the store cannot be where it should.
        """
        _ = self.policy, self.cookie
        self.messages.settle()
        if setting_of(self.app) is None:
            return
        try:
            _ = self.store
        except StoreDown as error:
            logger.error("the state store cannot be reached yet: %s", error)


def _never(queue: str) -> bool:
    return False
