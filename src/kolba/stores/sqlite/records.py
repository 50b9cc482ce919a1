"""Records in SQLite: one row each, its fields one blob, merged inside the transaction."""

from __future__ import annotations

import logging
from functools import partial

from kolba.stores.contract import Changes, Outcome, Record, State
from kolba.stores.merging import merged, updated
from kolba.stores.packing import Damaged, pack, unpack
from kolba.stores.sqlite import notes
from kolba.stores.sqlite.digests import number_of
from kolba.stores.sqlite.kept import Kept
from kolba.stores.sqlite.litter import Litter
from kolba.stores.sqlite.stamps import ALL, Stamp
from kolba.stores.sqlite.transactions import Database, Execute, Keep
from kolba.stores.texts import to_utf8

logger = logging.getLogger("kolba.stores")

_LOAD = "SELECT record FROM records WHERE id = ?"
_PUT = "INSERT OR REPLACE INTO records (id, record, expires, successor) VALUES (?, ?, ?, ?)"
_ADD = "INSERT INTO records (id, record, expires) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"
_CHANGE = "UPDATE records SET record = ?, expires = ? WHERE id = ?"
_FOLLOW = "UPDATE records SET successor = ? WHERE successor = ?"
_DELETE = "DELETE FROM records WHERE id = ?"
_AFTER = "SELECT record FROM records WHERE id = (SELECT successor FROM records WHERE id = ?)"
_BEFORE = "SELECT id, record FROM records WHERE successor = ?"
_OWNED = (
    "SELECT record FROM records WHERE id IN (SELECT id FROM owners WHERE owner = ? "
    "UNION SELECT name FROM fresh WHERE owner = ?)"
)
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
        return self._look_up(kept, key, now) if record is None else record

    def _look_up(self, kept: Kept, key: str, now: float) -> Record | None:
        """A record that is not known; then it is."""
        stamp = kept.stamps.settled(number := number_of(key))
        record = self._database.read(_load, key, now)
        # Only if the file was the same one from first to last.
        if record is not None and self._database.kept is kept:
            kept.keep_record(key, number, stamp, record)
        return record

    def create(self, key: str, record: Record, *, durable: bool = False) -> bool:
        number = number_of(key)
        return self._database.write(
            create,
            key,
            record,
            self._database.litter["notes"],
            changes=(number,),
            keep=keeping(key, number, record),
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

    def delete_leaving(self, key: str, trace: Record) -> State:
        return self._database.write(
            _delete_leaving, key, trace, changes=(number_of(key),), knowing=True, durable=True
        )

    def owned(self, owner: str, *, now: float) -> dict[str, Record]:
        return self._database.read(_owned, owner, now)

    def delete_owned(self, owner: str, *, keep: str | None = None) -> int:
        return self._database.write(_delete_owned, owner, keep, changes=ALL, durable=True)


def keeping(key: str, number: int, record: Record) -> Keep[bool]:
    """Know a new record, if it was made."""

    def keep(kept: Kept, stamp: Stamp, is_made: bool) -> None:
        if is_made:
            kept.keep_record(key, number, stamp, record)

    return keep


def _keeping_after(key: str) -> Keep[_Saved]:
    """Know a record as it was saved, if it was."""

    def keep(kept: Kept, stamp: Stamp, saved: _Saved) -> None:
        if saved[1] is not None:
            kept.keep_record(key, number_of(key), stamp, saved[1])

    return keep


def _load(execute: Execute, key: str, now: float) -> Record | None:
    found = _at(execute, number_of(key))
    if found is None:
        return None
    its_key, record = found
    return record if its_key == key and record.expires > now else None


def _at(execute: Execute, number: int) -> tuple[str, Record] | None:
    """The record of a number, with its key: perhaps another one than was looked for."""
    row = execute(_LOAD, (number,)).fetchone()
    return None if row is None else _unpacked(row[0])


def _unpacked(packed: object) -> tuple[str, Record] | None:
    try:
        return unpack(packed)
    except Damaged:
        logger.critical(
            "a record in the state file is damaged: its person must log in again. Look for a "
            "failing disk"
        )
        return None


def create(execute: Execute, key: str, record: Record, litter: Litter) -> bool:
    """Put a new record, and drop a few that ended long ago; False if the key is taken."""
    litter.drop(partial(notes.drop_some, execute, record.created), record.created)
    number = number_of(key)
    # PERF: nearly every number is free, and nothing need be looked at.
    if execute(_ADD, (number, pack(key, record), record.expires)).rowcount:
        notes.note(execute, number, record.expires, record.owner)
        return True
    if not _is_free(execute, key, record.created):
        return False
    _put(execute, key, record)
    return True


def _put(execute: Execute, key: str, record: Record) -> None:
    """Put a new record where none lives."""
    number = number_of(key)
    execute(_PUT, (number, pack(key, record), record.expires, None))
    notes.note(execute, number, record.expires, record.owner)


def _is_free(execute: Execute, key: str, now: float) -> bool:
    """Whether nothing that lives has a key's number; what ended there is nobody's from now on.

    It may have been another's; then what was rotated into that leads nowhere.
    """
    number = number_of(key)
    found = _at(execute, number)
    if found is None:  # or it is damaged, and nobody's any more
        return True
    its_key, record = found
    if record.expires > now:
        return False
    notes.disown(execute, number, record.owner)
    if its_key != key:
        execute(_FOLLOW, (None, number))
    return True


def _save(execute: Execute, kept: Kept, key: str, changes: Changes, now: float) -> _Saved:
    record = kept.record(key, now) or _load(execute, key, now)
    if record is None or record.retired:
        return _RETIRED if record else _GONE, None
    fields, sums = merged(record.fields, changes)
    after = updated(record, fields, changes)
    if not _write_over(execute, key, record, after):
        return _GONE, None  # somebody has deleted it by hand
    return Outcome(State.LIVE, sums), after


def _write_over(execute: Execute, key: str, before: Record, after: Record) -> bool:
    """Put a record in its own place; False if there is none."""
    number = number_of(key)
    if not execute(_CHANGE, (pack(key, after), after.expires, number)).rowcount:
        return False
    at, owner = after.expires, after.owner
    if owner != before.owner:
        notes.disown(execute, number, before.owner)
        notes.note(execute, number, at, owner)
    elif at < before.expires:
        notes.note(execute, number, at)
    return True


def _rotate(
    execute: Execute, old: str, new: str, changes: Changes, now: float, grace: float
) -> _Saved:
    before = _load(execute, old, now)
    if before is None or before.retired:
        return _RETIRED if before else _GONE, None
    if not _is_free(execute, new, now):
        raise ValueError("the new key is taken")
    fields, sums = merged(before.fields, changes)
    after = updated(before, fields, changes)
    _put(execute, new, after)
    if grace > 0:
        _retire(execute, old, new, before, min(before.expires, now + grace))
    else:
        _delete(execute, old)
    return Outcome(State.LIVE, sums), after


def _retire(execute: Execute, old: str, new: str, before: Record, end: float) -> None:
    """Leave what a record held under its old key, until the end."""
    number, successor = number_of(old), number_of(new)
    execute(_FOLLOW, (successor, number))
    packed = pack(old, before._replace(retired=True, expires=end))
    execute(_PUT, (number, packed, end, successor))
    notes.note(execute, number, end)


def _delete(execute: Execute, key: str) -> bool:
    # PERF: two statements, as one with RETURNING has SQLite make a table for that.
    number = number_of(key)
    its_key, record = _at(execute, number) or (key, None)  # or it is damaged, and nobody's
    if its_key != key:
        return False
    _drop(execute, number, record)
    _delete_before(execute, number)
    return record is not None


def _delete_before(execute: Execute, number: int) -> None:
    """End what was rotated into a record."""
    for its_number, packed in execute(_BEFORE, (number,)).fetchall():
        _, record = _unpacked(packed) or (None, None)
        _drop(execute, its_number, record)


def _drop(execute: Execute, number: int, record: Record | None) -> None:
    """Drop what a number has, and forget whose it was."""
    execute(_DELETE, (number,))
    if record is not None:
        notes.disown(execute, number, record.owner)


def _delete_leaving(execute: Execute, kept: Kept, key: str, trace: Record) -> State:
    before = kept.record(key, trace.created) or _load(execute, key, trace.created)
    number = number_of(key)
    if before is not None and before.retired:
        return State.RETIRED
    if before is not None and _write_over(execute, key, before, trace):
        _delete_before(execute, number)
        return State.LIVE
    if before is not None or _at(execute, number) is None:
        _delete(execute, key)  # it is damaged, or somebody has deleted it by hand
    return State.GONE


def _owned(execute: Execute, owner: str, now: float) -> dict[str, Record]:
    found = _all_owned(execute, owner)
    live = {k: r for k, r in found.items() if not r.retired and r.expires > now}
    return dict(sorted(live.items(), key=lambda pair: -pair[1].seen))


def _all_owned(execute: Execute, owner: str) -> dict[str, Record]:
    whose = to_utf8(owner)
    found = [_unpacked(packed) for (packed,) in execute(_OWNED, (whose, whose)).fetchall()]
    return dict(pair for pair in found if pair is not None and pair[1].owner == owner)


def _delete_owned(execute: Execute, owner: str, keep: str | None) -> int:
    kept = set() if keep is None else {keep, _successor(execute, keep)}
    ended = {k: r for k, r in _all_owned(execute, owner).items() if k not in kept}
    for key in ended:
        _delete(execute, key)
    return sum(not record.retired for record in ended.values())


def _successor(execute: Execute, key: str) -> str | None:
    """The key that a record was rotated to."""
    number = number_of(key)
    its_key, _ = _at(execute, number) or (None, None)
    row = execute(_AFTER, (number,)).fetchone() if its_key == key else None
    found = None if row is None else _unpacked(row[0])
    return None if found is None else found[0]
