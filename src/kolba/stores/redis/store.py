"""The store: each verb written down for its script, and each answer read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import uuid4

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
from kolba.stores.redis.address import parse
from kolba.stores.redis.connections import Server
from kolba.stores.redis.scripts import Scripts
from kolba.stores.texts import from_bytes

_FIELD = ord("f")
_LEASE = 30.0
_TIDY_EVERY = 16
_REMEMBERED = 10_000
_MET = (State.GONE, State.LIVE, State.RETIRED)
_STATES = {0: Outcome(State.GONE), 2: Outcome(State.RETIRED)}


class _Tidy:
    """Dropping what has ended, by the way: now and then, before something new is made."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._made = 0

    def sometimes(self, now: float) -> None:
        """Once for `_TIDY_EVERY` new things, drop twice as many of each kind."""
        self._made += 1
        if self._made >= _TIDY_EVERY:
            self._made = 0
            self._scripts.tell("tidy", _time(now - PURGE_GRACE), 2 * _TIDY_EVERY)


class _Records:
    """The verbs over records, and their listing."""

    _server: Server
    _scripts: Scripts
    _tidy: _Tidy
    _prefix: str
    _queue_of: dict[str, str]  # as far as is remembered: a record's key, and its queue

    def load(self, key: str, *, now: float) -> Record | None:
        record = _record(self._server.ask("HGETALL", f"{self._prefix}r:{key}"))
        return record if record is not None and record.expires > now else None

    def load_with(
        self, key: str, field: str, prefix: str, *, now: float
    ) -> tuple[Record | None, bool]:
        # PERF: two plain commands cost the server a fifth of the script, which is for whom it
        # does not know (python -m bench.stores).
        known = self._queue_of.get(key)
        if known is None:
            flat, waiting = self._scripts.run("load_with", key, field, prefix)
        else:
            record, queue = f"{self._prefix}r:{key}", f"{self._prefix}q:{known}"
            flat, waiting = self._server.ask_all(("HGETALL", record), ("LLEN", queue))
        found = _record(flat)
        if found is None:
            return None, False
        was_there = self._remember(key, known, found.fields.get(field), prefix)
        return (found if found.expires > now else None), was_there and waiting == 0

    def _remember(self, key: str, known: str | None, named: bytes | None, prefix: str) -> bool:
        """Note the queue that a record names; False if that was not the one looked into."""
        if named is None:
            return False
        queue = prefix + from_bytes(named)
        if queue != known:
            self._has_queue(key, queue)
        return known is None or queue == known

    def _has_queue(self, key: str, queue: str) -> None:
        if len(self._queue_of) >= _REMEMBERED:
            self._queue_of.clear()
        self._queue_of[key] = queue

    def create(self, key: str, record: Record, *, durable: bool = False) -> bool:
        self._tidy.sometimes(record.created)
        return bool(self._scripts.run("create", *_made(key, record)))

    def save(self, key: str, changes: Changes, *, now: float) -> Outcome:
        return _outcome(self._scripts.run("save", key, _time(now), *_written(changes)))

    def rotate(self, old: str, new: str, changes: Changes, *, now: float, grace: float) -> Outcome:
        args = (old, new, _time(now), _time(now + grace), _time(grace), *_written(changes))
        return _outcome(self._scripts.run("rotate", *args))

    def delete(self, key: str) -> bool:
        return bool(self._scripts.run("delete", key))

    def delete_leaving(self, key: str, trace: Record) -> State:
        return _MET[self._scripts.run("delete_leaving", *_made(key, trace))]

    def owned(self, owner: str, *, now: float) -> dict[str, Record]:
        answer = self._scripts.run("owned", owner)
        found = [
            (from_bytes(key), record)
            for key, flat in zip(answer[::2], answer[1::2], strict=True)
            if (record := _record(flat)) and not record.retired and record.expires > now
        ]
        return dict(sorted(found, key=lambda pair: -pair[1].seen))

    def delete_owned(self, owner: str, *, keep: str | None = None) -> int:
        return int(self._scripts.run("delete_owned", owner, _optional(keep)))


class _Queues:
    """The verbs over queues."""

    _scripts: Scripts
    _tidy: _Tidy

    def put(self, queue: str, messages: Sequence[Message], *, now: float, limit: int = 0) -> None:
        self._tidy.sometimes(now)
        self._scripts.run("put", *_put(queue, messages, now, limit))

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
        wanted = () if labels is None else (len(labels), *labels)
        taking = (queue, claim, _time(now), _time(until), _optional(target), *wanted)
        flat = self._scripts.run("claim", *taking)
        pairs = zip(flat[::2], flat[1::2], strict=True)
        return [Claimed(value, from_bytes(label)) for value, label in pairs]

    def confirm(self, claim: str) -> None:
        self._scripts.run("confirm", claim)

    def confirm_soon(self, claim: str) -> None:
        self._scripts.tell("confirm", claim)

    def release(self, claim: str) -> None:
        self._scripts.run("release", claim)


class _Names:
    """The verbs of counters, of once, and of tallies."""

    _scripts: Scripts
    _tidy: _Tidy

    def count(self, name: str, by: int = 1, *, now: float, expires: float) -> int:
        self._tidy.sometimes(now)
        return int(self._scripts.run("count", name, by, _time(now), _time(expires)))

    def once(self, name: str, value: bytes, *, now: float, expires: float) -> bytes | None:
        self._tidy.sometimes(now)
        kept = self._scripts.run("once", name, value, _time(now), _time(expires))
        return None if kept is None else bytes(kept)

    def replace(self, name: str, value: bytes, *, now: float, expires: float) -> None:
        self._scripts.run("replace", name, value, _time(expires))

    def tally(self, group: str, name: str, detail: bytes, *, now: float, limit: int = 1000) -> None:
        self._scripts.run("tally", group, name, detail, _time(now), limit)

    def tallies(self, group: str) -> list[Tally]:
        found = [
            Tally(from_bytes(name), detail, count, float(first), float(last))
            for name, detail, count, first, last in self._scripts.run("tallies", group)
        ]
        return sorted(found, key=lambda tally: (-tally.count, tally.name))


class RedisStore(_Records, _Queues, _Names):
    """A `Store` in Redis or Valkey, with every optional power but `Knowing`.

    Args:
        url: `redis://`, `rediss://`, `valkey://`, `valkeys://` or `redis+unix://`, as
            `KOLBA_STATE` has it; `?prefix=shop` keeps two apps apart in one database.

    Raises:
        ConfigError: the URL is none.
    """

    def __init__(self, url: str) -> None:
        address = parse(url)
        self._server = Server(address)
        self._scripts = Scripts(self._server)
        self._tidy = _Tidy(self._scripts)
        self._queue_of = {}
        self._prefix = address.prefix
        self._holder = uuid4().hex

    def check(self) -> None:
        """See that the server is there and fit.

        Raises:
            ConfigError: it is not fit.
            StoreDown: it is not there.
        """
        self._server.ask("PING")

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
        put = _put(queue, messages, record.created, limit)
        is_made = bool(self._scripts.run("create_with", *_made(key, record), *put))
        if is_made:
            self._has_queue(key, queue)  # where its first page will look
        return is_made

    def purge(self, *, now: float, limit: int = 500) -> int:
        times = map(_time, (now, now + _LEASE, now - PURGE_GRACE))
        return int(self._scripts.run("purge", self._holder, *times, limit))

    def stats(self, *, now: float) -> dict[str, int]:
        counts = self._scripts.run("stats", _time(now))
        memory = self._server.ask("INFO", "memory").split(b"used_memory:")[1].split()[0]
        names = ("records", "expired", "messages", "bytes")
        return dict(zip(names, (*counts, int(memory)), strict=True))

    def close(self) -> None:
        self._server.close()


@lru_cache(256)
def _time(seconds: float) -> bytes:
    """A moment to its last bit.

    PERF: what is made together has the same moments. The driver writes a float down in the time
    of six texts; this takes half of that, once.
    """
    return b"%.17g" % seconds


def _optional(text: str | None) -> str:
    return "-" if text is None else f"={text}"


def _made(key: str, record: Record) -> list[Any]:
    """A new record as the scripts read it: what they look at, and the whole as it is kept."""
    fields, created, seen, expires, owner, about, retired = record
    kept: list[Any] = ["c", _time(created), "s", _time(seen), "e", _time(expires), "a", about]
    if owner:
        kept += "o", owner
    if retired:
        kept += "r", "1"
    for name, value in fields.items():
        kept += f"f{name}", value
    return [key, owner or "", len(kept), *kept]


def _put(queue: str, messages: Sequence[Message], now: float, limit: int) -> list[Any]:
    """Messages as the scripts read them."""
    told: list[Any] = [queue, _time(now), limit, len(messages)]
    for value, label, target, open_at, expires in messages:
        told += value, label, target, _time(open_at), _time(expires)
    return told


def _written(changes: Changes) -> Iterator[Any]:
    """Changes as the scripts read them: each list after its length."""
    yield len(changes.delete)
    yield from changes.delete
    yield from _pairs(changes.set)
    yield from _pairs(changes.add)
    yield len(changes.append)
    for name, values in changes.append.items():
        yield from (name, len(values), *values)
    yield "" if changes.seen is None else _time(changes.seen)
    yield "" if changes.expires is None else _time(changes.expires)
    yield _optional(changes.owner)


def _pairs(given: Mapping[str, Any]) -> Iterator[Any]:
    yield 2 * len(given)
    for pair in given.items():
        yield from pair


def _outcome(answer: list[Any]) -> Outcome:
    state, *rest = answer
    if outcome := _STATES.get(state):
        return outcome
    if state == -1:
        raise WrongField(from_bytes(rest[0]), from_bytes(rest[1]))
    if state == -2:
        raise ValueError("the new key is taken")
    return Outcome(
        State.LIVE, {from_bytes(n): int(s) for n, s in zip(rest[::2], rest[1::2], strict=True)}
    )


def _record(flat: list[bytes]) -> Record | None:
    """The record in a hash; None if there is none."""
    found = dict(zip(flat[::2], flat[1::2], strict=True))
    expires = found.get(b"e")
    if expires is None:
        return None
    owner = found.get(b"o")
    return Record(
        {name: value for part, value in found.items() if (name := _field(part)) is not None},
        float(found[b"c"]),
        float(found[b"s"]),
        float(expires),
        from_bytes(owner) if owner is not None else None,
        found[b"a"],
        b"r" in found,
    )


@lru_cache(1024)
def _field(part: bytes) -> str | None:
    """The name of a field by that of its part of a hash; None if that is no field's.

    PERF: an app's sessions have the same names nearly always.
    """
    return from_bytes(part[1:]) if part[0] == _FIELD else None
