"""The last few exchanges of each visitor: in memory, bounded both ways.

What one visitor's token gives never holds another's exchange. Visitors not seen for
longest are forgotten first. Each process has its own.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from threading import Lock

from kolba.tour.exchange import Exchange

VISITORS = 256
EXCHANGES = 6


class History:
    """Rings of exchanges, by visitor."""

    def __init__(self) -> None:
        self._rings: OrderedDict[str, deque[Exchange]] = OrderedDict()
        self._lock = Lock()

    def of(self, visitor: str) -> tuple[Exchange, ...]:
        """Return the visitor's exchanges, oldest first."""
        with self._lock:
            return tuple(self._rings.get(visitor, ()))

    def add(self, visitor: str, exchange: Exchange) -> None:
        """Add an exchange; the oldest gives way."""
        with self._lock:
            self._rings.setdefault(visitor, deque(maxlen=EXCHANGES)).append(exchange)
            self._rings.move_to_end(visitor)
            if len(self._rings) > VISITORS:
                self._rings.popitem(last=False)
