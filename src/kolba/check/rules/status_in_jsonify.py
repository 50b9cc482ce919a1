"""status-in-jsonify: the status is inside of the brackets, and becomes part of the answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import constant
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) != "flask.jsonify" or len(call.args) != 2:
        return
    status = constant(call.args[1])
    is_status = isinstance(status, int) and not isinstance(status, bool) and 200 <= status < 600
    if is_status and not _is_number(call.args[0]):
        yield at(call, status=status)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


RULE = Rule(
    code="status-in-jsonify",
    chapter="requests",
    message=Text(
        "{status} is inside of jsonify(...): the answer is a list with it, and its status 200",
        "{status} стоит внутри jsonify(...): ответом станет список с этим числом, а статусом — 200",
    ),
    hint=Text(
        "Write the status behind the bracket: return jsonify(...), 404",
        "Пишите статус за скобкой: return jsonify(...), 404",
    ),
    why=Text(
        "Scripts that ask whether all went well are told that it did, and find a list where they "
        "look for the message.",
        "Скрипту, который спрашивает, всё ли хорошо, отвечают «да», а вместо сообщения он "
        "находит список.",
    ),
    bad='return jsonify({"error": "no such user"}, 404)',
    good='return jsonify({"error": "no such user"}), 404',
    nodes=(ast.Call,),
    find=find,
)
