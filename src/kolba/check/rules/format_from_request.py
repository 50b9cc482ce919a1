"""format-from-request: what was sent is the text that values are put into."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.reads import SENT
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    function = call.func
    if not isinstance(function, ast.Attribute) or not (call.args or call.keywords):
        return
    if function.attr not in ("format", "format_map"):
        return
    source = module.flow(call).source(function.value)
    if source is not None and source.kind in SENT:
        yield at(call, source=source.text)


RULE = Rule(
    code="format-from-request",
    chapter="app",
    message=Text(
        "{source} is the text that is filled in: it may ask for any attribute of the values",
        "{source} — строка, в которую подставляют: она может попросить любой атрибут значений",
    ),
    hint=Text(
        "Keep the text in the code, and let the request choose one of several",
        "Держите строку в коде, а запрос пусть выбирает одну из нескольких",
    ),
    why=Text(
        '`"{user.__init__.__globals__}"` shows what the module has imported, settings and keys '
        "too. `string.Template` puts in values and nothing of theirs.",
        '`"{user.__init__.__globals__}"` покажет, что импортировано в модуле, и настройки с '
        "ключами. `string.Template` подставляет сами значения и больше ничего.",
    ),
    bad="""greeting = request.form["greeting"]
text = greeting.format(user=current_user)""",
    good="""greeting = GREETINGS[request.form["greeting"]]
text = greeting.format(user=current_user)""",
    nodes=(ast.Call,),
    find=find,
)
