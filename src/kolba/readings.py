"""Readings of a class's attributes: two are equal only if nobody has put anything there between.

Agents put proxies around methods (wrapt's, mostly), which say that they equal what they stand
for. So the types are read as well: a proxy hides its own from `isinstance`, not from `type`.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from types import MethodType
from typing import Any

Reading = tuple[tuple[Any, ...], tuple[type, ...]]


def reader(one: str, other: str, *names: str) -> Callable[[Any], Reading]:
    """What reads these attributes. It raises AttributeError where one is missing."""
    read = attrgetter(one, other, *names)

    def reading(cls: Any) -> Reading:
        values = read(cls)
        return values, tuple(map(type, values))

    return reading


def is_method(method: Any, function: Any) -> bool:
    """Whether it is this very function, bound: a proxy around that has its `__func__`, too."""
    return type(method) is MethodType and method.__func__ is function
