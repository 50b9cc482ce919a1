"""Where state lives: the contract, and SQLite, Redis, PostgreSQL or memory behind it.

Sessions, flash messages, kept forms, throttles, once-only posts and the guards'
tallies all stand on one store. Nothing here knows of requests.
"""

from __future__ import annotations

from kolba.stores.cells import Cell, Cells, CellStore
from kolba.stores.codec import CannotRead, CannotStore, decode, encode
from kolba.stores.contract import (
    PURGE_GRACE,
    Attended,
    Brief,
    Changes,
    Checked,
    Claimed,
    Counters,
    Knowing,
    Listing,
    Measured,
    Message,
    Once,
    Outcome,
    Purging,
    Queues,
    Record,
    Records,
    State,
    Store,
    StoreDown,
    Tallies,
    Tally,
    Together,
    WrongField,
)
from kolba.stores.opening import attach, is_attached, is_stateless, open_store, store_of

__all__ = [
    "PURGE_GRACE",
    "Attended",
    "Brief",
    "CannotRead",
    "CannotStore",
    "Cell",
    "CellStore",
    "Cells",
    "Changes",
    "Checked",
    "Claimed",
    "Counters",
    "Knowing",
    "Listing",
    "Measured",
    "Message",
    "Once",
    "Outcome",
    "Purging",
    "Queues",
    "Record",
    "Records",
    "State",
    "Store",
    "StoreDown",
    "Tallies",
    "Tally",
    "Together",
    "WrongField",
    "attach",
    "decode",
    "encode",
    "is_attached",
    "is_stateless",
    "open_store",
    "store_of",
]
