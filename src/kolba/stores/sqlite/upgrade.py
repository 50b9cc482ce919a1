"""A file of the first format gets the tables of this one, in one transaction, when opened."""

from __future__ import annotations

from sqlite3 import Connection

from kolba.stores.sqlite.digests import digest_of

_RENAME = """
ALTER TABLE records RENAME TO old_records;
ALTER TABLE messages RENAME TO old_messages;
DROP INDEX records_successor
"""
_FILL = """
INSERT INTO records (id, record, expires, successor)
    SELECT id, packed, expires, successor FROM old_records;
INSERT OR IGNORE INTO later
    SELECT expires, id FROM old_records WHERE expires < 9e999 ORDER BY expires, id;
INSERT OR IGNORE INTO owners
    SELECT owner, id FROM old_records WHERE owner IS NOT NULL ORDER BY owner, id;
INSERT INTO messages (queue, id, value, label, target, open_at, expires, claim, until)
    SELECT digest_of(queue), id, value, label, target, open_at, expires, claim, until
    FROM old_messages;
INSERT OR IGNORE INTO later SELECT expires, queue FROM messages WHERE expires < 9e999;
DROP TABLE old_records;
DROP TABLE old_messages
"""


def rename(connection: Connection) -> None:
    """Put what has changed out of the way."""
    for statement in _RENAME.split(";"):
        connection.execute(statement)


def fill(connection: Connection) -> None:
    """Move what was put out of the way into the new tables."""
    connection.create_function("digest_of", 1, digest_of, deterministic=True)
    for statement in _FILL.split(";"):
        connection.execute(statement)
