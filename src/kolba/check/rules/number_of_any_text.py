"""number-of-any-text: what comes in a URL or is typed is made a number, and may be any text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import shown
from kolba.check.reads import Source
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.unguarded import is_unguarded, may_be_missing

_KEY = re.compile(r"[\[(]'([^']*)'")


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) not in ("int", "float") or len(call.args) != 1:
        return
    value = call.args[0]
    if may_be_missing(value) or not is_unguarded(call, module):
        return
    source = module.flow(call).source(value)
    if source is not None and source.whole and _may_be_any(source, value, module):
        yield at(call, made=shown(call), source=source.text)


def _may_be_any(source: Source, value: ast.expr, module: Module) -> bool:
    """Whether any text may come: in a URL, or from a field that takes some."""
    if source.kind in ("args", "parameter", "field"):
        return True
    if source.kind != "form":
        return False
    key = _KEY.search(source.text)
    is_read_here = isinstance(value, ast.Subscript | ast.Call)
    fields = module.fields.typed | (module.fields.left_empty if is_read_here else frozenset())
    return key is not None and key[1] in fields


RULE = Rule(
    code="number-of-any-text",
    chapter="requests",
    message=Text(
        "{made} is a ValueError, and a 500, for who sends another text than a number",
        "{made} — ValueError и ответ 500, если прислали не число",
    ),
    hint=Text(
        'Let Flask convert it: request.args.get("page", 1, type=int) takes the default then, and a '
        "route with <int:number> is a 404",
        'Пусть преобразует Flask: request.args.get("page", 1, type=int) возьмёт тогда значение '
        "по умолчанию, а маршрут с <int:number> ответит 404",
    ),
    why=Text(
        "Robots and people who edit addresses send `?page=abc` and `?page=` every day, and a field "
        "of a form is left empty. A 500 says that the site is broken. Of forms, fields are meant "
        "that a template has as a text, or as a number that is not `required`.",
        "Роботы и те, кто правит адрес руками, присылают `?page=abc` и `?page=` каждый день, а "
        "поле формы оставляют пустым. 500 говорит, что сломан сайт. Из полей форм — те, что в "
        "шаблоне стоят как текст или как число без `required`.",
    ),
    bad='page = int(request.args.get("page", 1))',
    good='page = request.args.get("page", 1, type=int)',
    nodes=(ast.Call,),
    find=find,
)
