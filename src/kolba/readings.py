"""Readings of a class's attributes: two are equal only if nobody has put anything there between.

Agents put proxies around methods (wrapt's, mostly), which say that they equal what they stand
for. So the types are read as well: a proxy hides its own from `isinstance`, not from `type`.
What was put there before Kolba came is told by its code, which lies in another file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

import flask
import itsdangerous
import jinja2
import werkzeug

# Where the code lies that Kolba does in fewer steps.
HOMES = tuple(
    f"{Path(module.__file__ or '').parent}{os.sep}"
    for module in (flask, itsdangerous, jinja2, werkzeug)
)

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


def is_written(function: Any) -> bool:
    """Whether it is a function of Flask's, or of the libraries under it."""
    return type(function) is FunctionType and function.__code__.co_filename.startswith(HOMES)


def as_written(function: Any) -> Any:
    """The function to compare with; what nothing is, if it had been replaced already."""
    return function if is_written(function) else object()
