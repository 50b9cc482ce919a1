"""A clock that a test moves: sessions, flash messages, kept forms and signatures obey it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kolba.errors import KolbaError


@contextmanager
def clock(at: float | None = None) -> Iterator[Any]:
    """Stop the time of this process; `clock.shift(seconds)` moves it.

    Args:
        at: seconds since the epoch; None is now.

    Raises:
        KolbaError: time-machine, which does it, is not installed.
    """
    try:
        import time_machine
    except ImportError:
        raise KolbaError("the clock needs time-machine: pip install time-machine") from None
    import time

    with time_machine.travel(time.time() if at is None else at, tick=False) as traveller:
        yield traveller
