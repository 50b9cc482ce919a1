"""The messages as Flask's functions hand them out, and whether they were looked at.

`flask.get_flashed_messages` takes all messages out of the session and filters
them afterwards; there is no telling it to leave some. So each message notices
whether its text was read: what was only passed over by a `category_filter` was
not shown, and waits for another page.
"""

from __future__ import annotations

from collections import UserList
from collections.abc import Callable, Iterator
from typing import Any, SupportsIndex


class Entry(tuple[Any, Any]):
    """A (category, message) pair that knows whether its message was read."""

    read = False  # somebody has it
    now = False  # it is for this request alone
    gone = False  # it was taken away on purpose
    encoded: bytes  # as it lies in the store

    @classmethod
    def of(cls, pair: tuple[Any, Any], encoded: bytes) -> Entry:
        """A pair that nobody has read."""
        entry = cls(pair)
        entry.encoded = encoded
        return entry

    @property
    def pair(self) -> tuple[Any, Any]:
        """A plain copy; to take it is not to read."""
        category, message = tuple.__iter__(self)
        return category, message

    def __getitem__(self, index: Any) -> Any:
        if index != 0:
            self.read = True
        return tuple.__getitem__(self, index)

    def __iter__(self) -> Iterator[Any]:
        self.read = True
        return tuple.__iter__(self)

    def __eq__(self, other: object) -> bool:
        self.read = True
        return tuple.__eq__(self, other)

    __hash__ = tuple.__hash__

    def __repr__(self) -> str:
        self.read = True
        return tuple.__repr__(self)


class Shown(list[Entry]):
    """What `get_flashed_messages` keeps for the request; takes in what is flashed later."""

    def __init__(self, entries: list[Entry], more: Callable[[], list[Entry]]) -> None:
        super().__init__(entries)
        self._more = more

    def take_in(self) -> None:
        """Add what was flashed since."""
        self.extend(self._more())

    def __iter__(self) -> Iterator[Entry]:
        self.take_in()
        return list.__iter__(self)

    def __len__(self) -> int:
        self.take_in()
        return list.__len__(self)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        self.take_in()
        return list.__getitem__(self, index)

    def __eq__(self, other: object) -> bool:
        self.take_in()
        return list.__eq__(self, other)

    __hash__ = None

    def __repr__(self) -> str:
        self.take_in()
        return list.__repr__(self)


class Waiting(UserList[Any]):
    """`session["_flashes"]`: the messages that wait, looked up when they are looked at.

    Appending asks nothing, so that `flask.flash` costs no look-up.
    """

    def __init__(self, look: Callable[[], list[Any]]) -> None:
        self._look = look
        self._data: list[Any] | None = None
        self.appended: list[Any] = []

    @property
    def data(self) -> list[Any]:
        """The messages."""
        if self._data is None:
            self._data = [*self._look(), *self.appended]
        return self._data

    @data.setter
    def data(self, value: list[Any]) -> None:
        self._data = value

    def append(self, item: Any) -> None:
        """Add a message."""
        if self._data is None:
            self.appended.append(item)
        else:
            self._data.append(item)
