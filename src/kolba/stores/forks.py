"""Forks: what a child must not go on with, and what must not be under way when there is one.

A child has its parent's memory, and of its threads only the one that forked. A connection that
another thread was writing with is for ever in the middle of that, and so is what SQLite keeps
for the whole process: the child would find the file locked, or wait for a lock of SQLite's own.
"""

from __future__ import annotations

import os
import weakref
from threading import local
from typing import Protocol


class Forgetful(Protocol):
    """Something that can begin anew."""

    def forget(self) -> None:
        """Begin anew in a forked child."""


class Busy(Protocol):
    """Something that can be still for a moment."""

    def pause(self) -> bool:
        """Have nothing under way until `resume`; False if that takes too long."""

    def resume(self) -> None:
        """Go on."""


def remember(thing: Forgetful) -> None:
    """Have a thing begin anew in every forked child, for as long as somebody has it."""
    _THINGS.add(thing)


def spare(thing: Busy) -> None:
    """Have a thing be still while there is a fork, for as long as somebody has it."""
    _BUSY.add(thing)


_THINGS: weakref.WeakSet[Forgetful] = weakref.WeakSet()
_BUSY: weakref.WeakSet[Busy] = weakref.WeakSet()
_still = local()


def _before_fork() -> None:
    _still.things = []
    # One by one: what is paused when this is interrupted must be resumed.
    _still.things.extend(thing for thing in list(_BUSY) if thing.pause())


def _after_in_parent() -> None:
    while _still.things:
        _still.things.pop().resume()


def _after_in_child() -> None:
    for thing in list(_THINGS):
        thing.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child
    )
