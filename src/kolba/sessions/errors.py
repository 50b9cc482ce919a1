"""What goes wrong with a session that its app can do something about."""

from __future__ import annotations

from kolba.errors import KolbaError


class SessionTooLarge(KolbaError, ValueError):
    """A session would take more bytes than `KOLBA_SESSION_LIMIT`.

    Attributes:
        key: the key that made it so.
        size: bytes of that key's value.
        limit: bytes that a session may take.
    """

    def __init__(self, key: object, size: int, limit: int) -> None:
        super().__init__(
            f"session[{key!r}] takes {size} bytes, and with it the session more than its limit of "
            f"{limit} bytes. Keep large things in your database and their id in the session, or "
            f"raise KOLBA_SESSION_LIMIT."
        )
        self.key = key
        self.size = size
        self.limit = limit


class TooLate(KolbaError, RuntimeError):
    """A session was written when its cookie could no longer be sent."""
