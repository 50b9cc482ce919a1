"""A circuit breaker: while the server is known to be away one at a time tries, and nobody waits."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic

from kolba.stores.contract import StoreDown

PAUSE = 0.5
"""Seconds between two tries while the server is away."""


class Breaker:
    """Closed as long as calls work; after a failure open, but for one try in each pause.

    Args:
        clock: seconds that only go forward.

    Attributes:
        is_open: whether the server is known to be away; if not, nobody need enter.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._next_try = 0.0
        self._why = ""
        self.is_open = False

    def enter(self) -> None:
        """Let a call through.

        Raises:
            StoreDown: the server was away a moment ago.
        """
        if not self.is_open:
            return
        with self._lock:
            now = self._clock()
            if self.is_open and now < self._next_try:
                raise StoreDown(self._why)
            self._next_try = now + PAUSE

    def worked(self) -> None:
        """The server is there."""
        if self.is_open:
            with self._lock:
                self.is_open = False

    def failed(self, why: str) -> None:
        """The server is away."""
        with self._lock:
            self._why = why
            self._next_try = self._clock() + PAUSE
            self.is_open = True
