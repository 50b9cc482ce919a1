"""What lives beside a session under a key of its own: the flash messages.

Flask keeps messages in `session["_flashes"]`, and extensions look for them
there. The session passes that key on to a `Beside`, which the chapter of flash
messages provides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from flask.wrappers import Response

from kolba.sessions.headers import Leaving

if TYPE_CHECKING:
    from kolba.sessions.session import Session


class Beside(Protocol):
    """The key `_flashes` of one session, and its part in the end of the request."""

    def get(self) -> Any:
        """`session["_flashes"]`."""

    def set(self, value: Any) -> None:
        """`session["_flashes"] = value`."""

    def add(self, category: Any, message: Any) -> None:
        """One more message.

        Raises:
            ValueError: it is too large to be kept.
            CannotStore: it is of a type that cannot be kept.
        """

    def wait(self, pairs: list[Any]) -> None:
        """Messages from elsewhere; they come to the store with the record that is about to be made.

        What cannot be kept is left out, and logged.
        """

    def has(self, *, waits: bool = False) -> bool:
        """`"_flashes" in session`; `waits` if some are known to be in the store."""

    def take(self) -> Any:
        """`session.pop("_flashes")`."""

    def clear(self) -> None:
        """`session.clear()`."""

    def before_save(self, response: Response, status: int, streamed: bool) -> None:
        """The answer is made and not sent; the session is about to be saved.

        Args:
            status: the answer's.

        Raises:
            StoreDown: nothing was promised.
        """

    def after_save(self, response: Response, streamed: bool) -> None:
        """The session was saved; the answer is about to be sent."""

    def leaves(self) -> Leaving | None:
        """What a page of text gets whose messages, if any, were all shown; then its part is over.

        None, and nothing done, if there is more to do: `before_save` and `after_save`.
        """

    def finish(self, completed: bool) -> None:
        """A streamed answer is over; `completed` if every part of it was asked for."""


class Messages(Protocol):
    """The flash messages of one app."""

    def settle(self) -> None:
        """Read all settings.

        Raises:
            ConfigError: one cannot be used.
        """

    def beside(self, session: Session) -> Beside:
        """Those of one session."""

    def follows(self, session: Session, response: Response) -> bool:
        """Whether messages may have to move on with this answer, though nobody touched them."""


class NoMessages:
    """An app without the chapter of flash messages."""

    def settle(self) -> None:
        """There are none."""

    def beside(self, session: Session) -> Beside:
        """There are none."""
        raise RuntimeError("this app keeps no flash messages: kolba.flashes is not attached")

    def follows(self, session: Session, response: Response) -> bool:
        """Never."""
        return False
