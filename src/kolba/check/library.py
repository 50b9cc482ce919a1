"""The Python files of a check, by what imports call them: parsed when one is first asked for.

Only what is checked is looked into. The invariant: a function that is no plain one, and
what comes from elsewhere, is unknown.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from kolba.check import files
from kolba.check.flow import Steps
from kolba.check.names import Function

if TYPE_CHECKING:
    from kolba.check.module import Module

_HIGHEST = 8  # folders above a file in which its imports may begin
_FURTHEST = 4  # files that hand an imported name on
_OF_OTHERS = sys.stdlib_module_names | {"flask", "kolba", "werkzeug", "jinja2", "markupsafe"}


class Library:
    """Files that can be asked for a function.

    Args:
        paths: the Python files of the check.
        parse: what parses one; None if it cannot be.
    """

    def __init__(self, paths: Iterable[str], parse: Callable[[str], Module | None]) -> None:
        self._parse = parse
        self._paths = {os.path.abspath(path): path for path in paths}
        # PERF: most of what is imported is found nowhere here.
        self._names = {part for path in self._paths for part in _parts(path)}
        self._steps = Steps()  # one question goes through several files
        self._said: dict[str, bool] = {}
        self._modules: dict[str, Module | None] = {}
        self._found: dict[tuple[str, str], tuple[Module, str] | None] = {}

    def add(self, module: Module) -> None:
        """A file that is parsed already."""
        self._modules[os.path.abspath(module.path)] = module
        module.library = self
        module.steps = self._steps

    def function(self, importer: Module, dotted: str) -> tuple[Module, Function] | None:
        """The plain function that a dotted name stands for in a file, and its own file."""
        home = self.home(importer, dotted)
        function = None if home is None else home[0].functions.plain(home[1])
        return None if home is None or function is None else (home[0], function)

    def home(self, importer: Module, dotted: str) -> tuple[Module, str] | None:
        """The file in which what a dotted name stands for is defined, and its name there."""
        first = dotted.lstrip(".").partition(".")[0]
        if not dotted.startswith(".") and (first not in self._names or first in _OF_OTHERS):
            return None
        key = (importer.path, dotted)
        if key not in self._found:
            self._found[key] = self._home(importer, dotted, 0)
        return self._found[key]

    def says(self, word: str) -> bool:
        """Whether a word stands in any of the files."""
        if word not in self._said:
            self._said[word] = any(word.encode() in _bytes(path) for path in self._paths.values())
        return self._said[word]

    def _home(self, importer: Module, dotted: str, handed_on: int) -> tuple[Module, str] | None:
        path = dotted.lstrip(".")
        above = len(dotted) - len(path)
        home, _, name = path.rpartition(".")
        if not (above or home) or handed_on > _FURTHEST:
            return None
        module = self._module(importer, above, home)
        if module is None or module is importer:
            return None
        further = module.names.imported(module.tree, name)
        if further is None or module.functions.plain(name) is not None:
            return module, name
        return self._home(module, further, handed_on + 1)

    def _module(self, importer: Module, above: int, home: str) -> Module | None:
        inner = home.replace(".", os.sep)
        for folder in _folders(importer.path, above):
            for file in (f"{inner}.py", os.path.join(inner, "__init__.py")):
                path = os.path.join(folder, file)
                if path in self._paths:
                    return self._parsed(path)
        return None

    def _parsed(self, path: str) -> Module | None:
        if path not in self._modules:
            self._modules[path] = None
            module = self._parse(self._paths[path])
            if module is not None:
                self.add(module)
        return self._modules[path]


def _bytes(path: str) -> bytes:
    try:
        return files.read(path)
    except (OSError, ValueError):
        return b""


def _parts(path: str) -> list[str]:
    """The names of a file and of the folders above it."""
    return path.removesuffix(".py").split(os.sep)


def _folders(path: str, above: int) -> Iterator[str]:
    """Where what a file imports may lie: beside it for `.`, else there or in a folder above."""
    folder = os.path.dirname(os.path.abspath(path))
    for _ in range(above - 1):
        folder = os.path.dirname(folder)
    yield folder
    for _ in range(0 if above else _HIGHEST):
        folder = os.path.dirname(folder)
        yield folder
