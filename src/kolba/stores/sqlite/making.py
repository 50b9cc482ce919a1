"""A new record and its first message by one statement: what a log-in writes.

PERF: each statement gives other threads the turn, and costs Python about 5 us. So what is
inserted into the view `made` is put into three tables by its trigger (`schema.py`).
"""

from __future__ import annotations

from math import inf
from sqlite3 import IntegrityError

from kolba.stores.contract import Message, Record
from kolba.stores.packing import pack, seal
from kolba.stores.sqlite import notes
from kolba.stores.sqlite.digests import digest_of
from kolba.stores.sqlite.transactions import Execute
from kolba.stores.texts import to_utf8

# PERF: with FAIL, what is undone by nobody need not be noted for that.
_MAKE = "INSERT OR FAIL INTO made VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LOOK = 16
"""One in so many looks whether there are many notes: a trigger does not say."""


def make(
    execute: Execute, number: int, key: str, record: Record, queue: str, message: Message
) -> bool:
    """Put both; False, and nothing done, if a record has the number, or one has no end to note."""
    if not (record.expires < inf and message.expires < inf):
        return False
    owner = record.owner
    whose = None if owner is None else to_utf8(owner)
    value, label, target, open_at, ends = message
    made = number, pack(key, record), record.expires, whose
    waits = digest_of(queue), seal(value), to_utf8(label), to_utf8(target), open_at, ends
    try:
        execute(_MAKE, made + waits)
    except IntegrityError:
        return False
    if number % _LOOK == 0:
        notes.sort_if_many(execute)
    return True
