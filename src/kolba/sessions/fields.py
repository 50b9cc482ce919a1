"""The fields of one session in one request, and what has become of them.

Pure: knows no store and no request. Each field is encoded once, when it is
assigned, and decoded when it is first read. What was handed out and may have
changed inside is encoded again when the request ends and compared, so that
`session["cart"].append(2)` is saved and a list that was only read is not.

Names: a string key is its own name in the store; `~` begins all others (a
doubled one escapes a key that begins with it, `~k` holds a key that is no
string). Names that begin with `~` and another letter are hidden: they belong
to Kolba and are no keys of the dict.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup

from kolba.sessions.errors import SessionTooLarge
from kolba.stores.codec import CannotRead, CannotStore, decode, encode

logger = logging.getLogger("kolba.sessions")

Key = Hashable

_NONE: set[Any] = set()
"""Nothing: never added to."""

# What cannot change inside needs no second look.
_SOLID: Final = frozenset(
    (str, int, float, bool, type(None), bytes, datetime, date, Decimal, UUID, Markup)
)


def name_of(key: Key) -> str:
    """The name of a key's field in the store.

    Raises:
        TypeError: a key that cannot be stored.
    """
    if type(key) is str:
        return f"~{key}" if key.startswith("~") else key
    return "~k" + _encoded(key, key).decode()


def key_of(name: str) -> Key | None:
    """The key of a field in the store; None if the field is hidden."""
    if not name.startswith("~"):
        return name
    if name.startswith("~~"):
        return name[1:]
    return decode(name[2:].encode()) if name.startswith("~k") else None


def place(key: Key) -> str:
    """What errors call the place of a key's value."""
    return f"session[{key!r}]"


def encoded_at(where: str, value: Any) -> bytes:
    """The bytes of a value.

    Raises:
        CannotStore: names the place, which begins with `where`.
    """
    try:
        return encode(value)
    except CannotStore as error:
        error.path = where + error.path
        raise


def _encoded(key: Key, value: Any) -> bytes:
    try:
        return encode(value)
    except CannotStore as error:
        error.path = place(key) + error.path
        raise


class Fields:
    """A session's fields: how they were found, and how they are now.

    Attributes:
        raw: the encoded value of each key, as found or as last assigned.
        found: the encoded value of each key, as found or as last saved.
        first: the same, as found at first, once something has been saved; None until then.
        hidden: the hidden fields, by name.
        cleared: `clear` was called since the last `settle`.
    """

    # PERF: most requests only read, and these are then all that there is.
    _written: set[Any] = _NONE
    _hidden_written: set[Any] = _NONE
    _gone: set[Any] = _NONE
    _inside: set[Any] = _NONE  # whose values have changed inside
    cleared = False
    first: dict[Key, bytes] | None = None

    def __init__(self, stored: Mapping[str, bytes], limit: int) -> None:
        self._limit = limit
        raw: dict[Key, bytes] = {}
        hidden: dict[str, bytes] = {}
        for name, value in stored.items():
            if name[:1] != "~":
                raw[name] = value
            elif name[1:2] in ("~", "k"):
                raw[key_of(name)] = value
            else:
                hidden[name] = value
        self.raw = self.found = raw
        self.hidden = self._found_hidden = hidden
        self._values: dict[Key, Any] = {}
        self._untouched = True  # nothing has been assigned or removed
        self._solid = True  # nothing that was handed out can have changed inside

    def found_as(self, other: Fields) -> None:
        """Have been found as others were, which have not changed."""
        self.found, self._found_hidden = other.found, other._found_hidden

    def begin_anew(self) -> None:
        """Nothing was found: what was cleared has ended, and what is here is of another session."""
        if self._untouched:
            self._touch()
        if self.first is None:
            self.first = self.found
        self.found, self._found_hidden, self.cleared = {}, {}, False

    def _touch(self) -> None:
        """Tell what is from what was found. PERF: most requests change nothing, and have one."""
        self._untouched = False
        self.raw, self.hidden = self.found.copy(), self._found_hidden.copy()
        self._written, self._hidden_written = set(), set()
        self._gone, self._inside = set(), set()

    def get(self, key: Key) -> Any:
        """The value of a key.

        Raises:
            KeyError: there is none.
        """
        values = self._values
        if key in values:
            return values[key]
        raw = self.raw[key]
        try:
            value = values[key] = decode(raw)
            if type(value) not in _SOLID:
                self._solid = False
        except CannotRead as error:
            # SECURITY: what cannot be read is not there; it is kept in the store as it is.
            logger.error("%s cannot be read, and is left out: %s", place(key), error)
            if self._untouched:
                self._touch()
            del self.raw[key]
            raise KeyError(key) from error
        return value

    def set(self, key: Key, value: Any) -> None:
        """Assign a value.

        Raises:
            TypeError: key or value cannot be stored; names key and type.
        """
        if type(key) is not str:
            name_of(key)
        encoded = _encoded(key, value)
        if self._untouched:
            self._touch()
        raw, size = self.raw, len(encoded)
        if raw or size > self._limit:  # PERF: the first value is nearly always the only one
            self.must_fit(key, size)
        raw[key] = encoded
        self._values[key] = value
        if type(value) not in _SOLID:
            self._solid = False
        self._written.add(key)
        self._gone.discard(key)

    def must_fit(self, key: Key, size: int) -> None:
        """Refuse a value of `size` bytes under a key, if the session would grow over its limit.

        Raises:
            SessionTooLarge: names key, size and setting.
        """
        before = len(self.raw.get(key, b""))
        if size > before and self.size() - before + size > self._limit:
            raise SessionTooLarge(key, size, self._limit)

    def put(self, key: Key, encoded: bytes) -> None:
        """Take note of what the store holds under a key by now."""
        if self._untouched:
            self._touch()
        if self.first is None:
            self.first = self.found.copy()
        self.raw[key] = self.found[key] = encoded
        self._values.pop(key, None)
        self._written.discard(key)
        self._inside.discard(key)
        self._gone.discard(key)

    def hide(self, name: str, encoded: bytes) -> None:
        """Assign a hidden field."""
        if self._untouched:
            self._touch()
        self.hidden[name] = encoded
        self._hidden_written.add(name)

    def unhide(self, name: str) -> None:
        """Forget a hidden field, if there is one."""
        if self._untouched:
            self._touch()
        self.hidden.pop(name, None)

    def delete(self, key: Key) -> None:
        """Remove a key.

        Raises:
            KeyError: there is none.
        """
        if self._untouched:
            self._touch()
        del self.raw[key]
        self._values.pop(key, None)
        self._written.discard(key)
        self._inside.discard(key)
        self._gone.add(key)

    def clear(self) -> None:
        """Remove everything, hidden fields too."""
        if self._untouched:
            self._touch()
        self.raw.clear()
        self.hidden.clear()
        self._forget()
        self.cleared = True

    def is_written(self) -> bool:
        """Whether anything was assigned or removed; what changed inside values shows later."""
        return bool(self._written or self._gone or self._hidden_written or self.cleared)

    def is_changed(self) -> bool:
        """Whether anything was assigned or removed, or has changed inside.

        Raises:
            TypeError: a value has come to hold what cannot be stored.
        """
        if not self._untouched and (self.is_written() or self._inside):
            return True
        if self._solid:
            return False
        for key, value in self._values.items():
            if type(value) not in _SOLID and self._now_inside(key, value) is not None:
                return True
        return False

    def sets(self) -> dict[str, bytes]:
        """Encoded values to write, by name: assigned ones, and those that changed inside.

        Raises:
            TypeError: a value has come to hold what cannot be stored.
        """
        self.look_inside()
        raw = self.raw
        out = {name_of(key): raw[key] for key in (*self._written, *self._inside)}
        for name in self._hidden_written:
            out[name] = self.hidden[name]
        return out

    def look_inside(self) -> bool:
        """Whether values have changed inside; they are taken as they are now.

        Raises:
            TypeError: a value has come to hold what cannot be stored.
        """
        if not self._solid:
            for key, value in self._values.items():
                if type(value) not in _SOLID and self._changed_inside(key, value):
                    self._inside.add(key)
        return bool(self._inside)

    def _changed_inside(self, key: Key, value: Any) -> bool:
        """Whether a value has changed inside; if so, it is taken as it is now."""
        encoded = self._now_inside(key, value)
        if encoded is None:
            return False
        self.must_fit(key, len(encoded))
        if self._untouched:
            self._touch()
        self.raw[key] = encoded
        return True

    def _now_inside(self, key: Key, value: Any) -> bytes | None:
        """The bytes of a value that has changed inside; None if it has not."""
        encoded, before = _encoded(key, value), self.raw[key]
        return None if encoded == before or encoded == encode(decode(before)) else encoded

    def deletes(self) -> frozenset[str]:
        """Names to remove."""
        return frozenset(map(name_of, self._gone))

    def all(self) -> dict[str, bytes]:
        """Every field by name, as it is now, hidden ones too; call `look_inside` before."""
        named: dict[str, bytes] = self.hidden.copy()
        for key, value in self.raw.items():
            # PERF: nearly all keys are their own names.
            named[key if type(key) is str and key[:1] != "~" else name_of(key)] = value
        return named

    def pending(self, key: Key) -> tuple[dict[str, bytes], frozenset[str]]:
        """What is to be written, and to be removed, of one key."""
        name = name_of(key)
        value = self._values.get(key)
        if type(value) not in _SOLID and self._changed_inside(key, value):
            self._inside.add(key)
        is_assigned = key in self._written or key in self._inside
        assigned = {name: self.raw[key]} if is_assigned else {}
        return assigned, frozenset((name,) if key in self._gone else ())

    def size(self) -> int:
        """Bytes of all keys' values."""
        return sum(map(len, self.raw.values()))

    def settle(self) -> None:
        """What is now is how it was found: it has been saved."""
        if self.first is None:
            self.first = self.found
        self.found, self._found_hidden = self.raw, self.hidden
        self._written = self._hidden_written = self._gone = self._inside = _NONE
        self._untouched = True  # PERF: few write once more, and they copy it then
        self.cleared = False

    def revert(self, but: frozenset[Key] = frozenset()) -> None:
        """Take back every change, except to the keys in `but`.

        What was cleared stays cleared if any of `but` was found: then it ended an identity.
        """
        if self._untouched:
            self._touch()
        if self.cleared and not but.isdisjoint(self.found):
            kept = {key: value for key, value in self.raw.items() if key in but}
            self.raw, self._written = kept, self._written & but
            self._values.clear()
            self._inside.clear()
            return
        now, written, gone = self.raw, self._written & but, but & set(self.found)
        self.raw = dict(self.found)
        self.hidden = dict(self._found_hidden)
        self._forget()
        for key in written:
            self.raw[key] = now[key]
            self._written.add(key)
        for key in gone - set(now):
            del self.raw[key]
            self._gone.add(key)

    def _forget(self) -> None:
        self._values.clear()
        self._inside.clear()
        self._written.clear()
        self._gone.clear()
        self._hidden_written.clear()
        self.cleared = False
