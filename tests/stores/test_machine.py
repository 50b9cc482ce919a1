"""Any order of verbs, over any stretch of time: the stores do what the model does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from kolba.stores import (
    PURGE_GRACE,
    Changes,
    Listing,
    Message,
    Outcome,
    Purging,
    Record,
    State,
    Store,
    Together,
    WrongField,
)
from kolba.stores.memory import MemoryStore
from tests.fuzz import examples
from tests.stores.conftest import KINDS, YOURS, fresh
from tests.stores.model import Misfit, Model
from tests.stores.shelf import NOW

EXAMPLES = 25
KEYS = st.sampled_from("abc")
NAMES = st.sampled_from(["x", "y", "я\n"])
OWNERS = st.sampled_from(["ann", "bob"])
CLAIMS = st.sampled_from(["c1", "c2"])
TARGETS = st.sampled_from(["/a", "/b"])
LABELS = st.sampled_from(["info", "error"])
VALUES = st.sampled_from([b"1", b"-20", b"[]", b'["e"]', b'"text"', b"\x00\xff"])
LIVES = st.sampled_from([0.0, 60.0, 1e6])
MESSAGES = st.tuples(VALUES, LABELS, st.just("") | TARGETS, LIVES, LIVES)
ELEMENTS = st.lists(st.sampled_from([b"1", b"[2]"]), max_size=2)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=2)
GRACES = st.sampled_from([0.0, 60.0, 60.0])
QUEUES = st.sampled_from("qqqr")
LIMITS = st.sampled_from([0, 0, 2])
CHANGES = st.builds(
    Changes,
    set=st.dictionaries(NAMES, VALUES, max_size=2),
    delete=st.frozensets(NAMES, max_size=1),
    add=st.dictionaries(NAMES, st.integers(-5, 5), max_size=1),
    append=st.dictionaries(
        NAMES, st.lists(st.sampled_from([b"1", b"[2]"]), max_size=2), max_size=1
    ),
    seen=st.none() | st.just(NOW + 7.25),
    expires=st.none() | LIVES.map(lambda life: NOW + life),
    owner=st.none() | st.just("") | OWNERS,
    durable=st.booleans(),
)


class Machine(RuleBasedStateMachine):
    """Each rule does one verb on both, and compares what it returns."""

    make: Callable[[], Store]

    def __init__(self) -> None:
        super().__init__()
        self.store: Any = type(self).make()
        self.model = Model()
        self.now = NOW

    def teardown(self) -> None:
        self.store.close()

    @rule(seconds=st.sampled_from([0.5, 10.0, 61.0, 2 * PURGE_GRACE]))
    def time_goes_by(self, seconds: float) -> None:
        self.now += seconds

    @rule(limit=st.sampled_from([1, 500]))
    def purge(self, limit: int) -> None:
        if isinstance(self.store, Purging):
            self.store.purge(now=self.now, limit=limit)


class RecordsMachine(Machine):
    """Records."""

    @initialize(fields=FIELDS, owner=OWNERS)
    def begin(self, fields: dict[str, bytes], owner: str | None) -> None:
        self.create("a", 1e6, owner, fields)

    @rule(key=KEYS, life=LIVES, owner=st.none() | OWNERS, fields=FIELDS)
    def create(self, key: str, life: float, owner: str | None, fields: dict[str, bytes]) -> None:
        record = Record(fields, self.now, self.now, self.now + life, owner, b"about")
        assert self.store.create(key, record) == self.model.create(key, record)

    @rule(key=KEYS, changes=CHANGES)
    def save(self, key: str, changes: Changes) -> None:
        self.both("save", key, changes, now=self.now)

    @rule(old=KEYS, new=KEYS, changes=st.just(Changes()) | CHANGES, grace=GRACES)
    def rotate(self, old: str, new: str, changes: Changes, grace: float) -> None:
        self.both("rotate", old, new, changes, now=self.now, grace=grace)

    def both(self, verb: str, *args: Any, **kwargs: Any) -> None:
        """Do a verb on both; an error of one must be an error of the other."""
        try:
            expected = getattr(self.model, verb)(*args, **kwargs)
        except (Misfit, ValueError) as error:
            with pytest.raises(WrongField if isinstance(error, Misfit) else ValueError):
                getattr(self.store, verb)(*args, **kwargs)
            return
        outcome = getattr(self.store, verb)(*args, **kwargs)
        assert (outcome.state, dict(outcome.sums)) == expected

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        was_there = self.model.load(key, self.now) is not None
        assert self.store.delete(key) or not was_there
        self.model.delete(key)

    @rule(key=KEYS, life=LIVES, fields=FIELDS)
    def delete_leaving(self, key: str, life: float, fields: dict[str, bytes]) -> None:
        if not isinstance(self.store, Together):
            return
        trace = Record(fields, self.now, self.now, self.now + life, retired=True)
        met = self.model.state(key, self.now)
        assert self.store.delete_leaving(key, trace) is met
        if met is State.LIVE:
            self.model.delete(key)
            self.model.create(key, trace)

    @rule(owner=OWNERS, keep=st.none() | KEYS)
    def delete_owned(self, owner: str, keep: str | None) -> None:
        if not isinstance(self.store, Listing):
            return
        live = self.model.owned(owner, self.now).keys() - {keep, self.model.successor(keep)}
        assert self.store.delete_owned(owner, keep=keep) >= len(live)
        self.model.delete_owned(owner, keep)

    @invariant()
    def records_are_the_same(self) -> None:
        for key in "abc":
            assert self.store.load(key, now=self.now) == self.model.load(key, self.now)
        for owner in ("ann", "bob") if isinstance(self.store, Listing) else ():
            listed = self.store.owned(owner, now=self.now)
            assert dict(listed) == self.model.owned(owner, self.now)
            seen = [record.seen for record in listed.values()]
            assert seen == sorted(seen, reverse=True)


class QueuesMachine(Machine):
    """Queues."""

    @rule(queue=QUEUES, given=st.lists(MESSAGES, min_size=1, max_size=3), limit=LIMITS)
    def put(self, queue: str, given: list[tuple[Any, ...]], limit: int) -> None:
        messages = [
            Message(value, label, target, self.now + opens, self.now + life)
            for value, label, target, opens, life in given
        ]
        self.store.put(queue, messages, now=self.now, limit=limit)
        self.model.put(queue, messages, self.now, limit)

    @rule(
        queue=QUEUES,
        claim=CLAIMS,
        lease=st.sampled_from([5.0, 30.0]),
        meant=st.none() | TARGETS,
        labels=st.none() | st.frozensets(LABELS),
    )
    def claim(
        self, queue: str, claim: str, lease: float, meant: str | None, labels: frozenset[str] | None
    ) -> None:
        until = self.now + lease
        claimed = self.store.claim(
            queue, claim, now=self.now, until=until, target=meant, labels=labels
        )
        expected = self.model.claim(queue, claim, self.now, until, meant, labels)
        assert [tuple(c) for c in claimed] == expected

    @rule(claim=CLAIMS)
    def confirm(self, claim: str) -> None:
        self.store.confirm(claim)
        self.model.confirm(claim)

    @rule(claim=CLAIMS)
    def release(self, claim: str) -> None:
        self.store.release(claim)
        self.model.release(claim)


class NamesMachine(Machine):
    """Counters, and what happens once."""

    @rule(name=NAMES, by=st.integers(-3, 3), life=LIVES)
    def count(self, name: str, by: int, life: float) -> None:
        end = self.now + life
        counted = self.store.count(name, by, now=self.now, expires=end)
        assert counted == self.model.count(name, by, self.now, end)

    @rule(name=NAMES, value=VALUES, life=LIVES)
    def once(self, name: str, value: bytes, life: float) -> None:
        end = self.now + life
        kept = self.store.once(name, value, now=self.now, expires=end)
        assert kept == self.model.once(name, value, self.now, end)

    @rule(name=NAMES, value=VALUES, life=LIVES)
    def replace(self, name: str, value: bytes, life: float) -> None:
        self.store.replace(name, value, now=self.now, expires=self.now + life)
        self.model.replace(name, value, self.now + life)


def run(
    machine: type[Machine], make: Callable[[], Store], examples: int, *, shrink: bool = True
) -> None:
    """Run a machine on new stores."""
    made = type(machine.__name__, (machine,), {"make": staticmethod(make)})
    how = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
        derandomize=settings.default.derandomize or not shrink,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(made, settings=how)


@pytest.mark.parametrize("machine", [RecordsMachine, QueuesMachine, NamesMachine])
@pytest.mark.parametrize("kind", [*KINDS, YOURS])
def test_any_order_of_verbs(
    kind: str, machine: type[Machine], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Whatever is done in whatever order, a store answers as the model does."""
    run(machine, lambda: fresh(kind, request, tmp_path), examples(EXAMPLES))


class SavesCreate(MemoryStore):
    """A store that revives what was deleted."""

    def save(self, key: str, changes: Changes, *, now: float) -> Outcome:
        self.create(key, Record({}, now, now, now + 60))
        return super().save(key, changes, now=now)


class ConfirmsTooMuch(MemoryStore):
    """A store whose late confirm takes what another lease holds by then."""

    def confirm(self, claim: str) -> None:
        for queue in self._claims.pop(claim, ()):
            self._queues.things.pop(queue, None)


class KeepsOldIds(MemoryStore):
    """A store whose delete leaves the keys that were rotated into the record."""

    def delete(self, key: str) -> bool:
        return self._records.things.pop(key, None) is not None


@pytest.mark.parametrize(
    ("broken", "machine"),
    [
        (SavesCreate, RecordsMachine),
        (KeepsOldIds, RecordsMachine),
        (ConfirmsTooMuch, QueuesMachine),
    ],
)
def test_the_machine_finds_planted_bugs(broken: type[MemoryStore], machine: type[Machine]) -> None:
    """A store that breaks one promise does not get through."""
    with pytest.raises((AssertionError, KeyError, WrongField)):
        run(machine, broken, 1_000, shrink=False)
