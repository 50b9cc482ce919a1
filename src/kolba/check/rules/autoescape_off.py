"""autoescape-off: no template of the app is escaped."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import constant
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(node: ast.Assign, module: Module) -> Iterator[Hit]:
    if constant(node.value) is not False:
        return
    for target in node.targets:
        if isinstance(target, ast.Attribute) and target.attr == "autoescape":
            owner = target.value
            if isinstance(owner, ast.Attribute) and owner.attr == "jinja_env":
                yield at(node)


RULE = Rule(
    code="autoescape-off",
    chapter="escaping",
    message=Text(
        "no template of the app is escaped: what visitors write is HTML on every page",
        "ни один шаблон приложения не экранируется: что напишет посетитель, то на странице — HTML",
    ),
    hint=Text(
        "Remove it; where a text is HTML, say so there: {{ text|safe }}",
        "Уберите это; где текст и правда HTML, скажите там: {{ text|safe }}",
    ),
    why=Text(
        "One place that needs HTML is no reason to trust all others.",
        "Одно место, где нужен HTML, — не причина доверять всем остальным.",
    ),
    bad="app.jinja_env.autoescape = False",
    good="app.jinja_env.trim_blocks = True",
    nodes=(ast.Assign,),
    find=find,
)
