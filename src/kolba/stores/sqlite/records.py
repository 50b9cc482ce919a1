"""Records in SQLite: one row each, its fields one blob, merged inside the transaction."""

from __future__ import annotations

import logging
from functools import lru_cache, partial
from hashlib import blake2b

from kolba.stores.contract import PURGE_GRACE, Changes, Outcome, Record, State
from kolba.stores.merging import merged, updated
from kolba.stores.packing import Damaged, pack, unpack
from kolba.stores.sqlite.kept import Kept
from kolba.stores.sqlite.litter import Litter
from kolba.stores.sqlite.stamps import ALL, Stamp
from kolba.stores.sqlite.transactions import Database, Execute, Keep

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
_GIVE = "UPDATE records SET packed = ?, expires = ?, owner = ? WHERE id = ?"
_PURGE = (
    "DELETE FROM records WHERE id IN "
    "(SELECT id FROM records WHERE expires <= ? ORDER BY expires LIMIT ?)"
)
_OWNED = "SELECT packed FROM records WHERE owner = ?"
_GONE, _RETIRED = Outcome(State.GONE), Outcome(State.RETIRED)

_Saved = tuple[Outcome, Record | None]
"""What a save met, and the record as it is now."""


class Records:
    """The verbs over records, and their listing."""

    _database: Database

    def load(self, key: str, *, now: float) -> Record | None:
        kept = self._database.kept
        if kept is None:
            return self._database.read(_load, key, now)
        record = kept.record(key, now)
        if record is None:
            stamp = kept.stamps.settled(number := number_of(key))
            record = self._database.read(_load, key, now)
            # Only if the file was the same one from first to last.
            if record is not None and self._database.kept is kept:
                kept.keep_record(key, number, stamp, record)
        return record

    def create(self, key: str, record: Record, *, durable: bool = False) -> bool:
        return self._database.write(
            create,
            key,
            record,
            self._database.litter["records"],
            changes=(number_of(key),),
            keep=keeping(key, record),
            durable=durable,
        )

    def save(self, key: str, changes: Changes, *, now: float) -> Outcome:
        outcome, _ = self._database.write(
            _save,
            key,
            changes,
            now,
            changes=(number_of(key),),
            keep=_keeping_after(key),
            knowing=True,
            durable=changes.durable,
        )
        return outcome

    def rotate(self, old: str, new: str, changes: Changes, *, now: float, grace: float) -> Outcome:
        outcome, _ = self._database.write(
            _rotate,
            old,
            new,
            changes,
            now,
            grace,
            changes=(number_of(old), number_of(new)),
            keep=_keeping_after(new),
            durable=changes.durable,
        )
        return outcome

    def delete(self, key: str) -> bool:
        return self._database.write(_delete, key, changes=(number_of(key),), durable=True)

    def owned(self, owner: str, *, now: float) -> dict[str, Record]:
        return self._database.read(_owned, owner, now)

    def delete_owned(self, owner: str, *, keep: str | None = None) -> int:
        return self._database.write(_delete_owned, owner, keep, changes=ALL, durable=True)


@lru_cache(1024)
def number_of(key: str) -> int:
    """The number of a record: 64 bits of a digest of its key.

    Another key with the same number is not to be expected (among a million records one
    new one in 10^13 meets one), and never gets another's record: the key is in it.
    """
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def keeping(key: str, record: Record) -> Keep[bool]:
    """Know a new record, if it was made."""

    def keep(kept: Kept, stamp: Stamp, is_made: bool) -> None:
        if is_made:
            kept.keep_record(key, number_of(key), stamp, record)

    return keep


def _keeping_after(key: str) -> Keep[_Saved]:
    """Know a record as it was saved, if it was."""

    def keep(kept: Kept, stamp: Stamp, saved: _Saved) -> None:
        if saved[1] is not None:
            kept.keep_record(key, number_of(key), stamp, saved[1])

    return keep


def _load(execute: Execute, key: str, now: float) -> Record | None:
    row = execute(_LOAD, (number_of(key),)).fetchone()
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
    follows = None if successor is None else number_of(successor)
    return number_of(key), pack(key, record), record.expires, record.owner, follows


def _put(execute: Execute, key: str, record: Record, successor: str | None = None) -> None:
    execute(_PUT, _row(key, record, successor))


def create(execute: Execute, key: str, record: Record, litter: Litter) -> bool:
    """Put a new record, and drop a few that ended long ago; False if the key is taken."""
    litter.drop(partial(purge, execute, record.created), record.created)
    # PERF: keys are random, so nearly every number is free, and nothing need be looked at.
    if execute(_ADD, _row(key, record)).rowcount:
        return True
    if _load(execute, key, record.created) is not None:
        return False
    _put(execute, key, record)
    return True


def _save(execute: Execute, kept: Kept, key: str, changes: Changes, now: float) -> _Saved:
    record = kept.record(key, now) or _load(execute, key, now)
    if record is None or record.retired:
        return _RETIRED if record else _GONE, None
    fields, sums = merged(record.fields, changes)
    after = updated(record, fields, changes)
    if not _write_over(execute, key, after, changes):
        return _GONE, None  # somebody has deleted it by hand
    return Outcome(State.LIVE, sums), after


def _write_over(execute: Execute, key: str, after: Record, changes: Changes) -> bool:
    """Put a record in its own place; False if there is none."""
    number, packed = number_of(key), pack(key, after)
    # PERF: an index is written for each column that is named.
    if changes.owner is not None:
        there = execute(_GIVE, (packed, after.expires, after.owner, number))
    elif changes.expires is not None:
        there = execute(_MOVE, (packed, after.expires, number))
    else:
        there = execute("UPDATE records SET packed = ? WHERE id = ?", (packed, number))
    return there.rowcount > 0


def _rotate(
    execute: Execute, old: str, new: str, changes: Changes, now: float, grace: float
) -> _Saved:
    before = _load(execute, old, now)
    if before is None or before.retired:
        return _RETIRED if before else _GONE, None
    if _load(execute, new, now) is not None:
        raise ValueError("the new key is taken")
    fields, sums = merged(before.fields, changes)
    after = updated(before, fields, changes)
    _put(execute, new, after)
    if grace > 0:
        execute(
            "UPDATE records SET successor = ? WHERE successor = ?",
            (number_of(new), number_of(old)),
        )
        end = min(before.expires, now + grace)
        _put(execute, old, before._replace(retired=True, expires=end), new)
    else:
        _delete(execute, old)
    return Outcome(State.LIVE, sums), after


def _delete(execute: Execute, key: str) -> bool:
    execute("DELETE FROM records WHERE successor = ?", (number_of(key),))
    return execute("DELETE FROM records WHERE id = ?", (number_of(key),)).rowcount > 0


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
