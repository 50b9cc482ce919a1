"""Connections that are idle: each used by one caller at a time, kept, and left alone after a fork.

A pool and not one a thread: servers that start a thread for each request would
open one for each request. In a forked child the parent's connections are kept
from being used and from being closed (which would end the parent's locks, or
mix two processes' replies on one socket), for ever.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from kolba.stores.forks import remember

T = TypeVar("T")


class Pool(Generic[T]):
    """Idle connections of this process.

    Args:
        close: closes one. It must not refer to the pool.
    """

    def __init__(self, close: Callable[[T], object]) -> None:
        self._close = close
        self._begin()
        remember(self)

    def _begin(self) -> None:
        self._idle: list[T] = []
        # PERF: at each verb, and so by no function of ours.
        self.give_back: Callable[[T], None] = self._idle.append
        self._finalizer = weakref.finalize(self, _close_all, self._idle, self._close, os.getpid())

    def take(self) -> T | None:
        """The connection that was used last; None if all are in use."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def close(self) -> None:
        """Close those that are idle."""
        _close_all(self._idle, self._close, os.getpid())

    def forget(self) -> None:
        """Begin anew in a forked child."""
        _INHERITED.append(self._idle)
        self._finalizer.detach()
        self._begin()


def _close_all(idle: list[T], close: Callable[[T], object], process: int) -> None:
    while idle and os.getpid() == process:
        close(idle.pop())


_INHERITED: list[object] = []
