"""Where a view or a hook is written: its name, file and line, through decorators.

Pure: objects in, values out.
"""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import os
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from weakref import WeakKeyDictionary

import flask

_FLASKS_OWN = (
    os.path.dirname(flask.__file__) + os.sep,
    # Kolba's views of static files stand in the place of Flask's.
    os.path.join(os.path.dirname(__file__), "urls", "static", ""),
)
_LIBRARIES = tuple(
    os.path.realpath(sysconfig.get_path(kind)) + os.sep for kind in ("purelib", "platlib", "stdlib")
)
_class_places: WeakKeyDictionary[type, Place] = WeakKeyDictionary()


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
    """Whether it is a function of Flask itself or in its place, as the view of static files."""
    return where.file is not None and where.file.startswith(_FLASKS_OWN)


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
        found = _class_places.get(class_)
        if found is None:
            found = _class_places[class_] = _find_class(class_)
    except TypeError:  # a metaclass without a hash, or a class that no file has
        return Place(class_.__qualname__)
    return found


def _find_class(class_: type) -> Place:
    name = class_.__qualname__
    file = inspect.getsourcefile(class_)
    if file is None:
        return Place(name)
    line = vars(class_).get("__firstlineno__")  # from Python 3.13 on
    if line is None:
        # PERF: `inspect.getsourcelines` parses the whole file anew for each class: an app with
        # hundreds of class-based views would start for minutes.
        module = sys.modules.get(class_.__module__)
        text = "".join(linecache.getlines(file, vars(module) if module else None))
        line = _class_lines(text).get(name)
    return Place(name) if line is None else Place(name, file, line)


@functools.lru_cache(maxsize=8)
def _class_lines(text: str) -> dict[str, int]:
    """The first line, decorators included, of each class in a module's text."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    lines: dict[str, int] = {}
    for name, class_ in _classes(module):
        first = min((node.lineno for node in class_.decorator_list), default=class_.lineno)
        lines.setdefault(name, first)
    return lines


def _classes(module: ast.Module) -> Iterator[tuple[str, ast.ClassDef]]:
    """Each class and its qualified name, in the order of the text."""
    waiting: list[tuple[ast.AST, str]] = [(module, "")]
    while waiting:
        node, prefix = waiting.pop()
        if isinstance(node, ast.ClassDef):
            yield prefix + node.name, node
            prefix += f"{node.name}."
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            prefix += f"{node.name}.<locals>."
        inner = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr)]
        waiting += [(child, prefix) for child in reversed(inner)]


def _short(file: str, folder: str) -> str:
    for root in (folder, *sorted((path for path in sys.path if path), key=len, reverse=True)):
        if Path(file).is_relative_to(root):
            return str(Path(file).relative_to(root))
    return file
