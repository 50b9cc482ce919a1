"""Counters, things that happen once, and tallies in SQLite: one row each."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from kolba.stores.contract import PURGE_GRACE, Tally
from kolba.stores.packing import Damaged, seal, unseal
from kolba.stores.sqlite.litter import Litter
from kolba.stores.sqlite.transactions import Database, Execute
from kolba.stores.texts import from_utf8, to_utf8

_COUNT = """
INSERT INTO counters (name, value, expires) VALUES (:name, :by, :expires)
ON CONFLICT (name) DO UPDATE SET
    value = CASE WHEN expires <= :now THEN :by ELSE value + :by END,
    expires = CASE WHEN expires <= :now THEN :expires ELSE expires END
RETURNING value
"""
_KEEP = "INSERT OR REPLACE INTO once (name, value, expires) VALUES (?, ?, ?)"
_TALLY = """
INSERT INTO tallies (class, name, detail, count, first, last)
SELECT :group, :name, :detail, 1, :now, :now
WHERE (SELECT count(*) FROM tallies WHERE class = :group) < :limit
    OR EXISTS (SELECT 1 FROM tallies WHERE class = :group AND name = :name)
ON CONFLICT (class, name) DO UPDATE SET
    count = count + 1, last = excluded.last, detail = excluded.detail
"""
_TALLIES = (
    "SELECT name, detail, count, first, last FROM tallies WHERE class = ? ORDER BY count DESC, name"
)


class Names:
    """The verbs of counters, of once, and of tallies."""

    _database: Database

    def count(self, name: str, by: int = 1, *, now: float, expires: float) -> int:
        return self._database.write(
            _count, to_utf8(name), by, now, expires, self._database.litter["counters"]
        )

    def once(self, name: str, value: bytes, *, now: float, expires: float) -> bytes | None:
        return self._database.write(
            _once, to_utf8(name), value, now, expires, self._database.litter["once"]
        )

    def replace(self, name: str, value: bytes, *, now: float, expires: float) -> None:
        self._database.write(_replace, to_utf8(name), value, expires)

    def tally(self, group: str, name: str, detail: bytes, *, now: float, limit: int = 1000) -> None:
        given = {"group": to_utf8(group), "name": to_utf8(name), "detail": detail}
        self._database.write(_tally, given | {"now": now, "limit": limit})

    def tallies(self, group: str) -> list[Tally]:
        return self._database.read(_tallies, to_utf8(group))


def _count(execute: Execute, name: str, by: int, now: float, expires: float, litter: Litter) -> int:
    litter.drop(partial(purge, execute, "counters", now), now)
    given = {"name": name, "by": by, "now": now, "expires": expires}
    [[value]] = execute(_COUNT, given).fetchall()
    return int(value)


def _once(
    execute: Execute, name: str, value: bytes, now: float, expires: float, litter: Litter
) -> bytes | None:
    row = execute("SELECT value FROM once WHERE name = ? AND expires > ?", (name, now)).fetchone()
    if row is not None:
        with suppress(Damaged):
            return unseal(row[0])
    litter.drop(partial(purge, execute, "once", now), now)
    execute(_KEEP, (name, seal(value), expires))
    return None


def _replace(execute: Execute, name: str, value: bytes, expires: float) -> None:
    execute(_KEEP, (name, seal(value), expires))


def _tally(execute: Execute, given: dict[str, Any]) -> None:
    execute(_TALLY, given)


def _tallies(execute: Execute, group: str) -> list[Tally]:
    rows = execute(_TALLIES, (group,)).fetchall()
    return [Tally(from_utf8(name), *figures) for name, *figures in rows]


def purge(execute: Execute, table: str, now: float, limit: int) -> int:
    """Drop a few rows of `counters` or `once` that ended long ago."""
    return execute(
        f"DELETE FROM {table} WHERE name IN "
        f"(SELECT name FROM {table} WHERE expires <= ? ORDER BY expires LIMIT ?)",
        (now - PURGE_GRACE, limit),
    ).rowcount
