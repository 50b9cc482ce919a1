"""Whose sessions there are: for a page of devices, and for logging out elsewhere.

Works inside an application context, or with `app=` given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import Any

from flask import Flask, current_app, has_request_context
from flask.globals import request_ctx

from kolba.errors import ConfigError
from kolba.sessions import about, identity
from kolba.sessions.home import Home
from kolba.sessions.interface import StoredSessions
from kolba.sessions.session import Session
from kolba.stores import Listing, Record, Store


@dataclass(frozen=True, slots=True)
class Device:
    """One session of somebody, as that person may see it.

    Attributes:
        key: names it for `revoke`; opens nothing.
        created: when it began (UTC).
        seen: when it was last used (UTC), to the minute.
        address: the client's address when it began.
        device: what the browser said of itself then.
        current: whether it is the session of this very request.
    """

    key: str
    created: datetime
    seen: datetime
    address: str
    device: str
    current: bool


class UserSessions:
    """The sessions of one identity: `for_user(identity)`."""

    def __init__(self, home: Home, owner: str) -> None:
        self._home, self._owner = home, owner

    def __iter__(self) -> Iterator[Device]:
        return iter(self.list())

    def __len__(self) -> int:
        return len(self.list())

    def list(self) -> list[Device]:
        """All of them, newest use first.

        Raises:
            StoreDown: the store cannot be reached.
        """
        here = _current_key(self._home)
        found = self._listing().owned(self._owner, now=time())
        return [_device(key, record, here) for key, record in found.items()]

    def revoke(self, key: str) -> bool:
        """End one of them, for good; False if there is no such session of this identity."""
        if key not in self._listing().owned(self._owner, now=time()):
            return False
        return self._home.store.delete(key)

    def revoke_others(self) -> int:
        """End all but the session of this request; how many."""
        return self._listing().delete_owned(self._owner, keep=_current_key(self._home))

    def revoke_all(self) -> int:
        """End all of them, everywhere; how many."""
        return self._listing().delete_owned(self._owner)

    def _listing(self) -> Listing:
        return listing(self._home.store)


def for_user(who: Any, *, app: Flask | None = None) -> UserSessions:
    """The sessions of an identity, as it stands in the session (`7` and `"7"` are one).

    Raises:
        ConfigError: the app keeps no sessions in a store, or its store cannot list them.
    """
    home = home_of(app or current_app._get_current_object())  # type: ignore[attr-defined]
    listing(home.store)
    return UserSessions(home, identity.as_text(who) or "")


def home_of(app: Flask) -> Home:
    """The sessions of an app.

    Raises:
        ConfigError: they are not in a store.
    """
    interface = app.session_interface
    if not isinstance(interface, StoredSessions):
        raise ConfigError(
            f"the sessions of {app.name!r} are not in a state store but in "
            f"{type(interface).__name__}: use kolba.Kolba, and KOLBA_STATE other than 'cookie:'"
        )
    return interface.home


def listing(store: Store) -> Listing:
    """The store's power to list.

    Raises:
        ConfigError: it has none.
    """
    if isinstance(store, Listing):
        return store
    raise ConfigError(f"{type(store).__name__} cannot list sessions: it lacks the power `Listing`")


def no_activity(view: Any) -> Any:
    """Mark a view whose requests do not keep a session alive: polling, keep-alive pings."""
    view.kolba_no_activity = True
    return view


def device(key: str, record: Record) -> Device:
    """What may be shown of a record."""
    return _device(key, record, None)


def _device(key: str, record: Record, here: str | None) -> Device:
    began = about.read(record.about)
    return Device(
        key=key,
        created=datetime.fromtimestamp(record.created, UTC),
        seen=datetime.fromtimestamp(record.seen, UTC),
        address=began.address,
        device=began.device,
        current=key == here,
    )


def _current_key(home: Home) -> str | None:
    if not has_request_context():
        return None
    session = request_ctx.session
    if not isinstance(session, Session) or session._home is not home:
        return None
    session._open()
    return session._key or None
