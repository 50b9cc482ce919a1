"""A whole store on two verbs: for databases that Kolba does not know.

Whoever can read some named cells as of one moment, and swap some at once if none has
changed, has a `Store`. Every verb is then: read, work out, swap; and again if another
was faster. It costs two trips a write, and lists nothing by owner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import uniform
from time import monotonic, sleep
from typing import Any, NamedTuple, Protocol, TypeVar

from kolba.stores.codec import decode, encode
from kolba.stores.contract import (
    Changes,
    Claimed,
    Message,
    Outcome,
    Record,
    State,
    StoreDown,
    Tally,
)
from kolba.stores.merging import merged, updated
from kolba.stores.texts import to_utf8

T = TypeVar("T")
Held = dict[str, Any]
Work = Callable[[Held, Held], T]
"""What is in some cells, and a dict for what shall be; a cell is (value, expires), or None."""

PATIENCE = 0.75
_INFINITY = float("inf")


class Cell(NamedTuple):
    """Some bytes, and when they may be thrown away (some time after `expires`)."""

    value: bytes
    expires: float


class Cells(Protocol):
    """What a database must be able to do."""

    def read(self, names: Sequence[str]) -> Mapping[str, Cell]:
        """Those of the cells that there are, all as of one moment."""

    def swap(
        self, before: Mapping[str, Cell | None], after: Mapping[str, Cell | None], *, durable: bool
    ) -> bool:
        """Put all of `after`, if each cell of `before` is still that; else nothing, and False.

        None is no cell. `after` names no cell that `before` does not.
        """

    def close(self) -> None:
        """Let go of connections."""


class _Named:
    """Cells of any names, on cells whose names are UTF-8."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self.close = cells.close

    def read(self, names: Sequence[str]) -> Mapping[str, Cell]:
        told = {name: to_utf8(name) for name in names}
        found = self._cells.read([*told.values()])
        return {name: found[kept] for name, kept in told.items() if kept in found}

    def swap(
        self, before: Mapping[str, Cell | None], after: Mapping[str, Cell | None], *, durable: bool
    ) -> bool:
        held, wanted = (
            {to_utf8(name): cell for name, cell in cells.items()} for cells in (before, after)
        )
        return self._cells.swap(held, wanted, durable=durable)


class CellStore:
    """A `Store` on cells; without the optional powers.

    Args:
        cells: where they are. Its own errors of reaching the database should be
            `StoreDown`.
    """

    def __init__(self, cells: Cells) -> None:
        self._cells = _Named(cells)

    # Records: r:<key> has the record, the keys that were rotated into it, and the one it
    # was rotated to.

    def load(self, key: str, *, now: float) -> Record | None:
        found = self._cells.read([f"r:{key}"]).get(f"r:{key}")
        return _live(decode(found.value), now) if found else None

    def create(self, key: str, record: Record, *, durable: bool = False) -> bool:
        def work(held: Held, after: Held) -> bool:
            name = f"r:{key}"
            if _live(held[name], record.created):
                return False
            after[name] = _cell(record, _predecessors(held[name]))
            return True

        return self._change([f"r:{key}"], work, durable=durable)

    def save(self, key: str, changes: Changes, *, now: float) -> Outcome:
        def work(held: Held, after: Held) -> Outcome:
            name = f"r:{key}"
            record = _live(held[name], now)
            if record is None or record.retired:
                return Outcome(State.RETIRED if record else State.GONE)
            fields, sums = merged(record.fields, changes)
            after[name] = _cell(updated(record, fields, changes), _predecessors(held[name]))
            return Outcome(State.LIVE, sums)

        return self._change([f"r:{key}"], work, durable=changes.durable)

    def rotate(self, old: str, new: str, changes: Changes, *, now: float, grace: float) -> Outcome:
        def work(held: Held, after: Held) -> Outcome:
            record = _live(held[f"r:{old}"], now)
            if record is None or record.retired:
                return Outcome(State.RETIRED if record else State.GONE)
            if _live(held[f"r:{new}"], now):
                raise ValueError("the new key is taken")
            fields, sums = merged(record.fields, changes)
            retired = record._replace(retired=True, expires=min(record.expires, now + grace))
            ends = {f"r:{old}": _cell(retired, [], new)}
            for name in _that_lead_to(old, held):
                ends[name] = _cell(Record(*held[name][0]), [], new)
            keys = [*_predecessors(held[f"r:{new}"]), *(name[2:] for name in ends)]
            after |= ends if grace else dict.fromkeys(ends)
            after[f"r:{new}"] = _cell(updated(record, fields, changes), keys)
            return Outcome(State.LIVE, sums)

        names = [f"r:{old}", f"r:{new}"]
        return self._change(names, work, more=_predecessor_cells, durable=changes.durable)

    def delete(self, key: str) -> bool:
        def work(held: Held, after: Held) -> bool:
            there = held[f"r:{key}"] is not None
            after |= dict.fromkeys([f"r:{key}"] if there else [])
            after |= dict.fromkeys(_that_lead_to(key, held))
            return there

        return self._change([f"r:{key}"], work, more=_predecessor_cells, durable=True)

    # Queues: q:<queue> has its messages with their leases, l:<claim> the queues of a claim.

    def put(self, queue: str, messages: Sequence[Message], *, now: float, limit: int = 0) -> None:
        def work(held: Held, after: Held) -> None:
            waiting = [e for e in held[f"q:{queue}"] or [] if e[0][4] > now or e[2] > now]
            waiting += [[tuple(message), None, 0.0] for message in messages]
            free = [entry for entry in waiting if _is_free(entry, now)]
            surplus = {id(entry) for entry in free[:-limit]} if limit else set()
            after[f"q:{queue}"] = _queue([e for e in waiting if id(e) not in surplus])

        self._change([f"q:{queue}"], work)

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
        def work(held: Held, after: Held) -> list[Claimed]:
            taken = []
            for entry in held[f"q:{queue}"] or []:
                message = Message(*entry[0])
                meant = target is None or message.target in (target, "") or message.open_at <= now
                if _is_free(entry, now) and meant and (labels is None or message.label in labels):
                    entry[1:] = claim, until
                    taken.append(Claimed(message.value, message.label))
            if taken:
                after[f"q:{queue}"] = _queue(held[f"q:{queue}"])
                after[f"l:{claim}"] = {*(held[f"l:{claim}"] or ()), queue}, until
            return taken

        return self._change([f"q:{queue}", f"l:{claim}"], work)

    def confirm(self, claim: str) -> None:
        self._end(claim, lambda waiting: [entry for entry in waiting if entry[1] != claim])

    def release(self, claim: str) -> None:
        def free(waiting: list[Any]) -> list[Any]:
            return [[e[0], None, 0.0] if e[1] == claim else e for e in waiting]

        self._end(claim, free)

    def _end(self, claim: str, rest: Callable[[list[Any]], list[Any]]) -> None:
        def work(held: Held, after: Held) -> None:
            for queue in held[f"l:{claim}"] or ():
                after[f"q:{queue}"] = _queue(rest(held[f"q:{queue}"] or []))
                after[f"l:{claim}"] = None

        def queues(held: Held) -> list[str]:
            return [f"q:{queue}" for queue in held[f"l:{claim}"] or ()]

        self._change([f"l:{claim}"], work, more=queues)

    # Names: c:<name> a counter, o:<name> what happens once, t:<group> tallies.

    def count(self, name: str, by: int = 1, *, now: float, expires: float) -> int:
        def work(held: Held, after: Held) -> int:
            value, end = held[f"c:{name}"] or (0, 0.0)
            value, end = (value + by, end) if end > now else (by, expires)
            after[f"c:{name}"] = (value, end), end
            return int(value)

        return self._change([f"c:{name}"], work)

    def once(self, name: str, value: bytes, *, now: float, expires: float) -> bytes | None:
        def work(held: Held, after: Held) -> bytes | None:
            kept, end = held[f"o:{name}"] or (b"", 0.0)
            if end > now:
                return bytes(kept)
            after[f"o:{name}"] = (value, expires), expires
            return None

        return self._change([f"o:{name}"], work)

    def replace(self, name: str, value: bytes, *, now: float, expires: float) -> None:
        def work(held: Held, after: Held) -> None:
            after[f"o:{name}"] = (value, expires), expires

        self._change([f"o:{name}"], work)

    def tally(self, group: str, name: str, detail: bytes, *, now: float, limit: int = 1000) -> None:
        def work(held: Held, after: Held) -> None:
            names = held[f"t:{group}"] or {}
            if name in names or len(names) < limit:
                _, count, first, _ = names.get(name, (b"", 0, now, now))
                names[name] = detail, count + 1, first, now
                after[f"t:{group}"] = names, _INFINITY

        self._change([f"t:{group}"], work)

    def tallies(self, group: str) -> list[Tally]:
        found = self._cells.read([f"t:{group}"]).get(f"t:{group}")
        names = decode(found.value) if found else {}
        tallies = [Tally(name, *rest) for name, rest in names.items()]
        return sorted(tallies, key=lambda tally: (-tally.count, tally.name))

    def close(self) -> None:
        """Let go of the cells."""
        self._cells.close()

    def _change(
        self,
        names: list[str],
        work: Work[T],
        *,
        more: Callable[[Held], list[str]] | None = None,
        durable: bool = False,
    ) -> T:
        """Read, work out, swap; and again as long as others are faster.

        Args:
            more: names of further cells, from what is in the first.
        """
        deadline = monotonic() + PATIENCE
        while True:
            before, held = self._held(names)
            while more and not held.keys() >= set(more(held)):
                before, held = self._held(list(held.keys() | more(held)))
            after: Held = {}
            result = work(held, after)
            cells = {name: _encoded(cell) for name, cell in after.items()}
            if not cells or self._cells.swap(before, cells, durable=durable):
                return result
            if monotonic() > deadline:
                raise StoreDown("the state store has too many writers", retry_after=2)
            sleep(uniform(0, 0.005))

    def _held(self, names: list[str]) -> tuple[dict[str, Cell | None], Held]:
        found = self._cells.read(names)
        before = {name: found.get(name) for name in names}
        return before, {name: decode(cell.value) if cell else None for name, cell in before.items()}


def _encoded(cell: tuple[Any, float] | None) -> Cell | None:
    return cell and Cell(encode(cell[0]), cell[1])


def _cell(
    record: Record, predecessors: list[str], successor: str | None = None
) -> tuple[Any, float]:
    fields = dict(record.fields)
    return [tuple(record._replace(fields=fields)), predecessors, successor], record.expires


def _live(held: Any, now: float) -> Record | None:
    record = Record(*held[0]) if held else None
    return record if record is not None and record.expires > now else None


def _predecessors(held: Any) -> list[str]:
    return list(held[1]) if held else []


def _predecessor_cells(held: Held) -> list[str]:
    return [f"r:{key}" for found in held.values() for key in _predecessors(found)]


def _that_lead_to(key: str, held: Held) -> list[str]:
    """The cells of retired records that were rotated to a key, and not made anew since."""
    return [name for name, found in held.items() if name[:2] == "r:" and found and found[2] == key]


def _queue(waiting: list[Any]) -> tuple[Any, float] | None:
    return (waiting, max(entry[0][4] for entry in waiting)) if waiting else None


def _is_free(entry: list[Any], now: float) -> bool:
    """Whether a message can be had: it has not ended, and no live lease holds it."""
    return bool(entry[0][4] > now and entry[2] <= now)
