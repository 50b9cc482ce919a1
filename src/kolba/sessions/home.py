"""Where the sessions of one app are at home: opened here, written through here.

Everything that asks the store on behalf of a view. What happens when the answer
is ready is `kolba.sessions.ending`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from time import time
from typing import Any
from weakref import ref

from flask import Flask, Request
from flask.sessions import SessionInterface

from kolba.environs import environ_of
from kolba.sessions import about, identity, migration
from kolba.sessions.beside import Messages, NoMessages
from kolba.sessions.cookie import Keys, SessionCookie, read_cookie
from kolba.sessions.errors import TooLate
from kolba.sessions.fields import Fields, Key, encoded_at, name_of, place
from kolba.sessions.ids import TRIES, key_of, new_id, new_names
from kolba.sessions.policy import Policy, read_policy
from kolba.sessions.session import LIVE, NEW, Mail, Session, Standing
from kolba.sessions.unavailable import unavailable
from kolba.stores import (
    Brief,
    Changes,
    Purging,
    Record,
    State,
    Store,
    StoreDown,
    is_stateless,
    store_of,
)
from kolba.stores.codec import decode, encode
from kolba.stores.opening import setting_of

logger = logging.getLogger("kolba.sessions")

TOUCH = 60.0
"""Seconds for which a use of a session need not be noted again."""

QUEUE = "~f"
"""The hidden field that names the session's queue of flash messages."""

QUEUES = "flash:"
"""What the names of those queues begin with."""

_SAME_MOMENT = 1.0
_PURGE_EVERY = 60.0
_PURGE_SOON = 0.25
_PURGE_BATCH = 200


class Home:
    """The sessions of one app, and their store."""

    def __init__(self, app: Flask, interface: SessionInterface) -> None:
        # An app holds its interface, which holds this: no cycle, as Flask has none.
        self._app, self._interface = ref(app), ref(interface)
        self.messages: Messages = NoMessages()
        self._purged_at = self._purge_at = 0.0

    @property
    def app(self) -> Flask:
        """The app."""
        app = self._app()
        assert app is not None
        return app

    @cached_property
    def policy(self) -> Policy:
        """What the app has decided; read once."""
        return read_policy(self.app)

    @cached_property
    def cookie(self) -> SessionCookie:
        """The app's session cookie; read once."""
        interface = self._interface()
        assert interface is not None
        return read_cookie(self.app, interface)

    @cached_property
    def stateless(self) -> bool:
        """Whether the app has no store, and its sessions are Flask's signed cookies."""
        return is_stateless(self.app)

    @cached_property
    def store(self) -> Store:
        """Where state lives; opened once."""
        return store_of(self.app)

    @cached_property
    def _load_with(self) -> Callable[..., tuple[Record | None, bool]] | None:
        return getattr(self.store, "load_with", None)

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

    # -- opening -------------------------------------------------------------

    def open(self, session: Session) -> Fields:
        """Find the session of a request; called at its first touch.

        Raises:
            StateUnavailable: the store is down.
        """
        found = None
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

    def read_only(self, session: Session, key: str, record: Record) -> Fields:
        """Let a request see a record that it may not write to."""
        session._standing, session._key, session._record = Standing.RETIRED, key, record
        return Fields(record.fields, self.policy.limit)

    # -- making --------------------------------------------------------------

    def create(
        self,
        session: Session,
        fields: dict[str, bytes],
        *,
        identifier: str | None = None,
        durable: bool = False,
    ) -> None:
        """Give a session a record of its own, and its browser a cookie, when the answer leaves.

        Args:
            identifier: its id, if that is free; else it gets another.
        """
        now = time()
        policy = self.policy
        owner = identity.owner(identity.of(fields, policy.identity_keys))
        expires = policy.expires(now, now)
        where = about.describe(session._environ)
        record = Record(fields, now, now, expires, owner, where)
        mail, session._mail = session._mail, None
        create: Callable[..., bool] = self.store.create
        messages: tuple[Any, ...] = ()
        if mail is not None:
            if self._create_with is None:
                self._post(mail, now)
            else:
                create, messages = self._create_with, mail
        planned, session._planned = session._planned, None
        identifier = identifier or planned
        for _ in range(TRIES):
            identifier = identifier or new_id()
            key = key_of(identifier)
            if create(key, record, *messages, durable=durable):
                session._id, session._key, session._record = identifier, key, record
                session._standing, session._cookie_due = LIVE, True
                return self.purge_sometimes(now)
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
        """Whether somebody has an identity now, and nobody had one before."""
        keys = self.policy.identity_keys
        return bool(identity.of(fields.raw, keys)) and not identity.of(fields.found, keys)

    @cached_property
    def _create_with(self) -> Callable[..., bool] | None:
        return getattr(self.store, "create_with", None)

    @cached_property
    def _delete_leaving(self) -> Callable[..., bool] | None:
        return getattr(self.store, "delete_leaving", None)

    def queue_field(self, session: Session, fields: Fields, now: float | None = None) -> None:
        """Name the queue of a session that has none yet: every record is made with one."""
        if QUEUE not in fields.hidden:
            planned, queue = new_names(time() if now is None else now)
            if session._standing is NEW:
                session._planned = planned
            fields.hide(QUEUE, queue.encode())

    # -- writing through -----------------------------------------------------

    def before_write(self, session: Session, key: Key | None) -> None:
        """Refuse what can no longer be kept because the headers have left.

        Raises:
            TooLate: the write would need a cookie.
        """
        if not session._sent or session._standing in (Standing.RETIRED, Standing.ENDED):
            return
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
        if session._standing is Standing.LIVE:
            if fields.cleared:
                self.store.delete(session._key)
                session._standing = Standing.ENDED
            else:
                sets = fields.sets()
                if sets or fields.is_written():
                    self.merge(session, Changes(set=sets, delete=fields.deletes()))
        elif fields.is_written():
            self.dropped(session, fields)
        fields.settle()

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
            "%s %s: its session %s while it ran; dropped: %s",
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

    def down(self, session: Session, error: StoreDown) -> Exception:
        """The error for a view whose session's store is down."""
        session._down = True
        return unavailable(error)

    def _must_be_plain(self, key: str) -> None:
        if key in self.policy.identity_keys:
            raise TypeError(f"session[{key!r}] is an identity: assign it")

    def _ready_to_write(self, session: Session, fields: Fields, key: str) -> bool:
        """Whether there is a live record to write to; makes one if there never was."""
        self.before_write(session, key)
        try:
            if session._ends_unread or (session._standing is Standing.LIVE and fields.cleared):
                self.end_record(session)
            if session._standing is Standing.NEW:
                self.queue_field(session, fields)
                self.create(session, dict(fields.hidden))
        except StoreDown as error:
            raise self.down(session, error) from error
        return session._standing is Standing.LIVE

    def end_record(self, session: Session) -> None:
        """End the session's record for good; what comes after is a new session.

        For the grace time its id answers as that of an empty session, read-only, so that
        requests in flight do not give the browser another one.
        """
        if self.policy.grace:
            self._end_leaving(session._key, time())
        else:
            self.store.delete(session._key)
        session._standing, session._record = Standing.NEW, None
        session._id, session._cookie_due = None, False
        session._ends_unread = False

    def _end_leaving(self, key: str, now: float) -> None:
        """End a record, and let its id answer as an empty session for a while, if there is room.

        Without room the end itself must not be an error.
        """
        expires = now + self.policy.grace
        trace = Record(fields={}, created=now, seen=now, expires=expires, retired=True)
        if self._delete_leaving is not None:
            self._delete_leaving(key, trace)
            return
        if not self.store.delete(key):
            return
        try:
            self.store.create(key, trace)
        except StoreDown as error:
            logger.warning("an ended session leaves no trace: %s", error)

    # -- keeping house -------------------------------------------------------

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


def queue_of(fields: Fields) -> str:
    """The queue of a session that has one."""
    return QUEUES + fields.hidden[QUEUE].decode()


def _never(queue: str) -> bool:
    return False


def request_is_passive(home: Home, request: Request) -> bool:
    """Whether a request is no use of its session: marked by its path or at its view."""
    if home.policy.is_passive(request.path):
        return True
    view = home.app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "kolba_no_activity", False))
