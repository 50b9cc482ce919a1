"""What a store promises to those who keep state in it.

A store holds bytes under names. It knows neither sessions nor forms nor
requests, decodes no value, and asks no clock: every verb that depends on time
is told `now`, in seconds since the epoch. Names are given ready (session ids
arrive hashed), so what a store holds opens nothing.

The invariants that everything above stands on:

* `save` never creates: what was deleted stays deleted, whoever saves later.
* `save` carries only what changed: writers of different fields both win.
* `add` and `append` in a `Changes` are atomic with respect to all writers.
* A verb that returned has happened: a crash of this process undoes none of it.
* A store that cannot be reached or cannot write raises `StoreDown`, in well
  under a second, and has then changed nothing or all of the verb.
* What has expired (`expires <= now`) is as if it were not there, purged or not.

Every verb may be called from any thread and, but for the memory store, from
any process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, runtime_checkable

from kolba.errors import KolbaError

PURGE_GRACE = 3600.0
"""Seconds that expired things are kept: a clock that jumped ahead and back loses nothing."""


class StoreDown(KolbaError):
    """The store cannot be reached, or cannot write: nothing was promised, nothing is lost.

    Attributes:
        retry_after: seconds after which asking again makes sense.
    """

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class WrongField(KolbaError, TypeError):
    """An increment met a field that holds no integer, or an append one that holds no list.

    Nothing of the `save` was done.

    Attributes:
        name: the field.
        verb: `increment` or `append`.
    """

    def __init__(self, name: str, verb: str) -> None:
        holds = "an integer of at most 64 bits" if verb == "increment" else "a list"
        super().__init__(f"cannot {verb} {name!r}: it does not hold {holds}")
        self.name = name
        self.verb = verb


# PERF: what every request makes is a NamedTuple, an eighth of a frozen dataclass's cost.


class Record(NamedTuple):
    """One set of fields that live and die together: a session.

    Attributes:
        fields: encoded values by name.
        created: when it came into being.
        seen: when it was last used, to the minute.
        expires: when it ends, unless a `save` moves that.
        owner: whose it is, for listing; None as long as nobody's.
        about: what a person recognises it by (address, device), encoded; may be empty.
        retired: it was rotated away: may be loaded until it expires, never saved or listed.
    """

    fields: Mapping[str, bytes]
    created: float
    seen: float
    expires: float
    owner: str | None = None
    about: bytes = b""
    retired: bool = False


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Changes(NamedTuple):
    """What a `save` does to a record. Fields that are not named stay as they are.

    Deletions come first, then sets, then sums and appends. Increments are to
    fields that hold a decimal integer (a missing one counts as 0); appends are
    to fields that hold a JSON array (a missing one counts as `[]`), each value
    one encoded element. A sum stays within 64 bits, signed.

    Attributes:
        owner: '' takes it from its owner; None leaves it.
        durable: must survive a power cut, not only a crash (changes of identity).
    """

    set: Mapping[str, bytes] = _NOTHING
    delete: frozenset[str] = frozenset()
    add: Mapping[str, int] = _NOTHING
    append: Mapping[str, Sequence[bytes]] = _NOTHING
    seen: float | None = None
    expires: float | None = None
    owner: str | None = None
    durable: bool = False


class State(Enum):
    """What a `save` or `rotate` met. A closed set: match all three."""

    LIVE = "live"
    RETIRED = "retired"
    GONE = "gone"


class Outcome(NamedTuple):
    """The result of a `save` or `rotate`.

    Attributes:
        state: only `LIVE` means that the changes were made.
        sums: the new value of each field in `Changes.add`.
    """

    state: State
    sums: Mapping[str, int] = _NOTHING


class Records(Protocol):
    """Five verbs over records."""

    def load(self, key: str, *, now: float) -> Record | None:
        """The record, retired or not; None if unknown, deleted or expired."""

    def create(self, key: str, record: Record, *, durable: bool = False) -> bool:
        """Put a new record; False, and nothing done, if the key is taken.

        A record that had expired when this one was `created` takes no key. A store
        that knows records by shorter names may say that a key is taken because
        another live one has its short name: who makes random keys tries another.
        """

    def save(self, key: str, changes: Changes, *, now: float) -> Outcome:
        """Merge `changes` into a live record; never creates or revives one.

        Raises:
            WrongField: an increment or append does not fit the field.
        """

    def rotate(self, old: str, new: str, changes: Changes, *, now: float, grace: float) -> Outcome:
        """Move a live record to `new` with `changes`, in one step.

        The old key then holds what it held before, retired, for `grace`
        seconds; 0 deletes it. If `old` is not live nothing is done.

        Raises:
            WrongField: an increment or append does not fit the field.
            ValueError: `new` is taken, as in `create`. Nothing is done.
        """

    def delete(self, key: str) -> bool:
        """End a record for good, durably, with all that were rotated into it.

        Returns:
            False if there was none.
        """


class Message(NamedTuple):
    """One entry of a queue.

    Attributes:
        value: encoded.
        label: what a claim may select by (a flash message's category).
        target: the claimer it is meant for (a page's path); '' is anybody.
        open_at: from when on any claimer may take it, whatever its target.
        expires: when it is dropped unclaimed.
    """

    value: bytes
    label: str = ""
    target: str = ""
    open_at: float = 0.0
    expires: float = float("inf")


class Claimed(NamedTuple):
    """A message out of a queue, not yet confirmed."""

    value: bytes
    label: str


class Queues(Protocol):
    """Four verbs over first-in-first-out queues whose messages are delivered once."""

    def put(self, queue: str, messages: Sequence[Message], *, now: float, limit: int = 0) -> None:
        """Append messages in order.

        Args:
            limit: if not 0, how many unclaimed ones the queue keeps: the newest.
        """

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
        """Take messages in order, under the lease `claim`, until `until`.

        Taken are unexpired messages that no live lease holds, whose target is
        `target` or '', or whose `open_at` has passed, and whose label is in
        `labels` if given. `target=None` takes any. The same `claim` may take more later.
        """

    def confirm(self, claim: str) -> None:
        """Delete what the lease holds: it was delivered.

        That may be later than `until`; what another lease has taken since is left to it.
        """

    def release(self, claim: str) -> None:
        """Give back what the lease holds, at its old place, to anybody."""


class Counters(Protocol):
    """Counts with an end: throttles."""

    def count(self, name: str, by: int = 1, *, now: float, expires: float) -> int:
        """Add to a counter and return it; a new or expired one starts at 0 and gets `expires`."""


class Once(Protocol):
    """Things that happen once: posts that were sent twice, keys that are made by one of many."""

    def once(self, name: str, value: bytes, *, now: float, expires: float) -> bytes | None:
        """Keep `value` under `name` and return None; or return what was kept there before."""

    def replace(self, name: str, value: bytes, *, now: float, expires: float) -> None:
        """Keep another value under a name (the answer of a post that is done).

        With `expires` at `now` the name is free again (a post that failed).
        """


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one thing happened."""

    name: str
    detail: bytes
    count: int
    first: float
    last: float


class Tallies(Protocol):
    """Sums of events, for reports. Bounded: past `limit` names a group takes no new ones."""

    def tally(self, group: str, name: str, detail: bytes, *, now: float, limit: int = 1000) -> None:
        """Count one event; the newest `detail` is kept."""

    def tallies(self, group: str) -> list[Tally]:
        """All of a group, most frequent first."""


class Store(Records, Queues, Counters, Once, Tallies, Protocol):
    """All state of an app in one place."""

    def close(self) -> None:
        """Let go of files and connections."""


@runtime_checkable
class Listing(Protocol):
    """Optional power: whose records there are."""

    def owned(self, owner: str, *, now: float) -> dict[str, Record]:
        """The live records of an owner by key, newest use first."""

    def delete_owned(self, owner: str, *, keep: str | None = None) -> int:
        """End all records of an owner but `keep`, durably, retired ones too.

        Who keeps a key that was rotated away keeps what it was rotated to.

        Returns:
            How many live ones ended.
        """


@runtime_checkable
class Together(Protocol):
    """Optional power: what belongs together in one step, where two cost twice."""

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
        """`put` into a queue that is empty, and `create`; False, and nothing done, as `create`."""

    def delete_leaving(self, key: str, trace: Record) -> State:
        """`delete` a live record, and leave a trace, itself retired, in its place.

        The end is what matters: there need be no trace where there is no room for one.

        Returns:
            What it met: only `LIVE` was ended. Who has made up a key leaves nothing.
        """


@runtime_checkable
class Knowing(Protocol):
    """Optional power: knowing what need not be asked."""

    def is_idle(self, queue: str) -> bool:
        """Whether it is certain now, without a look at the store, that a queue is empty."""


@runtime_checkable
class Attended(Protocol):
    """Optional power: a record and the state of its queue in one step, where two cost twice."""

    def load_with(
        self, key: str, field: str, prefix: str, *, now: float
    ) -> tuple[Record | None, bool]:
        """`load`; and whether nothing at all was in the queue `prefix` + what is in `field`.

        False also if the record has no such field.
        """


@runtime_checkable
class Brief(Protocol):
    """Optional power: saying that a lease is over, where to be told so takes as long again."""

    def confirm_soon(self, claim: str) -> None:
        """`confirm`, which the store does as soon as it can, and the caller does not wait for.

        What was said outlives this process. Should the store then fail, that is logged, and
        the lease runs out.
        """


@runtime_checkable
class Purging(Protocol):
    """Optional power: dropping what has expired, a bounded batch at a time."""

    def purge(self, *, now: float, limit: int = 500) -> int:
        """Drop up to `limit` things of each kind that expired over `PURGE_GRACE` ago; how many.

        0 means that nothing is left, or that another process is at it. Every
        store also drops a few expired things whenever it makes new ones, so
        that it does not grow without this verb.
        """


@runtime_checkable
class Checked(Protocol):
    """Optional power: seeing at start whether the store can be used."""

    def check(self) -> None:
        """Reach the store.

        Raises:
            ConfigError: it is not fit to keep state.
            StoreDown: it is away.
        """


@runtime_checkable
class Measured(Protocol):
    """Optional power: figures for `kolba sessions stats`."""

    def stats(self, *, now: float) -> dict[str, int]:
        """Counts by name: records, expired, messages, bytes."""
