"""The store: each verb written down for its statement, and each answer read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kolba.stores.contract import (
    PURGE_GRACE,
    Changes,
    Claimed,
    Message,
    Outcome,
    Record,
    State,
    Tally,
    WrongField,
)
from kolba.stores.postgres.address import parse
from kolba.stores.postgres.binary import (
    BIGINTS,
    BYTEAS,
    FLOATS,
    YES,
    array,
    bigint,
    flag,
    integer,
    mark,
    moment,
    read_array,
    read_bigint,
    read_moment,
    texts,
)
from kolba.stores.postgres.connections import Server
from kolba.stores.postgres.statements import Statements
from kolba.stores.postgres.wire import Row, Value
from kolba.stores.texts import from_bytes, to_bytes

_TIDY_EVERY = 16
_PATIENCE = 60.0
"""Seconds for a purge's batch, and for counting all that there is."""

_MET = (State.GONE, State.LIVE, State.RETIRED)
_MISFIT, _TAKEN = 3, 4


class _Tidy:
    """Dropping what has ended, by the way: now and then, before something new is made."""

    def __init__(self, server: Server, statements: Statements) -> None:
        self._server = server
        self._tidy = statements.tidy
        self._made = 0

    def sometimes(self, now: float) -> None:
        """Once for `_TIDY_EVERY` new things, drop twice as many of each kind."""
        self._made += 1
        if self._made >= _TIDY_EVERY:
            self._made = 0
            self._server.tell(self._tidy, moment(now - PURGE_GRACE), integer(2 * _TIDY_EVERY))


class _Records:
    """The verbs over records, and their listing."""

    _server: Server
    _sql: Statements
    _tidy: _Tidy

    def load(self, key: str, *, now: float) -> Record | None:
        rows = self._server.ask(self._sql.load, mark(key))
        record = _record(rows[0]) if rows else None
        return record if record is not None and record.expires > now else None

    def load_with(
        self, key: str, field: str, prefix: str, *, now: float
    ) -> tuple[Record | None, bool]:
        names = mark(key), to_bytes(field), to_bytes(prefix)
        rows = self._server.ask(self._sql.load_with, *names)
        if not rows:
            return None, False
        *row, is_idle = rows[0]
        record = _record(row)
        return (record if record.expires > now else None), is_idle == YES

    def create(self, key: str, record: Record, *, durable: bool = False) -> bool:
        self._tidy.sometimes(record.created)
        values = (*_made(key, record), flag(durable))
        return self._server.ask(self._sql.create, *values)[0][0] == YES

    def save(self, key: str, changes: Changes, *, now: float) -> Outcome:
        return _outcome(changes, self._server.ask(self._sql.save, *_written(key, changes, now))[0])

    def rotate(self, old: str, new: str, changes: Changes, *, now: float, grace: float) -> Outcome:
        written = _written(old, changes, now)
        till = moment(now + grace if grace > 0 else now)
        return _outcome(changes, self._server.ask(self._sql.rotate, *written, mark(new), till)[0])

    def delete(self, key: str) -> bool:
        return self._server.ask(self._sql.delete, mark(key))[0][0] == YES

    def delete_leaving(self, key: str, trace: Record) -> State:
        return _MET[_number(self._server.ask(self._sql.delete_leaving, *_made(key, trace)))]

    def owned(self, owner: str, *, now: float) -> dict[str, Record]:
        rows = self._server.ask(self._sql.owned, to_bytes(owner), moment(now))
        return {from_bytes(key or b""): _record(row) for key, *row in rows}

    def delete_owned(self, owner: str, *, keep: str | None = None) -> int:
        return _number(
            self._server.ask(
                self._sql.delete_owned, to_bytes(owner), None if keep is None else mark(keep)
            )
        )


class _Queues:
    """The verbs over queues."""

    _server: Server
    _sql: Statements
    _tidy: _Tidy

    def put(self, queue: str, messages: Sequence[Message], *, now: float, limit: int = 0) -> None:
        self._tidy.sometimes(now)
        self._server.ask(self._sql.put, *_put(queue, messages, now, limit))

    def claim(
        self,
        queue: str,
        claim: str,
        *,
        now: float,
        until: float,
        target: str | None = None,
        labels: frozenset[str] | None = None,
    ) -> list[Claimed]:
        rows = self._server.ask(
            self._sql.claim,
            mark(queue),
            mark(claim),
            moment(now),
            moment(until),
            _optional(target),
            None if labels is None else texts(labels),
        )
        return [Claimed(value or b"", from_bytes(label or b"")) for _, value, label in sorted(rows)]

    def confirm(self, claim: str) -> None:
        self._server.ask(self._sql.confirm, mark(claim))

    def confirm_soon(self, claim: str) -> None:
        self._server.tell(self._sql.confirm, mark(claim))

    def release(self, claim: str) -> None:
        self._server.ask(self._sql.release, mark(claim))


class _Names:
    """The verbs of counters, of once, and of tallies."""

    _server: Server
    _sql: Statements
    _tidy: _Tidy

    def count(self, name: str, by: int = 1, *, now: float, expires: float) -> int:
        self._tidy.sometimes(now)
        values = mark(name), bigint(by), moment(now), moment(expires)
        return _number(self._server.ask(self._sql.count, *values))

    def once(self, name: str, value: bytes, *, now: float, expires: float) -> bytes | None:
        self._tidy.sometimes(now)
        values = mark(name), value, moment(now), moment(expires)
        return self._server.ask(self._sql.once, *values)[0][0]

    def replace(self, name: str, value: bytes, *, now: float, expires: float) -> None:
        self._server.ask(self._sql.replace, mark(name), value, moment(expires))

    def tally(self, group: str, name: str, detail: bytes, *, now: float, limit: int = 1000) -> None:
        values = mark(group), to_bytes(name), detail, moment(now), integer(limit)
        self._server.ask(self._sql.tally, *values)

    def tallies(self, group: str) -> list[Tally]:
        found: list[Any] = self._server.ask(self._sql.tallies, mark(group))
        tallies = [
            Tally(
                from_bytes(name),
                detail,
                read_bigint(count),
                read_moment(first),
                read_moment(last),
            )
            for name, detail, count, first, last in found
        ]
        return sorted(tallies, key=lambda tally: (-tally.count, tally.name))


class PostgresStore(_Records, _Queues, _Names):
    """A `Store` in PostgreSQL, with every optional power but `Knowing`.

    Args:
        url: `postgresql://` or `postgres://` as libpq has it, and as `KOLBA_STATE` has it;
            `?schema=shop` keeps two apps apart in one database.

    Raises:
        ConfigError: the URL is none.

    Attributes:
        open_to: a host whose name no certificate has to prove; None if there is none.
    """

    def __init__(self, url: str) -> None:
        address = parse(url)
        self.open_to = address.open_to
        self._server = Server(address)
        self._sql = Statements(address.schema)
        self._tidy = _Tidy(self._server, self._sql)

    def check(self) -> None:
        """See that the server is there, and has the tables.

        Raises:
            ConfigError: it is not fit.
            StoreDown: it is not there.
        """
        self._server.ask(self._sql.check)

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
        self._tidy.sometimes(record.created)
        made = (*_made(key, record), flag(durable))
        put = _put(queue, messages, record.created, limit)
        return self._server.ask(self._sql.create_with, *made, *put)[0][0] == YES

    def purge(self, *, now: float, limit: int = 500) -> int:
        values = moment(now - PURGE_GRACE), integer(limit)
        return _number(self._server.ask(self._sql.purge, *values, patience=_PATIENCE))

    def stats(self, *, now: float) -> dict[str, int]:
        [counts] = self._server.ask(self._sql.stats, moment(now), patience=_PATIENCE)
        names = ("records", "expired", "messages", "bytes")
        return {name: read_bigint(count or b"") for name, count in zip(names, counts, strict=True)}

    def close(self) -> None:
        self._server.close()


def _optional(text: str | None) -> Value:
    return None if text is None else to_bytes(text)


def _number(rows: list[Row]) -> int:
    return read_bigint(rows[0][0] or b"")


def _made(key: str, record: Record) -> tuple[Value, ...]:
    """A new record as the functions take it."""
    fields, created, seen, expires, owner, about, retired = record
    return (
        mark(key),
        *_pairs(fields),
        moment(created),
        moment(seen),
        moment(expires),
        _optional(owner or None),
        about,
        flag(retired),
    )


def _pairs(fields: Mapping[str, bytes]) -> tuple[bytes, bytes]:
    return texts(fields), array(BYTEAS, [*fields.values()])


def _put(queue: str, messages: Sequence[Message], now: float, limit: int) -> tuple[Value, ...]:
    """Messages as the functions take them."""
    return (
        mark(queue),
        moment(now),
        integer(limit),
        array(BYTEAS, [message.value for message in messages]),
        texts(message.label for message in messages),
        texts(message.target for message in messages),
        array(FLOATS, [moment(message.open_at) for message in messages]),
        array(FLOATS, [moment(message.expires) for message in messages]),
    )


def _written(key: str, changes: Changes, now: float) -> tuple[Value, ...]:
    """Changes as the functions take them."""
    return (
        mark(key),
        moment(now),
        texts(changes.delete),
        *_pairs(changes.set),
        texts(changes.add),
        array(BIGINTS, [bigint(by) for by in changes.add.values()]),
        texts(changes.append),
        array(BYTEAS, [b",".join(values) for values in changes.append.values()]),
        None if changes.seen is None else moment(changes.seen),
        None if changes.expires is None else moment(changes.expires),
        _optional(changes.owner),
        flag(changes.durable),
    )


def _outcome(changes: Changes, row: Row) -> Outcome:
    met, sums, wrong, verb = row
    state = read_bigint(met or b"")
    if state == _MISFIT:
        raise WrongField(from_bytes(wrong or b""), from_bytes(verb or b""))
    if state == _TAKEN:
        raise ValueError("the new key is taken")
    if _MET[state] is not State.LIVE:
        return Outcome(_MET[state])
    summed = map(read_bigint, read_array(sums or b""))
    return Outcome(State.LIVE, dict(zip(changes.add, summed, strict=True)))


def _record(row: Sequence[Any]) -> Record:
    names, values, created, seen, expires, owner, about, retired = row
    return Record(
        dict(zip(map(from_bytes, read_array(names)), read_array(values), strict=True)),
        read_moment(created),
        read_moment(seen),
        read_moment(expires),
        None if owner is None else from_bytes(owner),
        about,
        retired == YES,
    )
