"""Finding, in debug mode, the template whose form should have sent a field.

Reads templates as text: their forms and the `name`s in them. The form meant is the one
whose names are most like those that came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask
from jinja2 import TemplateNotFound

from kolba import loaders

_form = re.compile(r"<form\b.*?(?:</form>|\Z)", re.IGNORECASE | re.DOTALL)
_name = re.compile(
    r"<(?:input|select|textarea|button)\b[^>]*?\bname\s*=\s*[\"']?([^\"'\s>{}]+)", re.IGNORECASE
)
MAX_TEMPLATES = 500


@dataclass(frozen=True)
class _Form:
    template: str
    line: int
    names: frozenset[str]


def closest_form(app: Flask, key: str, came: Iterable[str]) -> str:
    """A sentence that names the template and line of the form; '' if none is like it."""
    names = frozenset(came)
    best, likeness = None, 0.0
    for form in _forms(app):
        alike = len(form.names & names) / max(1, len(form.names | names))
        if key not in form.names and alike > likeness:
            best, likeness = form, alike
    if best is None:
        return ""
    return f" The form in {best.template}, line {best.line}, has no field named {key!r}."


def _forms(app: Flask) -> Iterator[_Form]:
    loader = app.jinja_env.loader
    if loader is None:
        return
    for template in loaders.names(app.jinja_env)[:MAX_TEMPLATES]:
        try:
            source = loader.get_source(app.jinja_env, template)[0]
        except (TemplateNotFound, UnicodeDecodeError, OSError):
            continue
        for found in _form.finditer(source):
            line = source.count("\n", 0, found.start()) + 1
            yield _Form(template, line, frozenset(_name.findall(found[0])))
