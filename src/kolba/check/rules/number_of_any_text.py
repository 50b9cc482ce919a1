"""number-of-any-text: a part of the query is made a number, and may be any text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import shown
from kolba.check.rule import Rule
from kolba.check.text import Text

_CATCHES = (ast.Try, ast.With, ast.AsyncWith)
_HANDLED = tuple(
    f"{register}({error}"
    for register in ("errorhandler", "register_error_handler", "app_errorhandler")
    for error in ("ValueError", "Exception")
)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) not in ("int", "float") or len(call.args) != 1:
        return
    value = call.args[0]
    if _may_be_missing(value) or any(isinstance(a, _CATCHES) for a in module.around(call)):
        return
    view = module.view(call)
    if view is None or not view.is_plain or _is_handled(module):
        return
    source = module.flow(call).source(value)
    if source is not None and source.whole and source.kind == "args":
        yield at(call, made=shown(call), source=source.text)


def _may_be_missing(value: ast.expr) -> bool:
    """`request.args.get("n")`, which `missing-value-used` is about."""
    return isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords


def _is_handled(module: Module) -> bool:
    says = module.library.says if module.library else module.source.__contains__
    return any(says(words) for words in _HANDLED)


RULE = Rule(
    code="number-of-any-text",
    chapter="requests",
    message=Text(
        "{made} is a ValueError, and a 500, for who sends another text than a number",
        "{made} — ValueError и ответ 500, если прислали не число",
    ),
    hint=Text(
        'Let Flask convert it: request.args.get("page", 1, type=int) takes the default then',
        'Пусть преобразует Flask: request.args.get("page", 1, type=int) возьмёт тогда значение '
        "по умолчанию",
    ),
    why=Text(
        "Robots and people who edit addresses send `?page=abc` and `?page=` every day. A 500 says "
        "that the site is broken.",
        "Роботы и те, кто правит адрес руками, присылают `?page=abc` и `?page=` каждый день. 500 "
        "говорит, что сломан сайт.",
    ),
    bad='page = int(request.args.get("page", 1))',
    good='page = request.args.get("page", 1, type=int)',
    nodes=(ast.Call,),
    find=find,
)
