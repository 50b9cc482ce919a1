"""The store: its verbs together, its purge and its figures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

from kolba.stores.contract import Message, Record
from kolba.stores.sqlite import making, names, notes, queues, records
from kolba.stores.sqlite.digests import number_of
from kolba.stores.sqlite.litter import Litter
from kolba.stores.sqlite.names import Names
from kolba.stores.sqlite.queues import Queues
from kolba.stores.sqlite.records import Records
from kolba.stores.sqlite.transactions import Database, Execute

_LEASE = 30.0
_STEP = 100
"""Things of each kind that one transaction of a purge drops."""
_REST = 0.02
_FIGURES = """
SELECT count(*) FILTER (WHERE expires > :now) AS records,
    count(*) FILTER (WHERE expires <= :now) AS expired,
    (SELECT count(*) FROM messages WHERE expires > :now) AS messages
FROM records
"""
"""Reads every record: a figure that was kept beside them would cost each write a page."""


class SQLiteStore(Records, Queues, Names):
    """A `Store` in a file, with every optional power but those of a store that is far away.

    Args:
        path: the file; it and its tables are made when first needed.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._database = Database(str(self.path))
        self._claims, self._put_here = {}, set()
        self._holder = uuid4().hex

    def check(self) -> None:
        """See that the file is sound, can be written, and is Kolba's.

        Raises:
            ConfigError: it is another program's, or a newer Kolba's.
            StoreDown: it cannot be written now.
        """
        self._database.check()

    def create_with(
        self,
        key: str,
        record: Record,
        queue: str,
        messages: Sequence[Message],
        limit: int = 0,
        *,
        durable: bool = False,
    ) -> bool:
        limit = limit if len(messages) > limit else 0
        number = number_of(key)
        is_made = self._database.write(
            _create_with,
            number,
            key,
            record,
            queue,
            messages,
            limit,
            self._database.litter["notes"],
            changes=(number, queues.number_of(queue)),
            keep=records.keeping(key, number, record),
            durable=durable,
        )
        if is_made:
            self.note_put(queue)
        return is_made

    def purge(self, *, now: float, limit: int = 500) -> int:
        dropped = 0
        for _ in range(0, limit, _STEP):
            start = monotonic()
            some, is_done = self._database.write(_purge, self._holder, now, min(limit, _STEP))
            dropped += some
            if is_done:
                break
            sleep(min(monotonic() - start, _REST))  # as long for the others
        return dropped

    def stats(self, *, now: float) -> dict[str, int]:
        figures = self._database.read(_figures, now)
        sizes = [self.path, self.path.with_name(self.path.name + "-wal")]
        return figures | {"bytes": sum(p.stat().st_size for p in sizes if p.exists())}

    def close(self) -> None:
        self._database.close()


def _create_with(
    execute: Execute,
    number: int,
    key: str,
    record: Record,
    queue: str,
    messages: Sequence[Message],
    limit: int,
    litter: Litter,
) -> bool:
    now = record.created
    litter.drop(partial(notes.drop_some, execute, now), now)
    if len(messages) == 1 and making.make(execute, number, key, record, queue, messages[0]):
        return True
    if not records.create(execute, key, record, litter):
        return False
    queues.put(execute, queue, messages, now, limit, litter)
    return True


def _purge(execute: Execute, holder: str, now: float, limit: int) -> tuple[int, bool]:
    """Drop a few things of each kind: how many, and whether that was all."""
    if not _may_purge(execute, holder, now):
        return 0, True
    dropped, is_done = notes.drop(execute, now, limit)
    for table in ("counters", "once"):
        some = names.purge(execute, table, now, limit)
        dropped, is_done = dropped + some, is_done and some < limit
    return dropped, is_done


def _may_purge(execute: Execute, holder: str, now: float) -> bool:
    """Whether this process has, or gets, the lease."""
    row = execute("SELECT holder, until FROM leases WHERE name = 'purge'").fetchone()
    if row is not None and row[0] != holder and row[1] > now:
        return False
    execute("INSERT OR REPLACE INTO leases VALUES ('purge', ?, ?)", (holder, now + _LEASE))
    return True


def _figures(execute: Execute, now: float) -> dict[str, int]:
    found = execute(_FIGURES, {"now": now})
    names = [name for name, *_ in found.description]
    [figures] = found.fetchall()
    return dict(zip(names, figures, strict=True))
