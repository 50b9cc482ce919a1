"""The record of a session: made, changed, moved on, and purged when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from time import time
from typing import Any

from flask import Request

from kolba.sessions import about, identity
from kolba.sessions.basis import Basis
from kolba.sessions.fields import Fields
from kolba.sessions.identity import Identity
from kolba.sessions.ids import TRIES, key_of, new_id, new_names
from kolba.sessions.queues import QUEUE
from kolba.sessions.session import LIVE, NEW, Mail, Session, Standing
from kolba.stores import Changes, Purging, Record, State, StoreDown

logger = logging.getLogger("kolba.sessions")

TOUCH = 60.0
"""Seconds for which a use of a session need not be noted again."""

_PURGE_EVERY = 60.0
_PURGE_SOON = 0.25
_PURGE_BATCH = 200


class Records(Basis):
    """The part of `Home` that keeps."""

    _purged_at = _purge_at = 0.0

    def create(self, session: Session, fields: dict[str, bytes]) -> Identity:
        """Give a session a record of its own, and its browser a cookie, when the answer leaves.

        Returns:
            Whose it is.
        """
        now = time()
        policy = self.policy
        whose = identity.of(fields, policy.identity_keys)
        expires = policy.expires(now, now)
        where = about.describe(session._environ)
        record = Record(fields, now, now, expires, identity.owner(whose), where)
        mail, session._mail = session._mail, None
        create: Callable[..., bool] = self.store.create
        messages: tuple[Any, ...] = ()
        if mail is not None:
            if self._create_with is None:
                self._post(mail, now)
            else:
                create, messages = self._create_with, mail
        identifier, session._planned = session._planned, None
        for _ in range(TRIES):
            identifier = identifier or new_id()
            key = key_of(identifier)
            if create(key, record, *messages):
                session._id, session._key, session._record = identifier, key, record
                session._standing, session._cookie_due = LIVE, True
                self.purge_sometimes(now)
                return whose
            identifier = None  # its short name in the store may be another's
        raise AssertionError(f"{TRIES} random ids of 256 bits are taken")

    def _post(self, mail: Mail, now: float) -> None:
        queue, messages, limit = mail
        self.store.put(queue, messages, now=now, limit=limit)

    def post(self, session: Session) -> None:
        """Put the messages that waited for what became of their session."""
        mail, session._mail = session._mail, None
        if mail is not None and session._standing is LIVE:
            self._post(mail, time())

    def is_moving(self, fields: Fields) -> bool:
        """Whether the identity has changed, so that the session will have another id."""
        keys = self.policy.identity_keys
        return identity.of(fields.found, keys) != identity.of(fields.raw, keys)

    def logs_in(self, fields: Fields) -> bool:
        """Whether somebody has an identity now, and nobody had one before.

        Who was cleared away before counts as nobody, but may not come back.
        """
        keys = self.policy.identity_keys
        before, after = identity.of(fields.found, keys), identity.of(fields.raw, keys)
        return bool(after) and not (set(before) & set(after) if fields.cleared else before)

    @cached_property
    def _create_with(self) -> Callable[..., bool] | None:
        return getattr(self.store, "create_with", None)

    def queue_field(self, session: Session, fields: Fields, now: float | None = None) -> None:
        """Name the queue of a session that has none yet: every record is made with one."""
        if QUEUE not in fields.hidden:
            planned, queue = new_names(time() if now is None else now)
            if session._standing is NEW:
                session._planned = planned
            fields.hide(QUEUE, queue.encode())

    def merge(self, session: Session, changes: Changes) -> State:
        """Save changes into the session's own record; tells how it stood."""
        state = self.store.save(session._key, changes, now=time()).state
        self.note(session, state)
        return state

    def note(self, session: Session, state: State) -> None:
        """Take note of how the store says that a session stands."""
        if state is State.RETIRED:
            session._standing = Standing.RETIRED
        elif state is State.GONE:
            session._standing = Standing.ENDED

    def dropped(self, session: Session, fields: Fields) -> None:
        """Say that a request wrote to a session that had ended or moved on; never what."""
        names = sorted(
            repr(name) for name in {*fields.sets(), *fields.deletes()} if name[:1] != "~"
        )
        logger.warning(
            "%s %r: its session %s while it ran; dropped: %s",
            session._request.method,
            session._request.path,
            "got a new id" if session._standing is Standing.RETIRED else "was ended",
            "clear()" if fields.cleared else ", ".join(names) or "flash messages",
        )

    def used(self, session: Session, changes: Changes) -> Changes:
        """The same changes; once a minute, with the note that the session was used."""
        record, now = session._record, time()
        if record is None or now - record.seen < TOUCH:
            return changes
        if request_is_passive(self, session._request):
            return changes
        return changes._replace(seen=now, expires=self.policy.expires(record.created, now))

    def purge_sometimes(self, now: float) -> None:
        """Drop a bounded batch of what has expired: every minute, or soon if there is more."""
        if self._purged_at <= now < self._purge_at:  # else the clock was put back
            return
        self._purged_at, self._purge_at = now, now + _PURGE_EVERY
        store = self.store
        if isinstance(store, Purging):
            try:
                if store.purge(now=now, limit=_PURGE_BATCH) >= _PURGE_BATCH:
                    self._purge_at = now + _PURGE_SOON
            except StoreDown as error:
                logger.warning("expired state was not purged: %s", error)


def request_is_passive(basis: Basis, request: Request) -> bool:
    """Whether a request is no use of its session: marked by its path or at its view."""
    if basis.policy.is_passive(request.path):
        return True
    view = basis.app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "kolba_no_activity", False))
