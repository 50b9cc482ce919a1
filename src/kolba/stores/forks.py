"""What a forked child must not go on with: connections, turns and locks of its parent's threads."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forgetful(Protocol):
    """Something that can begin anew."""

    def forget(self) -> None:
        """Begin anew in a forked child."""


def remember(thing: Forgetful) -> None:
    """Have a thing begin anew in every forked child, for as long as somebody has it."""
    _THINGS.add(thing)


_THINGS: weakref.WeakSet[Forgetful] = weakref.WeakSet()


def _after_fork() -> None:
    for thing in list(_THINGS):
        thing.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
