"""Which files hold an app's links, and what each says: read once while a file stays the same."""

from __future__ import annotations

import os
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any, TypeVar

from flask import Flask
from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError
from jinja2.parser import Parser

from kolba import loaders
from kolba.places import is_own, place
from kolba.urls.links import in_python, in_templates, shortened
from kolba.urls.links.in_templates import Facts

T = TypeVar("T")

# Kept by what was read: tests make many apps of the same files.
_KEPT: dict[tuple[str, str, int, int], Any] = {}
_MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """One template of the app: its name for the loader, its file, what it says of links."""

    name: str
    file: str
    facts: Facts


def templates(app: Flask) -> list[TemplateSource]:
    """The app's own templates that can be parsed; a broken one says so when it is rendered."""
    return loaders.as_asked(app, lambda: list(_templates(app)))


def _templates(app: Flask) -> Iterator[TemplateSource]:
    environment = app.jinja_env
    dialect = _dialect(environment)
    for name in loaders.names(environment):
        try:
            source, file, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
        except (TemplateNotFound, UnicodeDecodeError, OSError):
            continue
        if not is_own(file) or file is None:
            continue
        facts = _kept(dialect, file, partial(facts_of, app, source, file, name))
        if facts is not None:
            yield TemplateSource(name, file, facts)


def facts_of(
    app: Flask, source: str, file: str, name: str | None = None, first_line: int = 1
) -> Facts | None:
    """What a template's text says of links; None if it cannot be parsed."""
    if not shortened.may_link(source):
        return in_templates.without_links(source)
    text = shortened.shortened(source) if shortened.is_usual(app.jinja_env) else source
    try:
        tree = Parser(app.jinja_env, text, name).parse()
    except (TemplateSyntaxError, ValueError, RecursionError):
        return None
    return in_templates.facts(tree, file, source, first_line)


def _dialect(environment: Environment) -> str:
    """What decides how an environment reads a template, beside the template."""
    marks = environment.block_start_string, environment.variable_start_string
    return repr((*marks, environment.comment_start_string, sorted(environment.extensions)))


def modules(app: Flask) -> Iterator[tuple[str, in_python.Module]]:
    """The files that hold the app's views and hooks, and what they say of links."""
    for file in sorted({file for file, _ in code_places(app)}):
        if not is_own(file):
            continue
        module = _kept("python", file, partial(_read_python, file))
        if module is not None:
            yield file, module


def elsewhere(app: Flask) -> Iterator[tuple[str, in_python.Module]]:
    """The app's other files that are loaded: views call what stands in them."""
    read = {file for file, _ in code_places(app)}
    folders = {os.path.join(os.path.dirname(file), "") for file in read if is_own(file)}
    folders.add(os.path.join(app.root_path, ""))
    loaded = set(map(_file_of, list(sys.modules.values())))
    for file in sorted(loaded - read):
        if file.endswith(".py") and file.startswith(tuple(folders)) and is_own(file):
            module = _kept("python", file, partial(_read_python, file))
            if module is not None:
                yield file, module


def _file_of(module: object) -> str:
    """A module's file, or ''. One that loads when it is first asked for something is not asked."""
    if not issubclass(type(module), ModuleType):
        return ""
    return str(object.__getattribute__(module, "__dict__").get("__file__", ""))


def code_places(app: Flask) -> set[tuple[str, int]]:
    """File and first line of each function that the app calls: its views and its hooks."""
    found = {(where.file, where.line) for where in map(place, _functions(app)) if where.file}
    return {(file, line or 0) for file, line in found if file}


def _functions(app: Flask) -> Iterator[object]:
    yield from app.view_functions.values()
    for registry in (app.before_request_funcs, app.after_request_funcs):
        for functions in registry.values():
            yield from functions
    for processors in app.template_context_processors.values():
        yield from processors
    for by_code in app.error_handler_spec.values():
        for by_class in by_code.values():
            yield from by_class.values()


def _read_python(file: str) -> in_python.Module | None:
    try:
        with tokenize.open(file) as opened:
            source = opened.read()
    except (OSError, UnicodeDecodeError, SyntaxError):
        return None
    if "url_for" not in source and "sign_url" not in source and "redirect" not in source:
        return None
    return in_python.read(source, file)


def _kept(kind: str, file: str, make: Callable[[], T]) -> T:
    try:
        status = os.stat(file)
    except OSError:
        return make()
    key = (kind, file, status.st_mtime_ns, status.st_size)
    if key not in _KEPT:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        _KEPT[key] = make()
    kept: T = _KEPT[key]
    return kept
