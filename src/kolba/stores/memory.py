"""All state in this process's memory: for one process, gone with it.

Every verb holds one lock. The plainest statement of the contract in code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from threading import RLock
from typing import Generic, TypeVar

from kolba.stores.contract import (
    PURGE_GRACE,
    Changes,
    Claimed,
    Message,
    Outcome,
    Record,
    State,
    Tally,
)
from kolba.stores.merging import merged, updated

T = TypeVar("T")
_GONE, _RETIRED = Outcome(State.GONE), Outcome(State.RETIRED)
_BY_THE_WAY = 2


class _Shelf(Generic[T]):
    """Things by name, each with an end, and a heap that finds the ended ones."""

    def __init__(self, end: Callable[[T], float]) -> None:
        self.things: dict[str, T] = {}
        self._end = end
        self._heap: list[tuple[float, str]] = []

    def live(self, name: str, now: float) -> T | None:
        thing = self.things.get(name)
        return thing if thing is not None and self._end(thing) > now else None

    def put(self, name: str, thing: T) -> None:
        end, held = self._end(thing), self.things.get(name)
        if held is None or end < self._end(held):
            heappush(self._heap, (end, name))
        self.things[name] = thing

    def drop_expired(self, before: float, limit: int) -> list[str]:
        """Drop up to `limit` things that ended by then; their names."""
        dropped: list[str] = []
        while self._heap and self._heap[0][0] <= before and len(dropped) < limit:
            _, name = heappop(self._heap)
            thing = self.things.get(name)
            if thing is None:
                continue
            if self._end(thing) > before:
                heappush(self._heap, (self._end(thing), name))
            else:
                del self.things[name]
                dropped.append(name)
        return dropped


@dataclass(slots=True)
class _Waiting:
    """A message in a queue, and the lease that holds it."""

    message: Message
    claim: str | None = None
    until: float = 0.0


class _Records:
    """Records by key, and for retired ones the key they were rotated to."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = RLock()
        self._records = _Shelf[Record](lambda record: record.expires)
        self._successors: dict[str, str] = {}
        self._predecessors: defaultdict[str, set[str]] = defaultdict(set)

    def load(self, key: str, *, now: float) -> Record | None:
        with self._lock:
            return self._records.live(key, now)

    def create(self, key: str, record: Record, *, durable: bool = False) -> bool:
        with self._lock:
            if self._records.live(key, record.created) is not None:
                return False
            self._purge_records(record.created, _BY_THE_WAY)
            self._unlink(key)
            self._records.put(key, Record(dict(record.fields), *record[1:]))
            return True

    def save(self, key: str, changes: Changes, *, now: float) -> Outcome:
        with self._lock:
            record = self._records.live(key, now)
            if record is None or record.retired:
                return _RETIRED if record else _GONE
            fields, sums = merged(record.fields, changes)
            self._records.put(key, updated(record, fields, changes))
            return Outcome(State.LIVE, sums)

    def rotate(self, old: str, new: str, changes: Changes, *, now: float, grace: float) -> Outcome:
        with self._lock:
            before = self._records.live(old, now)
            if before is None or before.retired:
                return _RETIRED if before else _GONE
            if self._records.live(new, now) is not None:
                raise ValueError("the new key is taken")
            fields, sums = merged(before.fields, changes)
            self._unlink(new)
            self._records.put(new, updated(before, fields, changes))
            if grace > 0:
                self._retire(old, new, before, min(before.expires, now + grace))
            else:
                self.delete(old)
            return Outcome(State.LIVE, sums)

    def delete(self, key: str) -> bool:
        with self._lock:
            self._end_predecessors(key)
            self._unlink(key)
            return self._records.things.pop(key, None) is not None

    def owned(self, owner: str, *, now: float) -> dict[str, Record]:
        with self._lock:
            live = [
                (key, record)
                for key, record in self._records.things.items()
                if record.owner == owner and not record.retired and record.expires > now
            ]
        return dict(sorted(live, key=lambda pair: -pair[1].seen))

    def delete_owned(self, owner: str, *, keep: str | None = None) -> int:
        with self._lock:
            things, kept = self._records.things, {keep, self._successors.get(keep or "")}
            ended = {k: r for k, r in things.items() if r.owner == owner and k not in kept}
            for key in ended:
                self.delete(key)
        return sum(not record.retired for record in ended.values())

    def _retire(self, old: str, new: str, before: Record, end: float) -> None:
        self._records.put(old, before._replace(retired=True, expires=end))
        for key in {old, *self._predecessors.pop(old, ())}:
            self._successors[key] = new
            self._predecessors[new].add(key)

    def _end_predecessors(self, key: str) -> None:
        for old in self._predecessors.pop(key, ()):
            del self._records.things[old], self._successors[old]

    def _unlink(self, key: str) -> None:
        if successor := self._successors.pop(key, None):
            others = self._predecessors[successor]
            others.discard(key)
            if not others:
                del self._predecessors[successor]

    def _purge_records(self, now: float, limit: int) -> int:
        dropped = self._records.drop_expired(now - PURGE_GRACE, limit)
        for key in dropped:
            self._unlink(key)
        return len(dropped)


class _Queues:
    """Queues by name; a queue ends with the last of its messages."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = RLock()
        self._queues = _Shelf[list[_Waiting]](
            lambda queue: max([waiting.message.expires for waiting in queue], default=0.0)
        )
        self._claims: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, queue: str, messages: Sequence[Message], *, now: float, limit: int = 0) -> None:
        with self._lock:
            self._purge_queues(now, _BY_THE_WAY)
            held = [w for w in self._queues.things.get(queue, ()) if w.message.expires > now]
            held += [_Waiting(message) for message in messages]
            if limit and len(held) > limit:
                held = _trimmed(held, limit, now)
            self._queues.put(queue, held)

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
        with self._lock:
            waiting = self._queues.things.get(queue, ())
            taken = [w for w in waiting if _claimable(w, now, target, labels)]
            for w in taken:
                w.claim, w.until = claim, until
                self._claims[claim].add(queue)
        return [Claimed(w.message.value, w.message.label) for w in taken]

    def confirm(self, claim: str) -> None:
        with self._lock:
            for queue in self._claims.pop(claim, ()):
                waiting = self._queues.things.get(queue, [])
                waiting[:] = [w for w in waiting if w.claim != claim]

    def release(self, claim: str) -> None:
        with self._lock:
            for queue in self._claims.pop(claim, ()):
                for w in self._queues.things.get(queue, ()):
                    if w.claim == claim:
                        w.claim = None

    def _purge_queues(self, now: float, limit: int) -> int:
        return len(self._queues.drop_expired(now - PURGE_GRACE, limit))


def _trimmed(held: list[_Waiting], limit: int, now: float) -> list[_Waiting]:
    """Without the oldest of those that nobody claims, so that `limit` of them are left."""
    free = [w for w in held if not _leased(w, now) and w.message.expires > now]
    surplus = {id(w) for w in free[:-limit]}
    return [w for w in held if id(w) not in surplus]


def _leased(waiting: _Waiting, now: float) -> bool:
    return waiting.claim is not None and waiting.until > now


def _claimable(
    waiting: _Waiting, now: float, target: str | None, labels: frozenset[str] | None
) -> bool:
    message = waiting.message
    return (
        message.expires > now
        and not _leased(waiting, now)
        and (target is None or message.target in (target, "") or message.open_at <= now)
        and (labels is None or message.label in labels)
    )


@dataclass(slots=True)
class _Ending(Generic[T]):
    """A value and when it ends."""

    value: T
    expires: float


class _Names:
    """Counters, things that happen once, and tallies."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = RLock()
        self._counters = _Shelf[_Ending[int]](lambda counter: counter.expires)
        self._once = _Shelf[_Ending[bytes]](lambda kept: kept.expires)
        self._tallies: defaultdict[str, dict[str, Tally]] = defaultdict(dict)

    def count(self, name: str, by: int = 1, *, now: float, expires: float) -> int:
        with self._lock:
            self._counters.drop_expired(now - PURGE_GRACE, _BY_THE_WAY)
            counter = self._counters.live(name, now) or _Ending(0, expires)
            self._counters.put(name, _Ending(counter.value + by, counter.expires))
            return counter.value + by

    def once(self, name: str, value: bytes, *, now: float, expires: float) -> bytes | None:
        with self._lock:
            self._once.drop_expired(now - PURGE_GRACE, _BY_THE_WAY)
            kept = self._once.live(name, now)
            if kept is None:
                self._once.put(name, _Ending(value, expires))
        return kept.value if kept else None

    def replace(self, name: str, value: bytes, *, now: float, expires: float) -> None:
        with self._lock:
            self._once.put(name, _Ending(value, expires))

    def tally(self, group: str, name: str, detail: bytes, *, now: float, limit: int = 1000) -> None:
        with self._lock:
            names = self._tallies[group]
            if old := names.get(name):
                names[name] = Tally(name, detail, old.count + 1, old.first, now)
            elif len(names) < limit:
                names[name] = Tally(name, detail, 1, now, now)

    def tallies(self, group: str) -> list[Tally]:
        with self._lock:
            return sorted(self._tallies.get(group, {}).values(), key=lambda t: (-t.count, t.name))


class MemoryStore(_Records, _Queues, _Names):
    """A `Store` in memory, with every optional power but `Checked`, `Brief`: nothing is far."""

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
        with self._lock:
            is_made = self.create(key, record)
            if is_made:
                self.put(queue, messages, now=record.created, limit=limit)
            return is_made

    def delete_leaving(self, key: str, trace: Record) -> State:
        with self._lock:
            record = self._records.live(key, trace.created)
            if record is None or record.retired:
                return State.RETIRED if record else State.GONE
            self.delete(key)
            self.create(key, trace)
            return State.LIVE

    def is_idle(self, queue: str) -> bool:
        with self._lock:
            return not self._queues.things.get(queue)

    def load_with(
        self, key: str, field: str, prefix: str, *, now: float
    ) -> tuple[Record | None, bool]:
        with self._lock:
            held = self._records.things.get(key)
            name = None if held is None else held.fields.get(field)
            is_idle = name is not None and self.is_idle(prefix + name.decode())
            return self.load(key, now=now), is_idle

    def purge(self, *, now: float, limit: int = 500) -> int:
        with self._lock:
            names = (self._counters.drop_expired, self._once.drop_expired)
            return (
                self._purge_records(now, limit)
                + self._purge_queues(now, limit)
                + sum(len(drop(now - PURGE_GRACE, limit)) for drop in names)
            )

    def stats(self, *, now: float) -> dict[str, int]:
        with self._lock:
            records = list(self._records.things.values())
            queues = list(self._queues.things.values())
        return {
            "records": sum(record.expires > now for record in records),
            "expired": sum(record.expires <= now for record in records),
            "messages": sum(w.message.expires > now for queue in queues for w in queue),
            "bytes": sum(len(v) for record in records for v in record.fields.values()),
        }

    def close(self) -> None:
        """Nothing to let go of: what is stored lives as long as this object."""
