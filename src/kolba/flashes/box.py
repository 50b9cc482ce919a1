"""The flash messages of one session in one request: what came in, what is shown, what goes on.

Messages lie in a queue of the store that the session names. They are claimed
with a lease when a page asks for them, and deleted when that page has left;
every other end gives them back. Invariant: at any moment a message is in the
store, in an answer on its way, or was seen.
"""

from __future__ import annotations

import logging
from os import urandom
from time import time
from typing import Any
from weakref import ref

from flask.globals import _cv_request
from flask.wrappers import Response

from kolba.flashes.pages import (
    is_page,
    location_in,
    page_at,
    page_at_path,
    page_of,
    plain_page,
    target_of,
)
from kolba.flashes.rules import Rules
from kolba.flashes.shown import Entry, Shown, Waiting
from kolba.flashes.texts import pack, unpack
from kolba.guards.locations import PLAIN_PATHS
from kolba.sessions.headers import NOWHERE, PRIVATE, Leaving, keep_nowhere
from kolba.sessions.home import Home
from kolba.sessions.queues import QUEUE, queue_of
from kolba.sessions.session import LIVE, NEW, Session
from kolba.stores import Message, StoreDown

logger = logging.getLogger("kolba.flashes")


class Box:
    """See the module's docstring."""

    # PERF: most requests flash nothing, show nothing, and change none of these.
    keep = False
    _lease = ""
    _asked = False
    _shown: Shown | None = None
    _taken = False  # handed out for good, whether read or not
    _confirm = _release = False
    _leads_on = False  # the answer is not looked at, because the browser goes on
    _over = False  # the answer has left; who asks now is no page

    def __init__(self, home: Home, rules: Rules, session: Session) -> None:
        self._home, self._rules = home, rules
        self._session_ref = ref(session)  # which holds this: a cycle would wait for the collector
        self._pending: list[Entry] = []  # flashed in this request, not handed out
        self._own: list[Entry] = []  # flashed in this request and handed out
        self._claimed: list[Entry] = []  # out of the store, under the lease

    @property
    def _session(self) -> Session:
        session = self._session_ref()
        assert session is not None
        return session

    # -- session["_flashes"] -------------------------------------------------

    def get(self) -> Waiting:
        """What waits, in the store and in this request."""
        return Waiting(self._all)

    def _all(self) -> list[Any]:
        return [e.pair for e in (*self._claim(anybody=True), *self._pending)]

    def set(self, value: Any) -> None:
        """Take what `flask.flash` appended; anything else replaces what waits."""
        if type(value) is Waiting and value._data is None:
            added, value.appended = value.appended, []  # it may be assigned once more
        else:
            self._claim(anybody=True)
            self.take()
            self._mark_all_taken()
            added = list(value)
        for category, message in added:
            self.add(category, message)

    def add(self, category: Any, message: Any) -> None:
        """One more message.

        Raises:
            FlashTooLarge: it takes more bytes than `KOLBA_FLASH_SIZE`.
            CannotStore: it is of a type that cannot be kept.
            TooLate: the headers have left, and this visitor has no session yet.
        """
        session = self._session
        if session._fields is None:
            session._open()
        if session._sent:
            self._home.before_write(session, "_flashes")
        self._pending.append(Entry.of(*pack(category, message, self._rules.size)))
        if session._asked_for_messages and self._shown is None:
            context = _context_of(session)
            if context is not None and context.flashes is not None:
                context.flashes = self._hand_out()  # it was asked for before there was any

    def wait(self, pairs: list[Any]) -> None:
        """Messages of a cookie of Flask's, for whatever page asks first."""
        entries = []
        for pair in pairs:
            try:
                category, message = pair
                entries.append(Entry.of(*pack(category, message, self._rules.size)))
            except (TypeError, ValueError) as error:
                logger.warning("a message of a signed cookie was not imported: %s", error)
        if entries:
            self._put(self._session, entries, "", with_record=True)

    def has(self, *, waits: bool = False) -> bool:
        """Whether this request would get any."""
        if not (self._pending or self._claimed or self._own):
            self._claim(waits=waits)
        return bool(self._pending or self._claimed or self._own)

    def take(self) -> Shown:
        """Hand out what there is for this request."""
        self._claim()
        if self._shown is None:
            self._hand_out()
        assert self._shown is not None
        return self._shown

    def clear(self) -> None:
        """The session is cleared, and what was flashed before goes with it."""
        self._pending.clear()
        self._own.clear()
        self._taken = True

    # -- now and keep --------------------------------------------------------

    def only_now(self) -> None:
        """The newest message is for this request alone."""
        self._pending[-1].now = True

    # -- claiming ------------------------------------------------------------

    def _claim(self, *, anybody: bool = False, waits: bool = False) -> list[Entry]:
        """What the store holds for this request; asked once.

        Args:
            anybody: take also what is for another page.
            waits: it has been asked already whether there is anything.
        """
        if self._asked:
            return self._claimed
        session = self._session
        if not waits and self._home.is_idle(session, session._open()):
            return self._claimed
        context = _context_of(session)
        if context is not None and not anybody and not is_page(session._environ):
            return self._claimed
        target = None if anybody or context is None else _page_of(session)
        if self._over:
            self._look(session)
        else:
            self._ask(session, target)
        return self._claimed

    def _ask(self, session: Session, target: str | None) -> None:
        lease = self._lease or urandom(9).hex()
        if self._take_under(session, lease, target):
            self._lease = lease

    def _look(self, session: Session) -> None:
        """See what waits, for whoever, and leave it there.

        In tests that hold on to a request (`with client:`), and ask what it has flashed.
        """
        lease = urandom(9).hex()
        if self._take_under(session, lease, None):
            self._home.store.release(lease)

    def _take_under(self, session: Session, lease: str, target: str | None) -> bool:
        """Whether there was anything."""
        self._asked = True
        queue, now = queue_of(session._open()), time()
        try:
            claimed = self._home.store.claim(
                queue, lease, now=now, until=now + self._rules.lease, target=target
            )
        except StoreDown as error:
            raise self._home.down(session, error) from error
        self._claimed += [Entry.of(unpack(value), value) for value, _ in claimed]
        return bool(claimed)

    def _hand_out(self) -> Shown:
        entries = [*self._claimed, *self._newest()]
        if self._rules.collapse:
            entries = _without_repeats(entries)
        box = ref(self)  # which holds what is handed out

        def newest() -> list[Entry]:
            alive = box()
            return [] if alive is None else alive._newest()

        self._shown = Shown(entries, newest)
        return self._shown

    def _newest(self) -> list[Entry]:
        newest, self._pending = self._pending, []
        self._own += newest
        return newest

    # -- the end of the request ----------------------------------------------

    def before_save(self, response: Response, status: int, streamed: bool) -> None:
        """Put into the queue what is to wait."""
        session = self._session
        if session._sent:  # an answer was made already, and is replaced by this one
            self._confirm, self._release = False, True
            session._mail = None
            return
        location = location_in(response) if 300 <= status < 400 else None
        if location is not None and session._standing is LIVE and self._follows(session):
            self._ask(session, _page_of(session))
        if not (self._claimed or self._own or self._pending) and not streamed:
            return  # PERF: most pages have no messages
        self._leads_on = location is not None
        waits = self._sort(session, status, streamed)
        if waits:
            is_bound = status < 500 and status != 304
            target = self._target(session, response, location) if is_bound else ""
            self._put(session, waits, target, with_record=True)

    def _follows(self, session: Session) -> bool:
        """Whether this page, which sends its browser on, may have been brought messages."""
        return (
            not self._asked
            and QUEUE in session._open().hidden
            and session._environ["REQUEST_METHOD"] == "GET"
            and is_page(session._environ)
        )

    def _sort(self, session: Session, status: int, streamed: bool) -> list[Entry]:
        """Which messages wait for another page; decides what the lease comes to."""
        if self._shown is not None or self._taken:
            self._mark_taken(session)
        if status >= 500:
            self._release = True
            fresh = self._fresh()
            return fresh if self._home.policy.save_on_error else []
        if status == 304:
            self._release = True
            return self._fresh()
        if self._leads_on or self.keep:
            self._confirm = True
            return [e for e in self._claimed if not e.gone] + self._fresh()
        if streamed and not self._taken:
            begins = session._standing is NEW or session._open().cleared
            return self._unread(self._fresh()) if begins else []
        return self._unshown()

    def _target(self, session: Session, response: Response, location: str | None) -> str:
        """The page that what this one flashed is for."""
        if not is_page(session._environ):
            return ""
        if location in PLAIN_PATHS:
            return page_at_path(location)  # PERF: nearly all redirects, for which none is made
        request = session._request
        return target_of(request, response) if location is None else page_at(request, location)

    def _fresh(self) -> list[Entry]:
        """What was flashed in this request and may wait; none of it is asked for again."""
        fresh = [one for one in self._own + self._pending if not (one.now or one.gone)]
        self._pending = []
        return fresh

    def _unread(self, entries: list[Entry]) -> list[Entry]:
        return [entry for entry in entries if not entry.read]

    def _unshown(self) -> list[Entry]:
        """What this page, which was seen, has not shown."""
        unread, fresh = self._unread(self._claimed), self._unread(self._fresh())
        if len(unread) == len(self._claimed):
            self._release = True
            return fresh
        self._confirm = True
        return [*unread, *fresh]

    def _mark_taken(self, session: Session) -> None:
        """What an extension has popped by itself it has had, whether it looked or not."""
        if self._shown is not None and not self._taken:
            context = _context_of(session)
            if context is None or context.flashes is not self._shown:
                self._mark_all_taken()
        if self._taken:
            for entry in self._claimed:
                entry.read = entry.gone = True

    def _mark_all_taken(self) -> None:
        """All that was handed out so far is had; what is flashed from now on is new."""
        self._taken = True
        for entry in self._own:
            entry.read = entry.gone = True

    def _put(
        self, session: Session, entries: list[Entry], target: str, *, with_record: bool = False
    ) -> None:
        """Put messages into the queue, or leave them to the making of the session's record.

        SECURITY: who logs in leaves nothing in a session that has become another's meanwhile.
        """
        rules, now, home = self._rules, time(), self._home
        fields, is_live = session._open(), session._standing is LIVE
        if not (is_live or session._standing is NEW or (with_record and home.logs_in(fields))):
            logger.warning(
                "%s %r: flash messages were dropped, because the session had ended or moved on",
                session._request.method,
                session._request.path,
            )
            return
        home.queue_field(session, fields, now)
        open_at, expires = now + rules.wait, now + rules.life
        messages = [
            Message(entry.encoded, str(_part(entry, 0)), target, open_at, expires)
            for entry in entries
        ]
        if with_record and (not is_live or home.is_moving(fields)):
            session._mail = queue_of(fields), messages, rules.most
        else:
            home.store.put(queue_of(fields), messages, now=now, limit=rules.most)

    def after_save(self, response: Response, streamed: bool) -> None:
        """See to it that the lease ends as the answer does."""
        if (self._claimed or self._own) and (self._was_seen() or (streamed and self._claimed)):
            keep_nowhere(response)
        if self._lease:
            self._end_with(response, streamed)
        if not streamed:
            self._is_over()

    def _end_with(self, response: Response, streamed: bool) -> None:
        if self._release or self._taken or self._leads_on:
            self._end_lease()
        elif not streamed:
            response.call_on_close(self._end_lease)

    def _was_seen(self) -> bool:
        return True in [entry.read for entry in self._claimed + self._own]

    def leaves(self) -> Leaving | None:
        """What a page of text gets whose messages, if any, were all shown; then its part is over.

        PERF: nearly every page that has messages has come for them, and flashes none.
        """
        if self._own or self._pending or self.keep:
            return None
        leaving: Leaving = PRIVATE, None
        if self._lease:
            self._mark_taken(self._session)
            if self._taken or not self._claimed or self._unread(self._claimed):
                return None
            self._confirm = True
            leaving = NOWHERE, self._end_lease
        self._is_over()
        return leaving

    def finish(self, completed: bool) -> None:
        """A streamed answer is over."""
        if not completed:
            self._confirm, self._release = False, True
        elif not (self._confirm or self._release):
            waits = self._unshown()
            if waits:
                self._put(self._session, waits, "")
        self._end_lease()
        self._is_over()

    def _is_over(self) -> None:
        self._over, self._asked, self._claimed = True, False, []
        self._session._idle_until = 0.0

    def _end_lease(self) -> None:
        """Confirm or release; if that fails, the lease runs out and the messages are back."""
        lease, self._lease = self._lease, ""
        if not lease:
            return
        try:
            if self._confirm:
                self._home.confirm(lease)
            else:
                self._home.store.release(lease)
        except StoreDown as error:
            logger.error("flash messages may be shown again: %s", error)


def _context_of(session: Session) -> Any:
    """The present request context, if it is that of a session's request."""
    context, request = _cv_request.get(None), session._asked()
    if context is None:
        return None
    # PERF: as long as nobody has asked for the request, it is in one context only.
    is_its = context is session._context() if request is None else context.request is request
    return context if is_its else None


def _page_of(session: Session) -> str:
    """The name of the page that a session's request asks for."""
    plain = plain_page(session._environ) if session._asked() is None else None
    return plain or page_of(session._request)


_part = tuple.__getitem__  # of an entry, unread


def _without_repeats(entries: list[Entry]) -> list[Entry]:
    kept: dict[tuple[Any, Any], Entry] = {}
    for entry in entries:
        if kept.setdefault(entry.pair, entry) is not entry:
            entry.read = True
    return [*kept.values()]
