"""Templates that stand in Python files as texts: what `render_template_string` is given.

Only texts whose lines are lines of the file, so that a finding has its place there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from jinja2 import TemplateSyntaxError

from kolba.check.module import Module
from kolba.check.nodes import text
from kolba.check.renders import Render
from kolba.check.template import Template
from kolba.check.views import assigned

_QUOTES = re.compile(r"""\w*(?:\"{3}|'{3}|["'])""")
_CALLS = ("flask.render_template_string", "flask.stream_template_string")


def embedded(modules: Iterable[Module]) -> Iterator[tuple[Template, list[Render]]]:
    """Each of them, with the calls that render it."""
    for module in modules:
        if "_template_string" not in module.source:
            continue
        found: dict[ast.Constant, list[ast.Call]] = {}
        for name in _CALLS:
            for call in module.calls(name):
                constant = _constant(call, module)
                if constant is not None:
                    found.setdefault(constant, []).append(call)
        for constant, calls in found.items():
            template = _template(constant, module)
            if template is not None:
                yield template, [Render(module, call, template.name, True) for call in calls]


def _constant(call: ast.Call, module: Module) -> ast.Constant | None:
    given = call.args[0] if call.args else None
    if isinstance(given, ast.Name):
        made = list(assigned(given, module))
        given = made[0] if len(made) == 1 else None
    return given if isinstance(given, ast.Constant) and text(given) is not None else None


def _template(constant: ast.Constant, module: Module) -> Template | None:
    source = str(constant.value)
    lines = (constant.end_lineno or 0) - constant.lineno
    if source.count("\n") != lines:
        return None
    name = f"{module.path}:{constant.lineno}.html"
    try:
        indent = constant.col_offset + _opening(constant, module)
        return Template(module.path, source, "", name, {}, constant.lineno, indent)
    except (TemplateSyntaxError, RecursionError, MemoryError):
        return None


def _opening(constant: ast.Constant, module: Module) -> int:
    """How long the quotes are that a text begins with, and what stands before them."""
    line = module.source.split("\n")[constant.lineno - 1]
    found = _QUOTES.match(line.encode()[constant.col_offset :].decode(errors="replace"))
    return len(found[0]) if found else 0
