"""Attributes that come into being when first touched.

A `Lazy` is a non-data descriptor put on one of Flask's classes in place of an
instance attribute. Code that sets the attribute (Flask's own constructors do)
wins by itself, since the instance's dict is looked at first; only instances
that the engine made leave it to the descriptor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Make = Callable[[dict[str, Any]], Any]


class Lazy:
    """Computes an attribute from the instance's dict, once.

    Args:
        name: the attribute.
        mark: the key that only instances made by the engine have.
        make: computes the value from the instance's dict.
    """

    __slots__ = ("make", "mark", "name")

    def __init__(self, name: str, mark: str, make: Make) -> None:
        self.name = name
        self.mark = mark
        self.make = make

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        attributes = instance.__dict__
        if self.mark not in attributes:
            raise AttributeError(
                f"{type(instance).__name__!r} object has no attribute {self.name!r}"
            )
        value = attributes[self.name] = self.make(attributes)
        return value


def install(cls: type, mark: str, **makers: Make) -> None:
    """Put a `Lazy` for each maker on `cls`, where nobody has put anything before."""
    for name, make in makers.items():
        if not hasattr(cls, name):
            setattr(cls, name, Lazy(name, mark, make))


def put(cls: type, name: str, value: Any) -> None:
    """Put `value` in the place of an attribute, on the base that has it.

    On `cls` it would hide what somebody puts on that base later.
    """
    setattr(next(base for base in cls.__mro__ if name in vars(base)), name, value)
