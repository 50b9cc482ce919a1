"""debug-in-code: debug mode is switched on in the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, constant
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "run":
        return
    if constant(argument(call, 2, "debug")) is True and "flask" in module.packages:
        yield at(call)


RULE = Rule(
    code="debug-in-code",
    chapter="app",
    message=Text(
        "debug mode is on wherever the file is started",
        "режим отладки включён, где бы файл ни запустили",
    ),
    hint=Text(
        "Leave it to who starts it: flask --app NAME run --debug",
        "Пусть решает тот, кто запускает: flask --app NAME run --debug",
    ),
    why=Text(
        "The debugger's console runs what is typed into it. What is written into the file is "
        "forgotten there.",
        "Консоль отладчика выполняет всё, что в неё введут. А записанное в файле так в нём и "
        "остаётся.",
    ),
    bad="app.run(debug=True)",
    good="app.run()",
    nodes=(ast.Call,),
    find=find,
    asked_for=True,
)
