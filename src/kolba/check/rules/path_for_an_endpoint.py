"""path-for-an-endpoint: `url_for` is given a path or a template, and wants a view's name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import text
from kolba.check.rule import Rule
from kolba.check.text import Text

_PATH = re.compile(r"/|.*\.html?$|\w+\(\)$|https?:")


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) != "flask.url_for" or not call.args:
        return
    endpoint = text(call.args[0])
    if endpoint is not None and _PATH.match(endpoint):
        yield at(call, endpoint=repr(endpoint))


RULE = Rule(
    code="path-for-an-endpoint",
    chapter="urls",
    message=Text(
        "url_for wants the name of a view, and {endpoint} is none: a BuildError",
        "url_for нужно имя представления, а {endpoint} — не имя: BuildError",
    ),
    hint=Text(
        'Name the function: url_for("home"); in a blueprint url_for("shop.home")',
        'Назовите функцию: url_for("home"), а в блюпринте url_for("shop.home")',
    ),
    why=Text(
        "The endpoint is the function's name unless the route says another. The path is what "
        "`url_for` makes of it.",
        "Конечная точка — это имя функции, если маршрут не назвал другое. А путь `url_for` "
        "построит сам.",
    ),
    bad='return redirect(url_for("/home"))',
    good='return redirect(url_for("home"))',
    nodes=(ast.Call,),
    find=find,
)
