"""What is written at once, and not when the answer is ready: sums, lists, and what comes late."""

from __future__ import annotations

from time import time
from typing import Any

from kolba.sessions.errors import TooLate
from kolba.sessions.fields import Fields, Key, encoded_at, name_of, place
from kolba.sessions.opening import Opening
from kolba.sessions.session import Session, Standing
from kolba.stores import Changes, State, StoreDown
from kolba.stores.codec import decode, encode


class Writing(Opening):
    """The part of `Home` that writes through."""

    def before_write(self, session: Session, key: Key | None) -> None:
        """Refuse what can no longer be kept because the headers have left.

        Raises:
            TooLate: the write would need a cookie.
            StateUnavailable: the store is down.
        """
        if not session._sent or session._standing in (Standing.RETIRED, Standing.ENDED):
            return
        self.must_not_be_down(session)
        what = "session.clear()" if key is None else place(key)
        if session._standing is Standing.NEW:
            raise TooLate(
                f"{what} was written after the headers were sent, and this visitor has no session "
                f"yet. Write to the session before the response begins."
            )
        if key in self.policy.identity_keys:
            raise TooLate(
                f"{what} changes the identity after the headers were sent, and with it the id that "
                f"the browser holds. Log in or out before the response begins."
            )

    def save_late(self, session: Session, fields: Fields) -> None:
        """Save at once what was written after the headers were sent.

        Raises:
            StoreDown: it was not saved.
        """
        if session._standing is not Standing.LIVE:
            if fields.is_written():
                self.in_vain(session, fields)
        elif fields.cleared:
            self._end_late(session, fields)
        else:
            sets = fields.sets()
            if sets or fields.is_written():
                self.merge(session, Changes(set=sets, delete=fields.deletes()))
        fields.settle()

    def _end_late(self, session: Session, fields: Fields) -> None:
        self.end_record(session)
        if session._standing is Standing.NEW:
            session._standing = Standing.ENDED  # it is too late to begin another
        else:
            self.in_vain(session, fields)

    def increment(self, session: Session, key: str, by: int) -> int:
        """See `Session.increment`."""
        fields = session._open()
        current: int = session.get(key, 0)
        for what, number in ((place(key), current), ("by", by)):
            if type(number) is not int:
                raise TypeError(f"{what} is a {type(number).__name__}: increment needs an int")
        self._must_be_plain(key)
        if not self._ready_to_write(session, fields, key):
            fields.set(key, total := current + by)
            return total
        name = name_of(key)
        assigned, removed = fields.pending(key)
        changes = Changes(set=assigned, delete=removed, add={name: by})
        try:
            outcome = self.store.save(session._key, self.used(session, changes), now=time())
        except StoreDown as error:
            raise self.down(session, error) from error
        if outcome.state is not State.LIVE:
            self.note(session, outcome.state)
            fields.set(key, total := current + by)
            return total
        total = outcome.sums[name]
        fields.put(key, str(total).encode())
        return total

    def append(self, session: Session, key: str, value: Any) -> list[Any]:
        """See `Session.append`."""
        fields = session._open()
        current = session.get(key, [])
        if type(current) is not list:
            raise TypeError(f"session[{key!r}] is a {type(current).__name__}: append needs a list")
        self._must_be_plain(key)
        element = encoded_at(f"{place(key)}[{len(current)}]", value)
        fields.must_fit(key, len(encode(current)) + len(element))
        if not self._ready_to_write(session, fields, key):
            fields.set(key, [*current, value])
            return [*current, value]
        return self._append(session, fields, key, element, [*current, value])

    def _append(
        self, session: Session, fields: Fields, key: str, element: bytes, local: list[Any]
    ) -> list[Any]:
        name = name_of(key)
        assigned, removed = fields.pending(key)
        changes = Changes(set=assigned, delete=removed, append={name: [element]})
        try:
            state = self.store.save(session._key, changes, now=time()).state
            record = self.store.load(session._key, now=time()) if state is State.LIVE else None
        except StoreDown as error:
            raise self.down(session, error) from error
        if record is None or name not in record.fields:
            self.note(session, state)
            fields.set(key, local)
            return local
        fields.put(key, record.fields[name])
        whole: list[Any] = decode(record.fields[name])
        return whole

    def _must_be_plain(self, key: str) -> None:
        if key in self.policy.identity_keys:
            raise TypeError(f"session[{key!r}] is an identity: assign it")

    def _ready_to_write(self, session: Session, fields: Fields, key: str) -> bool:
        """Whether there is a live record to write to; makes one if there never was."""
        if session._down and not session._sent:
            return False  # its answer is a 503, which is being made
        self.before_write(session, key)
        try:
            if session._ends_unread or (session._standing is Standing.LIVE and fields.cleared):
                self.end_record(session)
            if session._standing is Standing.NEW:
                fields.begin_anew()
                self.queue_field(session, fields)
                self.create(session, dict(fields.hidden))
        except StoreDown as error:
            raise self.down(session, error) from error
        return session._standing is Standing.LIVE
