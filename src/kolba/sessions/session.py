"""The dict that Flask calls `session`, opened when first touched.

Holds no policy: what it reads and writes is a `Fields`, and what becomes of
that is decided when the answer is ready (`kolba.sessions.ending`). Invariant: as
long as nothing is read or written, the store is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import ref

from flask.sessions import SessionMixin

from kolba.sessions.fields import Fields

if TYPE_CHECKING:
    from flask import Request

    from kolba.sessions.beside import Beside
    from kolba.sessions.home import Home
    from kolba.stores import Message, Record

Mail: TypeAlias = "tuple[str, list[Message], int]"
"""A queue, what is to be put into it, and how many it keeps."""

_NOTHING = object()


class Standing(Enum):
    """How a session stands with the store. A closed set: match all four."""

    NEW = "new"  # no record
    LIVE = "live"  # a record of its own
    RETIRED = "retired"  # its id was rotated away: read-only, sets no cookie
    ENDED = "ended"  # its record was ended under it: nothing of it may come back


# PERF: a member of an enumeration costs 0.1 us to look up.
NEW, LIVE = Standing.NEW, Standing.LIVE


class Session(SessionMixin, MutableMapping[str, Any]):
    """A session: a dict that lives in the store.

    Attributes:
        accessed: set by Flask when the session is reached through `flask.session`.
    """

    accessed = False

    # Until the first touch, these are all that there is of a session.
    _fields: Fields | None = None
    _standing = NEW
    _id: str | None = None
    _key = ""
    _record: Record | None = None
    _import_due = False
    _modified = False
    _planned: str | None = None  # the id that its record will have, if that is free
    _asked_for_messages = False

    # PERF: most pages that know their visitor ask for nothing of the request; it is made when
    # somebody does. Until then there is its context.
    _context: ref[Any]

    def __init__(
        self,
        home: Home,
        environ: dict[str, Any],
        *,
        context: Any = None,
        request: Request | None = None,
    ) -> None:
        self._home, self._environ, self._made = home, environ, request
        if request is None:
            self._context = ref(context)  # which holds this: no cycle is left
        # PERF: what every page asks for: what only the class has is looked for in all its bases.
        self._beside: Beside | None = None
        self._mail: Mail | None = None  # waits for the record to be made
        self._idle_until = 0.0  # by then nothing waits in its queue, but for what has just come
        self._sent = False  # the headers have left
        self._ends_unread = False  # it was cleared, and nobody has looked at it
        self._down = self._cookie_due = False

    def _asked(self) -> Request | None:
        """The request, if anybody has asked for it."""
        made = self._made
        if made is None and (context := self._context()) is not None:
            made = context.__dict__.get("request")
        return made

    @property
    def _request(self) -> Request:
        """The request; made now if nobody has asked for it."""
        made = self._made
        if made is None:
            context = self._context()
            app = self._home.app
            made = app.request_class(self._environ) if context is None else context.request
            self._made = made
        return made

    # -- the dict ------------------------------------------------------------

    def _open(self) -> Fields:
        fields = self._fields
        return self._home.open(self) if fields is None else fields

    def __getitem__(self, key: Any) -> Any:
        if key == "_flashes":
            waiting = self._aside().get()
            if not waiting:
                raise KeyError(key)
            return waiting
        return self._open().get(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """The value of a key, or `default`."""
        if key == "_flashes":
            return self._aside().get()
        fields = self._fields
        if fields is None:
            fields = self._home.open(self)
        if key not in fields.raw:
            return default
        try:
            return fields.get(key)
        except KeyError:
            return default

    def __setitem__(self, key: Any, value: Any) -> None:
        if key == "_flashes":
            self._aside().set(value)
            self._modified = True
            return
        fields = self._fields
        if fields is None:
            fields = self._home.open(self)
        if not self._sent:
            fields.set(key, value)
            return
        self._home.before_write(self, key)
        fields.set(key, value)
        self._home.save_late(self, fields)

    def __delitem__(self, key: Any) -> None:
        if key == "_flashes":
            self._aside().take()
            return
        fields = self._open()
        if not self._sent:
            fields.delete(key)
            return
        self._home.before_write(self, key)
        fields.delete(key)
        self._home.save_late(self, fields)

    def pop(self, key: Any, default: Any = _NOTHING) -> Any:
        """Remove a key and return its value; `default`, or KeyError, if there is none."""
        if key == "_flashes":
            return self._pop_flashes(default)
        try:
            value = self[key]
        except KeyError:
            if default is _NOTHING:
                raise
            return default
        del self[key]
        return value

    def _pop_flashes(self, default: Any) -> Any:
        aside = self._aside()
        if aside.has():
            return aside.take()
        if default is _NOTHING:
            raise KeyError("_flashes")
        return default

    def __contains__(self, key: object) -> bool:
        if key == "_flashes":
            self._asked_for_messages = True
            if self._beside is not None:
                return self._beside.has()
            fields = self._fields
            if self._home.is_idle(self, self._open() if fields is None else fields):
                return False  # PERF: most pages have no messages
            return self._aside().has(waits=True)
        return key in self._open().raw

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._open().raw))

    def __len__(self) -> int:
        return len(self._open().raw)

    def clear(self) -> None:
        """End this session: its id, its values and its messages. What is assigned after is new."""
        fields = self._fields
        if fields is None:
            fields = self._home.open_to_end(self)
        if self._sent:
            self._home.before_write(self, None)
        fields.clear()
        if not self._sent and self._leave_trace():
            fields.begin_anew()
        if self._beside is not None:
            self._beside.clear()
        if self._sent:
            self._home.save_late(self, fields)

    def _leave_trace(self) -> bool:
        """Whether this is the second click on a log-out: who does that is a stranger by then."""
        record = self._record
        if self._standing is not Standing.RETIRED or record is None or record.fields:
            return False
        self._standing, self._record = NEW, None
        return True

    def copy(self) -> dict[str, Any]:
        """The values as a plain dict."""
        return dict(self)

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self) | dict(other)

    def __ror__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return dict(other) | dict(self)

    def __ior__(self, other: Any) -> Session:  # type: ignore[misc]
        self.update(other)
        return self

    def __repr__(self) -> str:
        return f"<Session {dict(self)!r}>" if self._fields is not None else "<Session, unopened>"

    # -- what Flask adds -----------------------------------------------------

    @property
    def permanent(self) -> bool:
        """Whether the cookie outlives the browser."""
        return bool(self.get("_permanent", False))

    @permanent.setter
    def permanent(self, value: bool) -> None:
        # Apps say so in every request: what is so already is no change.
        if self.get("_permanent") is not bool(value):
            self["_permanent"] = bool(value)

    @property
    def new(self) -> bool:  # type: ignore[override]
        """Whether the store held no session for this visitor."""
        return not self._home.held(self)

    @property
    def modified(self) -> bool:
        """Whether anything was assigned or removed. Need not be set: inner changes are found."""
        return self._modified or (self._fields is not None and self._fields.is_written())

    @modified.setter
    def modified(self, value: bool) -> None:
        self._modified = bool(value)

    # -- what Kolba adds -----------------------------------------------------

    def increment(self, key: str, by: int = 1) -> int:
        """Add to a number, at once and atomically; a missing one counts as 0.

        Returns:
            The sum that the store now holds.

        Raises:
            TypeError: the key holds no whole number.
        """
        return self._home.increment(self, key, by)

    def append(self, key: str, value: Any) -> list[Any]:
        """Append to a list, at once and atomically; a missing one counts as empty.

        Returns:
            The list that the store now holds.

        Raises:
            TypeError: the key holds no list, or the value cannot be stored.
        """
        return self._home.append(self, key, value)

    def _aside(self) -> Beside:
        beside = self._beside
        if beside is None:
            beside = self._beside = self._home.messages.beside(self)
        return beside


def has_moved_on(session: object) -> bool:
    """Whether a session that was looked at is known by an id from before: it is read-only."""
    return isinstance(session, Session) and session._standing is Standing.RETIRED
