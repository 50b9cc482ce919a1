"""debugger-on-every-address: Werkzeug's debugger listens for the whole network."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, constant, keyword, text
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "run":
        return
    if constant(keyword(call, "use_debugger")) is False:
        return
    host = text(argument(call, 0, "host"))
    if host in ("0.0.0.0", "::") and constant(argument(call, 2, "debug")) is True:
        yield at(call, host=host)


RULE = Rule(
    code="debugger-on-every-address",
    chapter="app",
    message=Text(
        "the debugger listens on {host}: whoever reaches the port can run Python",
        "отладчик слушает на {host}: кто достанет до порта, выполнит любой Python",
    ),
    hint=Text(
        "Leave host or debug out; flask --app NAME run --debug listens on this machine alone",
        "Уберите host или debug; flask --app NAME run --debug слушает только эту машину",
    ),
    why=Text(
        "An error's page has a console. Its PIN is made of what other holes give out.",
        "На странице ошибки есть консоль. Её PIN складывается из того, что выдают другие дыры.",
    ),
    bad='app.run(host="0.0.0.0", debug=True)',
    good='app.run(host="0.0.0.0")',
    nodes=(ast.Call,),
    find=find,
)
