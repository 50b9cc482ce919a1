"""Records in SQLite: one row each, its fields one blob, merged inside the transaction."""

from __future__ import annotations

import logging
from typing import Any

from kolba.stores.contract import PURGE_GRACE, Changes, Outcome, Record, State
from kolba.stores.merging import merged, updated
from kolba.stores.packing import Damaged, pack, unpack
from kolba.stores.sqlite.transactions import Database, Execute

logger = logging.getLogger("kolba.stores")

_COLUMNS = "fields, created, seen, expires, owner, about, retired"
_LOAD = f"SELECT {_COLUMNS} FROM records WHERE key = ?"
_PUT = (
    f"INSERT OR REPLACE INTO records (key, successor, {_COLUMNS}) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PURGE = (
    "DELETE FROM records WHERE key IN "
    "(SELECT key FROM records WHERE expires <= ? ORDER BY expires LIMIT ?)"
)
_OWNED = (
    f"SELECT key, {_COLUMNS} FROM records "
    "WHERE owner = ? AND NOT retired AND expires > ? ORDER BY seen DESC"
)
_GONE, _RETIRED = Outcome(State.GONE), Outcome(State.RETIRED)
_BY_THE_WAY = 2


class Records:
    """The verbs over records, and their listing."""

    _database: Database

    def load(self, key: str, *, now: float) -> Record | None:
        return self._database.read(_load, key, now)

    def create(self, key: str, record: Record, *, durable: bool = False) -> bool:
        return self._database.write(_create, key, record, durable=durable)

    def save(self, key: str, changes: Changes, *, now: float) -> Outcome:
        return self._database.write(_save, key, changes, now, durable=changes.durable)

    def rotate(self, old: str, new: str, changes: Changes, *, now: float, grace: float) -> Outcome:
        return self._database.write(_rotate, old, new, changes, now, grace, durable=changes.durable)

    def delete(self, key: str) -> bool:
        return self._database.write(_delete, key, durable=True)

    def owned(self, owner: str, *, now: float) -> dict[str, Record]:
        return self._database.read(_owned, owner, now)

    def delete_owned(self, owner: str, *, keep: str | None = None) -> int:
        return self._database.write(_delete_owned, owner, keep, durable=True)


def _load(execute: Execute, key: str, now: float) -> Record | None:
    row = execute(_LOAD, (key,)).fetchone()
    if row is None or row[3] <= now:
        return None
    try:
        return _record(row)
    except Damaged:
        logger.critical(
            "a record in the state file is damaged, its person must log in again. Look for a "
            "failing disk"
        )
        return None


def _record(row: tuple[Any, ...]) -> Record:
    fields, created, seen, expires, owner, about, retired = row
    return Record(unpack(fields), created, seen, expires, owner, about, retired == 1)


def _put(execute: Execute, key: str, record: Record, successor: str | None = None) -> None:
    fields = pack(record.fields)
    execute(_PUT, (key, successor, fields, *record[1:]))


def _create(execute: Execute, key: str, record: Record) -> bool:
    purge(execute, record.created, _BY_THE_WAY)
    if _load(execute, key, record.created) is not None:
        return False
    _put(execute, key, record)
    return True


def _save(execute: Execute, key: str, changes: Changes, now: float) -> Outcome:
    record = _load(execute, key, now)
    if record is None or record.retired:
        return _RETIRED if record else _GONE
    fields, sums = merged(record.fields, changes)
    if changes.expires is None and changes.owner is None:
        # PERF: no index has these columns.
        execute(
            "UPDATE records SET fields = ?, seen = ? WHERE key = ?",
            (pack(fields), record.seen if changes.seen is None else changes.seen, key),
        )
    else:
        _put(execute, key, updated(record, fields, changes))
    return Outcome(State.LIVE, sums)


def _rotate(
    execute: Execute, old: str, new: str, changes: Changes, now: float, grace: float
) -> Outcome:
    before = _load(execute, old, now)
    if before is None or before.retired:
        return _RETIRED if before else _GONE
    if _load(execute, new, now) is not None:
        raise ValueError("the new key is taken")
    fields, sums = merged(before.fields, changes)
    _put(execute, new, updated(before, fields, changes))
    if grace > 0:
        execute("UPDATE records SET successor = ? WHERE successor = ?", (new, old))
        end = min(before.expires, now + grace)
        _put(execute, old, before._replace(retired=True, expires=end), new)
    else:
        _delete(execute, old)
    return Outcome(State.LIVE, sums)


def _delete(execute: Execute, key: str) -> bool:
    execute("DELETE FROM records WHERE successor = ?", (key,))
    return execute("DELETE FROM records WHERE key = ?", (key,)).rowcount > 0


def _owned(execute: Execute, owner: str, now: float) -> dict[str, Record]:
    rows = execute(_OWNED, (owner, now)).fetchall()
    return {row[0]: _record(row[1:]) for row in rows}


def _delete_owned(execute: Execute, owner: str, keep: str | None) -> int:
    rows: list[Any] = execute(
        "SELECT key, retired FROM records WHERE owner = ? AND key IS NOT ?", (owner, keep)
    ).fetchall()
    for key, _ in rows:
        _delete(execute, key)
    return sum(not retired for _, retired in rows)


def purge(execute: Execute, now: float, limit: int) -> int:
    """Drop a few records that ended long ago."""
    return execute(_PURGE, (now - PURGE_GRACE, limit)).rowcount
