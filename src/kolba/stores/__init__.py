"""Where state lives: the contract, and SQLite, Redis or memory behind it.

Sessions, flash messages, kept forms, throttles, once-only posts and the guards'
tallies all stand on one store. Nothing here knows of requests.
"""

from __future__ import annotations

from kolba.stores.contract import (
    Changes,
    Claimed,
    Counters,
    Message,
    Once,
    Outcome,
    Queues,
    Record,
    Records,
    State,
    Store,
    StoreDown,
    Tallies,
    Tally,
)

__all__ = [
    "Changes",
    "Claimed",
    "Counters",
    "Message",
    "Once",
    "Outcome",
    "Queues",
    "Record",
    "Records",
    "State",
    "Store",
    "StoreDown",
    "Tallies",
    "Tally",
]
