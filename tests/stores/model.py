"""What the contract says, as plainly as Python can: the model that the stores are held against.

It shares no code with them, keeps everything for ever, and is asked and told in
their own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kolba.stores import Changes, Message, Record, State


class Misfit(Exception):
    """An increment or append that does not fit."""


@dataclass
class Kept:
    """A record, and where it was rotated to."""

    record: Record
    successor: str | None = None


@dataclass
class Waiting:
    """A message, and its lease."""

    queue: str
    message: Message
    claim: str | None = None
    until: float = 0.0


@dataclass
class Model:
    """All state."""

    records: dict[str, Kept] = field(default_factory=dict)
    messages: list[Waiting] = field(default_factory=list)
    counters: dict[str, tuple[int, float]] = field(default_factory=dict)
    kept: dict[str, tuple[bytes, float]] = field(default_factory=dict)

    # Records

    def load(self, key: str, now: float) -> Record | None:
        found = self.records.get(key)
        return found.record if found and found.record.expires > now else None

    def create(self, key: str, record: Record) -> bool:
        if self.load(key, record.created):
            return False
        self.records[key] = Kept(record)
        return True

    def state(self, key: str, now: float) -> State:
        record = self.load(key, now)
        if record is None:
            return State.GONE
        return State.RETIRED if record.retired else State.LIVE

    def save(self, key: str, changes: Changes, now: float) -> tuple[State, dict[str, int]]:
        if (state := self.state(key, now)) is not State.LIVE:
            return state, {}
        record, sums = changed(self.records[key].record, changes)
        self.records[key].record = record
        return state, sums

    def rotate(
        self, old: str, new: str, changes: Changes, now: float, grace: float
    ) -> tuple[State, dict[str, int]]:
        if (state := self.state(old, now)) is not State.LIVE:
            return state, {}
        if self.load(new, now):
            raise ValueError
        before = self.records[old].record
        record, sums = changed(before, changes)
        self.records[new] = Kept(record)
        if grace == 0:
            self.delete(old)
            return state, sums
        end = min(before.expires, now + grace)
        self.records[old] = Kept(before._replace(retired=True, expires=end), new)
        for kept in self.records.values():
            if kept.successor == old:
                kept.successor = new
        return state, sums

    def end_those_that_lead_to(self, key: str) -> None:
        self.records = {k: kept for k, kept in self.records.items() if kept.successor != key}

    def delete(self, key: str) -> None:
        self.end_those_that_lead_to(key)
        self.records.pop(key, None)

    def owned(self, owner: str, now: float) -> dict[str, Record]:
        return {
            key: kept.record
            for key, kept in self.records.items()
            if kept.record.owner == owner and self.state(key, now) is State.LIVE
        }

    def delete_owned(self, owner: str, keep: str | None) -> None:
        spared = {keep, self.successor(keep)}
        for key in [k for k, kept in self.records.items() if kept.record.owner == owner]:
            if key not in spared:
                self.delete(key)

    def successor(self, key: str | None) -> str | None:
        kept = self.records.get(key or "")
        return kept.successor if kept else None

    # Queues

    def put(self, queue: str, messages: Sequence[Message], now: float, limit: int) -> None:
        self.messages += [Waiting(queue, message) for message in messages]
        free = [w for w in self.messages if w.queue == queue and self.is_free(w, now)]
        for waiting in free[:-limit] if limit else []:
            self.messages.remove(waiting)

    def is_free(self, waiting: Waiting, now: float) -> bool:
        held = waiting.claim is not None and waiting.until > now
        return waiting.message.expires > now and not held

    def claim(
        self,
        queue: str,
        claim: str,
        now: float,
        until: float,
        target: str | None,
        labels: frozenset[str] | None,
    ) -> list[tuple[bytes, str]]:
        taken = []
        for waiting in self.messages:
            m = waiting.message
            meant = target is None or m.target in ("", target) or m.open_at <= now
            wanted = labels is None or m.label in labels
            if waiting.queue == queue and self.is_free(waiting, now) and meant and wanted:
                waiting.claim, waiting.until = claim, until
                taken.append((m.value, m.label))
        return taken

    def confirm(self, claim: str) -> None:
        self.messages = [waiting for waiting in self.messages if waiting.claim != claim]

    def release(self, claim: str) -> None:
        self.messages = [replace(w, claim=None) if w.claim == claim else w for w in self.messages]

    # Names

    def count(self, name: str, by: int, now: float, expires: float) -> int:
        value, end = self.counters.get(name, (0, 0.0))
        if end <= now:
            value, end = 0, expires
        self.counters[name] = value + by, end
        return value + by

    def once(self, name: str, value: bytes, now: float, expires: float) -> bytes | None:
        kept, end = self.kept.get(name, (b"", 0.0))
        if end > now:
            return kept
        self.kept[name] = value, expires
        return None

    def replace(self, name: str, value: bytes, expires: float) -> None:
        self.kept[name] = value, expires


def changed(record: Record, changes: Changes) -> tuple[Record, dict[str, int]]:
    """A record after a save, and its sums."""
    fields = {k: v for k, v in record.fields.items() if k not in changes.delete}
    fields |= changes.set
    sums = {}
    for name, by in changes.add.items():
        try:
            sums[name] = int(fields.get(name, b"0")) + by
        except ValueError:
            raise Misfit from None
        fields[name] = str(sums[name]).encode()
    for name, values in changes.append.items():
        held = fields.get(name, b"[]")
        if not held.startswith(b"["):
            raise Misfit
        inside = [held[1:-1]] if held != b"[]" else []
        fields[name] = b"[" + b",".join([*inside, *values]) + b"]"
    given = {n: v for n in ("seen", "expires", "owner") if (v := getattr(changes, n)) is not None}
    after = record._replace(fields=fields, **given)
    return after._replace(owner=after.owner or None), sums
