"""The tables, their version, and whose file it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from sqlite3 import Connection

from kolba.errors import ConfigError
from kolba.stores.sqlite import upgrade

VERSION = 3
APPLICATION = 0x4B6F6C62
"""`Kolb`: where `file(1)` and this module look to see whose database a file is."""

# A record's number is a digest of its key: one narrow tree, whose inner pages hold numbers
# alone, so that a read of one in a million is one page more than of one in a thousand.
# `record` is the whole of it, its key too; the columns beside it only find records.
#
# New numbers, and queues' digests, begin with when they were made (`digests.py`), so that new
# rows lie together. Those of an older Kolba are spread between them, and stay where they are:
# what finds a row is in its name alone, so that both are one format.
#
# PERF: each tree that a write touches costs it a page, and half of what the record itself
# does. So no index stands on records or messages but that of retired records: a queue's
# messages lie together, and what is to be found by its owner or its end is noted in `fresh`,
# whose last page is the same for all, and sorted into `owners` and `later` many at a time
# (`kolba.stores.sqlite.notes`).
THINGS = """
CREATE TABLE records (
    id INTEGER PRIMARY KEY, record BLOB NOT NULL, expires REAL NOT NULL, successor INTEGER
);
CREATE INDEX records_successor ON records (successor) WHERE successor IS NOT NULL;
CREATE TABLE messages (
    queue BLOB NOT NULL, id INTEGER NOT NULL, value BLOB NOT NULL, label TEXT NOT NULL,
    target TEXT NOT NULL, open_at REAL NOT NULL, expires REAL NOT NULL,
    claim TEXT, until REAL NOT NULL DEFAULT 0, PRIMARY KEY (queue, id)
) WITHOUT ROWID;
CREATE TABLE fresh (n INTEGER PRIMARY KEY, name BLOB NOT NULL, at REAL, owner TEXT);
CREATE TABLE later (at REAL NOT NULL, name BLOB NOT NULL, PRIMARY KEY (at, name)) WITHOUT ROWID;
CREATE TABLE owners (owner TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (owner, id))
    WITHOUT ROWID;
"""
NAMES = """
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL, expires REAL NOT NULL)
    WITHOUT ROWID;
CREATE INDEX counters_expires ON counters (expires);
CREATE TABLE once (name TEXT PRIMARY KEY, value BLOB NOT NULL, expires REAL NOT NULL)
    WITHOUT ROWID;
CREATE INDEX once_expires ON once (expires);
CREATE TABLE tallies (
    class TEXT NOT NULL, name TEXT NOT NULL, detail BLOB NOT NULL, count INTEGER NOT NULL,
    first REAL NOT NULL, last REAL NOT NULL, PRIMARY KEY (class, name)
) WITHOUT ROWID;
CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until REAL NOT NULL)
    WITHOUT ROWID;
"""

# Each connection's own: what is inserted into it is a record with its first message.
_MADE = """
CREATE TEMP VIEW made (id, record, expires, owner, queue, value, label, target, open_at, ends)
AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
"""
# The record first: if its number is taken, nothing has been done.
# PERF: an INSERT that selects from its own table has SQLite make another one for that.
_MAKE = """
CREATE TEMP TRIGGER make INSTEAD OF INSERT ON made BEGIN
    INSERT INTO records (id, record, expires) VALUES (new.id, new.record, new.expires);
    INSERT INTO messages (queue, id, value, label, target, open_at, expires) VALUES (
        new.queue, (SELECT coalesce(max(id), 0) + 1 FROM messages WHERE queue = new.queue),
        new.value, new.label, new.target, new.open_at, new.ends
    );
    INSERT INTO fresh (name, at, owner) VALUES (new.id, new.expires, new.owner);
    INSERT INTO fresh (name, at) VALUES (new.queue, new.ends);
END
"""


def prepare(connection: Connection, path: str) -> None:
    """Make the tables where there are none, and what each connection has for itself.

    Raises:
        ConfigError: the file is another program's, or a newer Kolba's.
    """
    if _version(connection) != VERSION:
        _renew(connection, path)
    connection.execute(_MADE)
    connection.execute(_MAKE)


def _renew(connection: Connection, path: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        _create(connection, path)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _version(connection: Connection) -> int:
    [version] = connection.execute("PRAGMA user_version").fetchone()
    [application] = connection.execute("PRAGMA application_id").fetchone()
    return int(version) if application == APPLICATION else -int(version)


def _create(connection: Connection, path: str) -> None:
    version = _version(connection)
    if version == VERSION:  # another process was faster
        return
    if version > VERSION:
        raise ConfigError(
            f"{path} was written by a newer Kolba (format {version}, this one knows {VERSION}): "
            "install that version, or name another file in KOLBA_STATE"
        )
    if version == 2:
        # SECURITY: who has the file open knows no column of that name, and so finds out that it
        # may not go on: it would take new records for damaged, and end none of them.
        connection.execute("ALTER TABLE records RENAME COLUMN packed TO record")
        _mark(connection)
        return
    if version == 1:
        upgrade.rename(connection)
        _make(connection, THINGS)
        upgrade.fill(connection)
        return
    [things] = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if things:
        raise ConfigError(
            f"{path} is another program's database: give Kolba's state a file of its own in "
            "KOLBA_STATE"
        )
    _make(connection, THINGS + NAMES)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")


def _make(connection: Connection, tables: str) -> None:
    for statement in tables.split(";"):
        connection.execute(statement)
    _mark(connection)


def _mark(connection: Connection) -> None:
    """Say of which version the tables are."""
    connection.execute(f"PRAGMA user_version = {VERSION}")


def fits(connection: Connection) -> bool:
    """Whether the tables have all columns that they should: a flipped bit may rename one."""
    with closing(sqlite3.connect(":memory:")) as ours:
        _make(ours, THINGS + NAMES)
        return _columns(ours) <= _columns(connection)


def _columns(connection: Connection) -> set[object]:
    return set(
        connection.execute(
            "SELECT s.name, t.name FROM sqlite_schema AS s, pragma_table_info(s.name) AS t "
            "WHERE s.type = 'table'"
        )
    )
