"""What all templates of an app are like, without compiling any: for `kolba explain`."""

from __future__ import annotations

from flask import Flask
from jinja2 import TemplateNotFound, TemplateSyntaxError
from jinja2.parser import Parser

from kolba import loaders
from kolba.escaping.environment import is_analysed
from kolba.escaping.findings import Finding
from kolba.escaping.sources import analyse
from kolba.places import is_own


def examine(app: Flask) -> list[Finding]:
    """The findings in the app's own templates, by template and line."""
    return loaders.as_asked(app, lambda: _examined(app))


def _examined(app: Flask) -> list[Finding]:
    environment = app.jinja_env
    found: list[Finding] = []
    for name in loaders.names(environment):
        if not is_analysed(app, name):
            continue
        try:
            source, file, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
            if not is_own(file) or "{{" not in source:
                continue
            tree = Parser(environment, source, name, file).parse()
            found += analyse(environment, tree, name, file).findings
        except (TemplateNotFound, TemplateSyntaxError, UnicodeDecodeError, OSError, RecursionError):
            continue
    return found
