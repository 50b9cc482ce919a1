"""How a session ends: its record, the id of it that is still under way, and what it moved on to.

Invariant: what was ended shows nothing more to anybody, and nothing of it is begun anew. An id
from before a log-in has no say in what became of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from time import time

from kolba.sessions import identity
from kolba.sessions.fields import Fields
from kolba.sessions.queues import QUEUE
from kolba.sessions.records import Records
from kolba.sessions.session import NEW, Session, Standing
from kolba.stores import Listing, Record, State, StoreDown

logger = logging.getLogger("kolba.sessions")


class Ends(Records):
    """The part of `Home` that ends."""

    def end_record(self, session: Session) -> None:
        """End the session's record for good; what comes after is a new session.

        For the grace time its id answers as that of an empty session, read-only, so that
        requests in flight do not give the browser another one. If it had moved on, it has
        not ended.
        """
        fields, now = session._open(), time()
        state = self._end(session._key, now)
        session._ends_unread, session._idle_until = False, 0.0
        if state is State.RETIRED:
            record = self.store.load(session._key, now=now)
            if record is not None and record.fields:
                return fields.found_as(self.read_only(session, session._key, record))
        session._standing, session._record = NEW, None
        session._id, session._cookie_due = None, False
        if state is not State.LIVE and self._is_back(fields):
            session._standing = Standing.ENDED
        elif state is State.RETIRED:
            fields.begin_anew()  # another request has ended it, and given its browser another id
        return None

    def in_vain(self, session: Session, fields: Fields) -> None:
        """Of what was written to a session that had ended or moved on, only a log-out counts."""
        keys = self.policy.identity_keys
        is_log_out = identity.of(fields.found, keys) and not identity.of(fields.raw, keys)
        if is_log_out and session._standing is Standing.RETIRED:
            self._end_moved(session)
        else:
            self.dropped(session, fields)

    def _is_back(self, fields: Fields) -> bool:
        """Whether somebody who was cleared away has been put back."""
        return bool(identity.of(fields.raw, self.policy.identity_keys)) and not self.logs_in(fields)

    def _end_moved(self, session: Session) -> None:
        """Log out of a session that has moved on: where it is now, and under its old id.

        SECURITY: only as long as it is still the same person's.
        """
        record, now = session._record, time()
        self.store.delete(session._key)
        if record is None or record.owner is None or not isinstance(self.store, Listing):
            return
        queue = record.fields.get(QUEUE)
        for key, owned in self.store.owned(record.owner, now=now).items():
            if queue is not None and owned.fields.get(QUEUE) == queue:
                self._end(key, now)
                session._standing = Standing.ENDED

    def unmake(self, session: Session) -> None:
        """Take back a record that was made in this request, and that nobody knows of."""
        self.store.delete(session._key)
        session._standing, session._record = NEW, None
        session._id, session._key, session._cookie_due = None, "", False

    def leave_trace(self, key: str, now: float) -> None:
        """Let an id whose record has ended answer as an empty session for a while.

        If there is no room for that, the end itself must not be an error.
        """
        if not self.policy.grace:
            return
        try:
            self.store.create(key, self._trace(now))
        except StoreDown as error:
            logger.warning("an ended session leaves no trace: %s", error)

    def read_only(self, session: Session, key: str, record: Record) -> Fields:
        """Let a request see a record that it may not write to."""
        session._standing, session._key, session._record = Standing.RETIRED, key, record
        return Fields(record.fields, self.policy.limit)

    def _end(self, key: str, now: float) -> State:
        """End a record that has not moved on; tells what was met."""
        if self.policy.grace:
            if self._delete_leaving is not None:
                return self._delete_leaving(key, self._trace(now))
            record = self.store.load(key, now=now)
            if record is not None and record.retired:
                return State.RETIRED
        if not self.store.delete(key):
            return State.GONE
        self.leave_trace(key, now)
        return State.LIVE

    def _trace(self, now: float) -> Record:
        expires = now + self.policy.grace
        return Record(fields={}, created=now, seen=now, expires=expires, retired=True)

    @cached_property
    def _delete_leaving(self) -> Callable[..., State] | None:
        return getattr(self.store, "delete_leaving", None)
