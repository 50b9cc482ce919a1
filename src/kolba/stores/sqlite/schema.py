"""The tables, their version, and whose file it is."""

from __future__ import annotations

from sqlite3 import Connection

from kolba.errors import ConfigError

VERSION = 1
APPLICATION = 0x4B6F6C62
"""`Kolb`: where `file(1)` and this module look to see whose database a file is."""

# A record's number is a digest of its key: one narrow tree, whose inner pages hold numbers
# alone, so that a read of one in a million is one page more than of one in a thousand.
# `packed` is the record, its key too; the columns beside it only find records.
TABLES = """
CREATE TABLE records (
    id INTEGER PRIMARY KEY, packed BLOB NOT NULL, expires REAL NOT NULL, owner TEXT,
    successor INTEGER
);
CREATE INDEX records_expires ON records (expires);
CREATE INDEX records_owner ON records (owner) WHERE owner IS NOT NULL;
CREATE INDEX records_successor ON records (successor) WHERE successor IS NOT NULL;
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, queue TEXT NOT NULL, value BLOB NOT NULL, label TEXT NOT NULL,
    target TEXT NOT NULL, open_at REAL NOT NULL, expires REAL NOT NULL,
    claim TEXT, until REAL NOT NULL DEFAULT 0
);
CREATE INDEX messages_queue ON messages (queue);
CREATE INDEX messages_claim ON messages (claim) WHERE claim IS NOT NULL;
CREATE INDEX messages_expires ON messages (expires);
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


def prepare(connection: Connection, path: str) -> None:
    """Make the tables where there are none.

    Raises:
        ConfigError: the file is another program's, or a newer Kolba's.
    """
    if _version(connection) == VERSION:
        return
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
    [things] = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if things:
        raise ConfigError(
            f"{path} is another program's database: give Kolba's state a file of its own in "
            "KOLBA_STATE"
        )
    for statement in TABLES.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
