"""Records in SQLite: one row each, its fields one blob, merged inside the transaction."""

from __future__ import annotations

import logging
from hashlib import blake2b

from kolba.stores.contract import PURGE_GRACE, Changes, Outcome, Record, State
from kolba.stores.merging import merged, updated
from kolba.stores.packing import Damaged, pack, unpack
from kolba.stores.sqlite.transactions import Database, Execute

logger = logging.getLogger("kolba.stores")

_LOAD = "SELECT packed FROM records WHERE id = ?"
_PUT = (
    "INSERT OR REPLACE INTO records (id, packed, expires, owner, successor) VALUES (?, ?, ?, ?, ?)"
)
_ADD = (
    "INSERT INTO records (id, packed, expires, owner, successor) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO NOTHING"
)
_MOVE = "UPDATE records SET packed = ?, expires = ? WHERE id = ?"
_PURGE = (
    "DELETE FROM records WHERE id IN "
    "(SELECT id FROM records WHERE expires <= ? ORDER BY expires LIMIT ?)"
)
_OWNED = "SELECT packed FROM records WHERE owner = ?"
_GONE, _RETIRED = Outcome(State.GONE), Outcome(State.RETIRED)
_BY_THE_WAY = 2


class Records:
    """The verbs over records, and their listing."""

    _database: Database

    def load(self, key: str, *, now: float) -> Record | None:
        return self._database.read(_load, key, now)

    def create(self, key: str, record: Record, *, durable: bool = False) -> bool:
        return self._database.write(create, key, record, durable=durable)

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


def _id(key: str) -> int:
    """The number of a record: 64 bits of a digest of its key.

    Another key with the same number is not to be expected (among a million records one
    new one in 10^13 meets one), and never gets another's record: the key is in it.
    """
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def _load(execute: Execute, key: str, now: float) -> Record | None:
    row = execute(_LOAD, (_id(key),)).fetchone()
    if row is None or (found := _unpacked(row[0])) is None:
        return None
    its_key, record = found
    return record if its_key == key and record.expires > now else None


def _unpacked(packed: object) -> tuple[str, Record] | None:
    try:
        return unpack(packed)
    except Damaged:
        logger.critical(
            "a record in the state file is damaged: its person must log in again. Look for a "
            "failing disk"
        )
        return None


def _row(key: str, record: Record, successor: str | None = None) -> tuple[object, ...]:
    follows = None if successor is None else _id(successor)
    return _id(key), pack(key, record), record.expires, record.owner, follows


def _put(execute: Execute, key: str, record: Record, successor: str | None = None) -> None:
    execute(_PUT, _row(key, record, successor))


def create(execute: Execute, key: str, record: Record) -> bool:
    """Put a new record, and drop a few that ended long ago; False if the key is taken."""
    purge(execute, record.created, _BY_THE_WAY)
    # PERF: keys are random, so nearly every number is free, and nothing need be looked at.
    if execute(_ADD, _row(key, record)).rowcount:
        return True
    if _load(execute, key, record.created) is not None:
        return False
    _put(execute, key, record)
    return True


def _save(execute: Execute, key: str, changes: Changes, now: float) -> Outcome:
    record = _load(execute, key, now)
    if record is None or record.retired:
        return _RETIRED if record else _GONE
    fields, sums = merged(record.fields, changes)
    after = updated(record, fields, changes)
    if changes.expires is None and changes.owner is None:
        # PERF: no index has this column.
        execute("UPDATE records SET packed = ? WHERE id = ?", (pack(key, after), _id(key)))
    elif changes.owner is None:
        execute(_MOVE, (pack(key, after), after.expires, _id(key)))
    else:
        _put(execute, key, after)
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
        execute("UPDATE records SET successor = ? WHERE successor = ?", (_id(new), _id(old)))
        end = min(before.expires, now + grace)
        _put(execute, old, before._replace(retired=True, expires=end), new)
    else:
        _delete(execute, old)
    return Outcome(State.LIVE, sums)


def _delete(execute: Execute, key: str) -> bool:
    execute("DELETE FROM records WHERE successor = ?", (_id(key),))
    return execute("DELETE FROM records WHERE id = ?", (_id(key),)).rowcount > 0


def _owned(execute: Execute, owner: str, now: float) -> dict[str, Record]:
    found = _all_owned(execute, owner)
    live = {k: r for k, r in found.items() if not r.retired and r.expires > now}
    return dict(sorted(live.items(), key=lambda pair: -pair[1].seen))


def _all_owned(execute: Execute, owner: str) -> dict[str, Record]:
    found = [_unpacked(packed) for (packed,) in execute(_OWNED, (owner,)).fetchall()]
    return dict(pair for pair in found if pair is not None)


def _delete_owned(execute: Execute, owner: str, keep: str | None) -> int:
    ended = {k: r for k, r in _all_owned(execute, owner).items() if k != keep}
    for key in ended:
        _delete(execute, key)
    return sum(not record.retired for record in ended.values())


def purge(execute: Execute, now: float, limit: int) -> int:
    """Drop a few records that ended long ago."""
    return execute(_PURGE, (now - PURGE_GRACE, limit)).rowcount
