"""Classes that carry the name of the Jinja class they stand in for.

Pages print such names (`{{ super }}`, `{{ self }}`), so a subclass must not show its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T", bound=type)


def named_like(stock: type) -> Callable[[T], T]:
    """A class decorator: the name, qualified name, module and docstring of `stock`."""

    def rename(cls: T) -> T:
        cls.__name__, cls.__qualname__ = stock.__name__, stock.__qualname__
        cls.__module__, cls.__doc__ = stock.__module__, stock.__doc__
        return cls

    return rename
