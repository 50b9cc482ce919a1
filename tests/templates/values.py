"""Values for contexts, made anew for each side from the same seed; each side has its own log.

Whatever can be seen being done to a value is written to the log, in order: an attribute read
twice, or in another order, is a difference.
"""

from __future__ import annotations

import random
import sqlite3
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable, Iterator
from enum import Enum, IntEnum
from functools import cache
from typing import Any

from jinja2 import pass_context, pass_environment, pass_eval_context
from markupsafe import Markup

Log = list[str]
Pair = namedtuple("Pair", "id name")

TEXTS = ("", "a", "<b>&'\"</b>", "naïve ☃", "two words", "Lorem ipsum dolor sit", "5", " x\ny ")
KEYS = ("id", "name", "items", "note", "children", "count")


class Text(str):
    """A str subclass."""


class Html(str):
    """A str subclass with an `__html__` of its own."""

    def __html__(self) -> str:
        return f"<i>{str.upper(self)}</i>"


class Shouting(Markup):
    """A Markup subclass."""


class Colour(str, Enum):
    """An enumeration whose members are strings."""

    RED = "<red>"


class Level(IntEnum):
    """An enumeration whose members are integers."""

    LOW = 1


class Big(int):
    """An int subclass that prints itself in its own way."""

    def __str__(self) -> str:
        return f"<big {int(self)}>"


class WithMissing(dict):  # type: ignore[type-arg]
    """A dict subclass with attributes and a `__missing__`."""

    def __missing__(self, key: object) -> str:
        return f"missing {key}"


class AttributeDict(OrderedDict):  # type: ignore[type-arg]
    """A dict subclass whose items are attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Thing:
    """An object whose every use is logged."""

    def __init__(self, log: Log, number: int) -> None:
        self._log = log
        self.id = number
        self.note = TEXTS[number % len(TEXTS)]
        self._reads = 0

    @property
    def name(self) -> str:
        self._reads += 1
        self._log.append(f"name {self.id}")
        return f"<thing {self.id}.{self._reads}>"

    @property
    def count(self) -> int:
        self._log.append(f"count {self.id}")
        raise ValueError(f"no count of {self.id}")

    @property
    def items(self) -> list[int]:
        self._log.append(f"items {self.id}")
        raise AttributeError("hidden")

    @property
    def children(self) -> list[Thing]:
        return [Thing(self._log, self.id - 1)] if self.id > 0 else []

    def __getitem__(self, key: object) -> str:
        self._log.append(f"item {key!r} of {self.id}")
        if key == "note":
            raise LookupError(key)
        # Python iterates over whatever has items, until there are no more.
        if isinstance(key, int) and key > 2:
            raise IndexError(key)
        return f"[{key}]"

    def __repr__(self) -> str:
        return f"Thing({self.id})"


class Marked(Thing):
    """An object with `__html__`."""

    def __html__(self) -> str:
        self._log.append(f"html {self.id}")
        return f"<u>{self.id}</u>"


class Masked:
    """An object that claims to be a str."""

    __class__ = str  # type: ignore[assignment]

    def __str__(self) -> str:
        return "<masked>"

    def __repr__(self) -> str:
        return "Masked()"


class Callable_:
    """A callable object that wants the context."""

    @pass_context
    def __call__(self, context: Any, *args: Any, **kwargs: Any) -> str:
        return f"{sorted(map(str, context.get_all()))[:3]}{args}{sorted(kwargs)}"

    def __repr__(self) -> str:
        return "Callable_()"


def functions(log: Log) -> dict[str, Callable[..., Any]]:
    """What a template can call."""

    def plain(*args: Any, **kwargs: Any) -> str:
        log.append(f"plain{args!r}{sorted(kwargs)}")
        return f"<{len(args)}>"

    def stop(*args: Any) -> Any:
        raise StopIteration

    def fail(*args: Any) -> Any:
        raise KeyError("failed")

    @pass_context
    def wants_context(context: Any, *args: Any, **kwargs: Any) -> str:
        log.append("context")
        names = [name for name in ("x", "loopy", "inner") if name in context]
        values = [str(type(context.get(name)).__name__) for name in names]
        return f"{names}{values}{context.name}{sorted(context.exported_vars)}"

    @pass_eval_context
    def wants_eval(eval_ctx: Any, *args: Any) -> str:
        return f"{eval_ctx.autoescape} {eval_ctx.volatile} {len(args)}"

    @pass_environment
    def wants_environment(environment: Any, *args: Any) -> str:
        return f"{environment.optimized} {len(args)}"

    return {
        "plain": plain,
        "stop": stop,
        "fail": fail,
        "wants_context": wants_context,
        "wants_eval": wants_eval,
        "wants_environment": wants_environment,
        "object_": Callable_(),
    }


@cache
def _row() -> sqlite3.Row:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row: sqlite3.Row = connection.execute("select 1 as id, '<n>' as name").fetchone()
    connection.close()
    return row


class Numbers:
    """An iterator, whose every step is logged, and which prints itself without an address."""

    def __init__(self, log: Log, count: int) -> None:
        self._log = log
        self._numbers = iter(range(count))

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        number = next(self._numbers)
        self._log.append(f"next {number}")
        return number

    def __repr__(self) -> str:
        return "Numbers()"


def value(rng: random.Random, log: Log, depth: int = 2) -> Any:
    """Any kind of value."""
    simple: list[Callable[[], Any]] = [
        lambda: rng.choice(TEXTS),
        lambda: rng.choice(TEXTS),
        lambda: rng.randrange(-3, 8),
        lambda: rng.choice((0.5, 1e17, float("inf"), -2.25)),
        lambda: rng.choice((True, False, None)),
        lambda: None,
        lambda: Markup(rng.choice(TEXTS)),
        lambda: Text(rng.choice(TEXTS)),
        lambda: Html(rng.choice(TEXTS)),
        lambda: Shouting(rng.choice(TEXTS)),
        lambda: rng.choice((Colour.RED, Level.LOW)),
        lambda: Big(rng.randrange(5)),
        lambda: Thing(log, rng.randrange(4)),
        lambda: Marked(log, rng.randrange(4)),
        Masked,
        _row,
        lambda: Pair(rng.randrange(3), rng.choice(TEXTS)),
    ]
    if depth == 0:
        return rng.choice(simple)()
    nested: list[Callable[[], Any]] = [
        lambda: mapping(rng, log, depth - 1),
        lambda: [value(rng, log, depth - 1) for _ in range(rng.randrange(4))],
        lambda: [mapping(rng, log, depth - 1) for _ in range(rng.randrange(4))],
        lambda: tuple(value(rng, log, depth - 1) for _ in range(rng.randrange(3))),
        lambda: Numbers(log, rng.randrange(4)),
    ]
    return rng.choice(simple + nested * 2)()


def mapping(rng: random.Random, log: Log, depth: int) -> Any:
    """A dict, most often a plain one."""
    kind = rng.choice((dict, dict, dict, WithMissing, AttributeDict, _default_dict))
    made: Any = kind()
    for key in rng.sample(KEYS, rng.randrange(len(KEYS))):
        made[key] = value(rng, log, depth)
    return made


def _default_dict() -> defaultdict[str, str]:
    return defaultdict(Text)


NAMES = ("x", "y", "z", "thing", "rows", "xs", "d", "gen", "row", "text")


def context(seed: int, log: Log) -> dict[str, Any]:
    """A context: some names always of their kind, the others of any, some not there."""
    rng = random.Random(seed)
    grown: list[None] = []
    made: dict[str, Any] = {
        "thing": Thing(log, 2),
        "rows": [mapping(rng, log, 1) for _ in range(rng.randrange(4))],
        "xs": [value(rng, log, 0) for _ in range(rng.randrange(5))],
        "d": mapping(rng, log, 1),
        "gen": Numbers(log, rng.randrange(4)),
        "row": _row(),
        "text": rng.choice(TEXTS),
    }
    for name in ("x", "y", "z"):
        made[name] = value(rng, log)
    for name in rng.sample(NAMES, rng.choice((0, 0, 1, 2))):
        del made[name]

    def grow() -> str:
        xs = made.get("xs")
        if isinstance(xs, list) and len(grown) < 6:
            grown.append(None)
            xs.append(f"grown {len(grown)}")
        return ""

    return {**made, **functions(log), "grow": grow}
