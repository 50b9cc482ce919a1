"""Where a view or a hook is written: its name, file and line, through decorators.

Pure: objects in, values out.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import flask

_FLASK = os.path.dirname(flask.__file__)
_LIBRARIES = tuple(
    os.path.realpath(sysconfig.get_path(kind)) + os.sep for kind in ("purelib", "platlib", "stdlib")
)


@dataclass(frozen=True, slots=True)
class Place:
    """A callable's name, and where it was written if that is known."""

    name: str
    file: str | None = None
    line: int | None = None

    def shown(self, folder: str) -> str:
        """`file:line`, the file as short as it stays clear; '' when it is not known."""
        return f"{_short(self.file, folder)}:{self.line}" if self.file else ""


def place(callable_: object) -> Place:
    """Returns where `callable_` was written.

    Sees through `functools.wraps`, `functools.partial`, bound methods, callable objects
    and Flask's class-based views, which are named by their class.
    """
    inner = _inner(callable_)
    if isinstance(inner, type):
        return _class_place(inner)
    code = getattr(inner, "__code__", None)
    name = str(getattr(inner, "__qualname__", type(inner).__name__)).replace("<locals>.", "")
    if not isinstance(code, CodeType):
        return Place(name)
    return Place(name, code.co_filename, code.co_firstlineno)


def is_flasks_own(where: Place) -> bool:
    """Whether it is a function of Flask itself, such as the view of static files."""
    return where.file is not None and where.file.startswith(_FLASK + os.sep)


def is_own(file: str | None) -> bool:
    """Whether a file is the app's own, not an installed package's, which it could not mend."""
    if file is None:
        return False
    real = os.path.realpath(file)
    return not real.startswith(_LIBRARIES) and "site-packages" not in real


def _inner(callable_: object) -> object:
    while True:
        if isinstance(callable_, functools.partial | functools.partialmethod):
            callable_ = callable_.func
        elif inspect.ismethod(callable_):
            callable_ = callable_.__func__
        elif hasattr(callable_, "view_class"):
            return callable_.view_class
        elif hasattr(callable_, "__wrapped__"):
            callable_ = callable_.__wrapped__
        elif not isinstance(callable_, type) and hasattr(type(callable_).__call__, "__code__"):
            return type(callable_)
        else:
            return callable_


def _class_place(class_: type) -> Place:
    try:
        file = inspect.getsourcefile(class_)
        line = inspect.getsourcelines(class_)[1]
    except (OSError, TypeError):
        return Place(class_.__qualname__)
    return Place(class_.__qualname__, file, line)


def _short(file: str, folder: str) -> str:
    for root in (folder, *sorted((path for path in sys.path if path), key=len, reverse=True)):
        if Path(file).is_relative_to(root):
            return str(Path(file).relative_to(root))
    return file
