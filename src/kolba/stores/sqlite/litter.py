"""When to look for what has ended, so that whatever makes a thing drops some by the way."""

from __future__ import annotations

from collections.abc import Callable

_SOME = 2
_REST = 30.0


class Litter:
    """What has ended in one table.

    PERF: to look costs as much as to make a thing. Who has found nothing more looks again
    after some seconds only; a clock that jumps is no reason to wait.
    """

    def __init__(self) -> None:
        self._clean_at = float("-inf")

    def drop(self, purge: Callable[[int], int], now: float) -> None:
        """Drop a few things, if there may be some.

        Args:
            purge: drops so many, and tells how many there were.
        """
        if 0 <= now - self._clean_at < _REST:
            return
        if purge(_SOME) < _SOME:
            self._clean_at = now
