"""What is to be found by its end, or by its owner: noted at once, sorted many at a time.

Invariant: for every record and message there is a note of its end or of a time before it, in
`fresh` or in `later`; and for every record with an owner one of that, in `fresh` or in
`owners`, not in both. There may be more notes than things: who follows one looks at what it
finds.

A record has a number for a name, a queue a digest: so a name says which of them it is.
"""

from __future__ import annotations

from math import inf

from kolba.stores.contract import PURGE_GRACE
from kolba.stores.packing import Damaged, unpack
from kolba.stores.sqlite.transactions import Execute
from kolba.stores.texts import to_utf8

_MANY = 256
"""Notes that are sorted together. PERF: the more, the fewer pages each costs; a listing reads
all that are not."""

_NOTE = "INSERT INTO fresh (name, at, owner) VALUES (?, ?, ?)"
_SORT_ENDS = (
    "INSERT OR IGNORE INTO later SELECT at, name FROM fresh WHERE at IS NOT NULL ORDER BY at, name"
)
_SORT_OWNERS = (
    "INSERT OR IGNORE INTO owners SELECT owner, name FROM fresh WHERE owner IS NOT NULL "
    "AND EXISTS (SELECT 1 FROM records WHERE id = name) ORDER BY owner, name"
)
_DUE = "SELECT at, name FROM later WHERE at <= ? ORDER BY at, name LIMIT ?"
_END_MESSAGES = (
    "DELETE FROM messages WHERE queue = :name AND id IN "
    "(SELECT id FROM messages WHERE queue = :name AND expires <= :past LIMIT :limit)"
)
_END_RECORD = "DELETE FROM records WHERE id = ? AND expires <= ? RETURNING record"
_PUT_OFF = (
    "INSERT OR IGNORE INTO later SELECT expires, id FROM records "
    "WHERE id = ? AND expires > ? AND expires < 9e999"
)
_DISOWN = "DELETE FROM owners WHERE owner = ? AND id = ?"


def note(execute: Execute, name: int | bytes, at: float | None, owner: str | None = None) -> None:
    """Take note of when something ends (None and infinity: it does not), and of its owner."""
    if at == inf:
        at = None
    if at is None and owner is None:
        return
    whose = None if owner is None else to_utf8(owner)
    if (execute(_NOTE, (name, at, whose)).lastrowid or 0) >= _MANY:
        _sort(execute)


def sort_if_many(execute: Execute) -> None:
    """Sort the notes if they are enough to pay for it."""
    [[most]] = execute("SELECT coalesce(max(n), 0) FROM fresh")
    if most >= _MANY:
        _sort(execute)


def _sort(execute: Execute) -> None:
    execute(_SORT_ENDS)
    execute(_SORT_OWNERS)
    execute("DELETE FROM fresh")


def disown(execute: Execute, number: int, owner: str | None) -> None:
    """Forget whose a record was."""
    if owner is not None:
        whose = to_utf8(owner)
        # PERF: those that are not sorted are all looked at, which takes longer than all else here.
        if not execute(_DISOWN, (whose, number)).rowcount:
            execute("UPDATE fresh SET owner = NULL WHERE name = ? AND owner = ?", (number, whose))


def drop_some(execute: Execute, now: float, limit: int) -> int:
    """Follow a few notes of what ended long ago; how many, as far as there may be more."""
    _, is_done = drop(execute, now, limit)
    return 0 if is_done else limit


def drop(execute: Execute, now: float, limit: int) -> tuple[int, bool]:
    """Drop a few records and messages that ended long ago; how many, and whether that was all.

    A note of what is gone already, or lives longer, counts as one: it is work, too.
    """
    past = now - PURGE_GRACE
    due = _due(execute, past, limit)
    dropped = 0
    for at, name in due:
        most = limit - dropped
        some = (_end_messages if isinstance(name, bytes) else _end_record)(
            execute, name, past, most
        )
        dropped += max(some, 1)
        if some < most or not isinstance(name, bytes):  # else its queue may have more
            execute("DELETE FROM later WHERE at = ? AND name = ?", (at, name))
        if dropped >= limit:
            return dropped, False
    return dropped, len(due) < limit


def _due(execute: Execute, past: float, limit: int) -> list[tuple[float, object]]:
    due = execute(_DUE, (past, limit)).fetchall()
    if len(due) == limit:
        return due
    if execute("SELECT 1 FROM fresh WHERE at <= ? LIMIT 1", (past,)).fetchone() is None:
        return due
    _sort(execute)
    return execute(_DUE, (past, limit)).fetchall()


def _end_messages(execute: Execute, name: object, past: float, limit: int) -> int:
    return execute(_END_MESSAGES, {"name": name, "past": past, "limit": limit}).rowcount


def _end_record(execute: Execute, name: object, past: float, limit: int) -> int:
    """Drop a record that has ended; or look again when it will have."""
    ended = execute(_END_RECORD, (name, past)).fetchall()
    if not ended:
        execute(_PUT_OFF, (name, past))
    for (packed,) in ended:
        execute(_DISOWN, (_owner(packed), name))
    return len(ended)


def _owner(packed: object) -> str | None:
    try:
        owner = unpack(packed)[1].owner
    except Damaged:
        return None
    return None if owner is None else to_utf8(owner)
