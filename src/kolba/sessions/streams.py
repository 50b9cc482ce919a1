"""Sessions of answers whose body is made while it is sent.

The headers have left: what such a body writes is saved at once, what it changes
inside a value when the body ends, and messages that it showed count as shown
only if it came to its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flask.wrappers import Response

if TYPE_CHECKING:
    from kolba.sessions.home import Home
    from kolba.sessions.session import Session


def watch(home: Home, session: Session, response: Response) -> None:
    """See to it that the session of a streamed answer is finished when the body is."""
    if response.direct_passthrough:
        return
    if session._fields is None and not home.cookie.ids(session._request):
        return  # no session that could be written to
    response.response = _Body(home, session, response.response)


class _Body:
    """A streamed body that tells its session how it ended."""

    def __init__(self, home: Home, session: Session, parts: Any) -> None:
        self._home, self._session = home, session
        self._parts = parts
        self._iterator: Iterator[Any] = iter(parts)
        self._completed = self._closed = False

    def __iter__(self) -> _Body:
        return self

    def __next__(self) -> Any:
        try:
            return next(self._iterator)
        except StopIteration:
            self._completed = True
            raise

    def close(self) -> None:
        """The server has sent the body, or has given up.

        Raises:
            StoreDown: what the body changed was not saved.
        """
        try:
            close = getattr(self._parts, "close", None)
            if close is not None:
                close()
        finally:
            if not self._closed:
                self._closed = True
                self._finish()

    def _finish(self) -> None:
        session = self._session
        try:
            if session._fields is not None and not session._down:
                self._home.save_late(session, session._fields)
        finally:
            if session._beside is not None:
                session._beside.finish(self._completed)
