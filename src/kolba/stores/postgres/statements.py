"""The verbs' statements in one schema: a call of a function, or plain SQL where one is enough."""

from __future__ import annotations

from hashlib import sha256

from kolba.stores.postgres.binary import (
    BIGINT,
    BIGINTS,
    BOOL,
    BYTEA,
    BYTEAS,
    FLOAT,
    FLOATS,
    INTEGER,
    LONGEST,
)
from kolba.stores.postgres.schema import digest, quoted
from kolba.stores.postgres.wire import Statement

_RECORD = "r.names, r.vals, r.created, r.seen, r.expires, r.owner, r.about, r.retired"
_FIELDS = [BYTEAS, BYTEAS]
_MADE = [BYTEA, *_FIELDS, FLOAT, FLOAT, FLOAT, BYTEA, BYTEA, BOOL]
_PUT = [BYTEA, FLOAT, INTEGER, BYTEAS, BYTEAS, BYTEAS, FLOATS, FLOATS]
_CHANGES = [BYTEAS, *_FIELDS, BYTEAS, BIGINTS, BYTEAS, BYTEAS, FLOAT, FLOAT, BYTEA, BOOL]


class Statements:
    """All of a schema."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        s = quoted(schema)
        self.check = self._plain("check", f"SELECT version FROM {s}.format")
        self.load = self._plain(
            "load", f"SELECT {_RECORD} FROM {s}.records AS r WHERE r.key = $1", BYTEA
        )
        # False, too, where the record has no such field: then the queue's name is NULL. A long one
        # is kept under another.
        self.load_with = self._plain(
            "load_with",
            f"SELECT {_RECORD}, coalesce(length(q.queue) <= {LONGEST}, false) "
            f"AND NOT EXISTS (SELECT FROM {s}.messages AS m WHERE m.queue = q.queue) "
            f"FROM {s}.records AS r, "
            "LATERAL (SELECT $3 || r.vals[array_position(r.names, $2)] AS queue) AS q "
            "WHERE r.key = $1",
            *(BYTEA, BYTEA, BYTEA),
        )
        self.owned = self._plain(
            "owned",
            f"SELECT r.key, {_RECORD} FROM {s}.records AS r "
            "WHERE sha256(r.owner) = sha256($1) AND r.expires > $2 AND NOT r.retired "
            "ORDER BY r.seen DESC",
            *(BYTEA, FLOAT),
        )
        self.create = self._function("create", *_MADE, BOOL)
        self.create_with = self._function("create_with", *_MADE, BOOL, *_PUT)
        self.save = self._function("save", BYTEA, FLOAT, *_CHANGES)
        self.rotate = self._function("rotate", BYTEA, FLOAT, *_CHANGES, BYTEA, FLOAT)
        self.delete = self._function("delete", BYTEA)
        self.delete_leaving = self._function("delete_leaving", *_MADE)
        self.delete_owned = self._function("delete_owned", BYTEA, BYTEA)

        self.put = self._function("put", *_PUT)
        self.claim = self._function("claim", BYTEA, BYTEA, FLOAT, FLOAT, BYTEA, BYTEAS)
        self.confirm = self._plain("confirm", f"DELETE FROM {s}.messages WHERE claim = $1", BYTEA)
        self.release = self._plain(
            "release", f"UPDATE {s}.messages SET claim = NULL, until = 0 WHERE claim = $1", BYTEA
        )

        self.count = self._plain(
            "count",
            f"INSERT INTO {s}.counters AS c (name, value, expires) VALUES ($1, $2, $4) "
            "ON CONFLICT (name) DO UPDATE SET "
            "value = CASE WHEN c.expires > $3 THEN c.value ELSE 0 END + $2, "
            "expires = CASE WHEN c.expires > $3 THEN c.expires ELSE $4 END RETURNING value",
            *(BYTEA, BIGINT, FLOAT, FLOAT),
        )
        self.once = self._function("once", BYTEA, BYTEA, FLOAT, FLOAT)
        self.replace = self._plain(
            "replace",
            f"INSERT INTO {s}.once (name, value, expires) VALUES ($1, $2, $3) "
            "ON CONFLICT (name) DO UPDATE SET value = $2, expires = $3",
            *(BYTEA, BYTEA, FLOAT),
        )
        self.tally = self._function("tally", BYTEA, BYTEA, BYTEA, FLOAT, INTEGER)
        self.tallies = self._plain(
            "tallies",
            f"SELECT name, detail, count, first, last FROM {s}.tallies WHERE family = $1",
            BYTEA,
        )

        self.tidy = self._function("tidy", FLOAT, INTEGER)
        self.purge = self._function("purge", FLOAT, INTEGER)
        sizes = " + ".join(
            f"pg_total_relation_size('{s}.{table}')"
            for table in ("records", "messages", "counters", "once", "tallies")
        )
        self.stats = self._plain(
            "stats",
            "SELECT count(*) FILTER (WHERE expires > $1), count(*) FILTER (WHERE expires <= $1), "
            f"(SELECT count(*) FROM {s}.messages WHERE expires > $1), ({sizes})::bigint "
            f"FROM {s}.records",
            FLOAT,
        )

    def _function(self, name: str, *types: int) -> Statement:
        marks = ", ".join(f"${n}" for n in range(1, len(types) + 1))
        return self._plain(
            name, f"SELECT * FROM {quoted(self._schema)}.{name}_{digest()}({marks})", *types
        )

    def _plain(self, name: str, text: str, *types: int) -> Statement:
        mark = sha256(text.encode()).hexdigest()[:10]
        return Statement(f"kolba_{name}_{mark}", text, types)
