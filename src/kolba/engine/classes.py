"""Tells in one comparison whether any of some classes has been changed.

Attributes replaced on a class leave no trace that Python code could watch. But
CPython gives every class a number, the version tag of its attributes, that is
never the same again after the class or one of its bases was changed; the
interpreter's own caches stand on it. `Look` reads those numbers. Where they
cannot be found (`_find_offset` tries), it reads the attributes themselves.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

_WORD = ctypes.sizeof(ctypes.c_uint32)
_TRIES = 8

# What a look gives; equal to another one only if nothing has changed in between.
Look = Callable[[], object]


def look_at(classes: Iterable[type], otherwise: Look) -> Look:
    """What tells whether `classes` have changed: call it, and compare with another call.

    Args:
        classes: must be kept alive as long as the result is used.
        otherwise: reads what matters of them; used where there are no version tags.
    """
    if OFFSET is None:
        return otherwise
    # PERF: one C call for all (bench/shapes.py): 0.3 us for 13 classes, 0.05 for one,
    # attributes cost 1.5.
    tags = tuple(_tag(cls, OFFSET) for cls in classes)
    return tags[0].tobytes if len(tags) == 1 else partial(b"".join, tags)


def heir_of(classes: Iterable[type]) -> type | None:
    """A class that has these as bases, whose number changes when that of any of them does.

    None if there is no such class, or nothing to gain by it.
    """
    if OFFSET is None:
        return None
    try:
        return type("Heir", tuple(classes), {"__doc__": _HEIR, "__module__": __name__})
    except TypeError:  # they do not go together
        return None


_HEIR = "Of no use but to change when one of its bases does: see `kolba.engine.classes`."


def settle(classes: Iterable[type]) -> None:
    """Give each class its number: one that was just changed gets it when next looked into."""
    for cls in classes:
        getattr(cls, "mro", None)


def is_settled(seen: object) -> bool:
    """Whether a look says anything: a class without a number cannot be told from another state."""
    return not isinstance(seen, bytes) or _NONE not in (
        seen[at : at + _WORD] for at in range(0, len(seen), _WORD)
    )


_NONE = bytes(_WORD)


def _tag(cls: type, offset: int) -> memoryview:
    return memoryview(ctypes.c_uint32.from_address(id(cls) + offset)).cast("B")


def _find_offset() -> int | None:
    """Where in a class its version tag is: the one word that changes exactly when it must."""
    try:
        return _probe()
    except Exception:  # another Python than CPython, or one without ctypes' ways
        return None


def _probe() -> int | None:
    class Base:
        value: Any = 0

    class Probe(Base):
        pass

    class Twin(Base):
        pass

    def words(cls: type[Base]) -> list[int]:
        getattr(cls, "value")  # noqa: B009
        size: int = type.__basicsize__  # type: ignore[assignment]
        return list((ctypes.c_uint32 * (size // _WORD)).from_address(id(cls)))

    candidates = set(range(len(words(Twin))))
    for turn in range(_TRIES):
        before = words(Probe)
        quiet = words(Probe)
        # The class itself and its base by turns: a change of either must be seen.
        (Base, Probe)[turn % 2].value = Twin.value = turn
        after, twin = words(Probe), words(Twin)
        candidates = {
            at
            for at in candidates
            if before[at] == quiet[at] != after[at]
            and after[at] != 0
            # Python 3.13 also counts the numbers that a class has had, which another has had, too.
            and after[at] != twin[at]
        }
    return candidates.pop() * _WORD if len(candidates) == 1 else None


OFFSET = _find_offset()
