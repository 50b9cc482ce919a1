"""How a session is found when it is first touched, and what of it need not be."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from time import time

from kolba.http.environs import environ_of
from kolba.sessions import migration
from kolba.sessions.cookie import Keys
from kolba.sessions.ends import Ends
from kolba.sessions.fields import Fields
from kolba.sessions.queues import QUEUE, QUEUES
from kolba.sessions.records import TOUCH
from kolba.sessions.session import LIVE, Session
from kolba.sessions.unavailable import unavailable
from kolba.stores import Record, StoreDown

_SAME_MOMENT = 1.0


class Opening(Ends):
    """The part of `Home` that reads."""

    def open(self, session: Session) -> Fields:
        """Find the session of a request; called at its first touch.

        Raises:
            StateUnavailable: the store is down.
        """
        found = None
        if session._sent:
            self.must_not_be_down(session)
        if not session._down:  # else the page that says so is being made
            try:
                keys = self._keys(session)
                if keys or self.policy.import_until:
                    found = self._find(session, keys, time())
            except StoreDown as error:
                session._down = True
                raise unavailable(error) from error
        fields = session._fields = Fields({}, self.policy.limit) if found is None else found
        return fields

    def open_to_end(self, session: Session) -> Fields:
        """The session of a request that ends it before it has looked at it: empty, whatever it is.

        PERF: to ask what a session holds takes as long as to end it. Should it matter after all,
        `look_back` asks.

        Raises:
            StateUnavailable: the store is down.
        """
        keys = () if session._down or session._sent else self._keys(session)
        if len(keys) != 1 or self.policy.import_until:
            return self.open(session)
        session._ends_unread, (_, session._key) = True, keys[0]
        fields = session._fields = Fields({}, self.policy.limit)
        return fields

    def look_back(self, session: Session) -> None:
        """Ask what was in a session that was to end unread; it ends all the same.

        Raises:
            StoreDown: the store cannot be asked.
        """
        if session._ends_unread:
            found = self._find(session, self._keys(session), time())
            session._ends_unread = False
            if found is not None:
                session._open().found_as(found)
                if session._leave_trace():
                    session._open().begin_anew()

    def held(self, session: Session) -> bool:
        """Whether the store held a session for its visitor.

        Raises:
            StateUnavailable: the store is down.
        """
        session._open()
        try:
            self.look_back(session)
        except StoreDown as error:
            raise self.down(session, error) from error
        return session._record is not None

    def _keys(self, session: Session) -> Keys:
        """The ids that a session's request came with."""
        request = session._asked()
        if request is not None:
            session._environ = environ_of(request)
        return self.cookie.keys(request, session._environ)

    def _find(self, session: Session, keys: Keys, now: float) -> Fields | None:
        old: tuple[str, Record] | None = None
        policy = self.policy
        for identifier, key in keys:
            if self._load_with is None:
                record = self.store.load(key, now=now)
            else:
                record, is_idle = self._load_with(key, QUEUE, QUEUES, now=now)
                session._idle_until = now + _SAME_MOMENT if is_idle else 0.0
            if record is None:
                continue
            # PERF: taken apart in one step, as each name of a named tuple is a look-up.
            fields, created, seen, _, _, _, retired = record
            if retired:
                old = old or (key, record)
            elif seen + TOUCH + policy.idle <= now or created + policy.absolute <= now:
                self.store.delete(key)  # its time was made shorter meanwhile
            else:
                session._standing, session._id, session._key = LIVE, identifier, key
                session._record = record
                return Fields(fields, policy.limit)
        if old is not None:
            return self.read_only(session, *old)
        return migration.imported(self, session, now)

    @cached_property
    def _load_with(self) -> Callable[..., tuple[Record | None, bool]] | None:
        return getattr(self.store, "load_with", None)

    def must_not_be_down(self, session: Session) -> None:
        """Refuse to go on with what is empty because its store is down; no 503 would say so.

        Raises:
            StateUnavailable: the store failed this session before.
        """
        if session._down:
            raise unavailable(StoreDown("the session could not be read"))

    def down(self, session: Session, error: StoreDown) -> Exception:
        """The error for a view whose session's store is down."""
        session._down = True
        return unavailable(error)
