"""values-without-names: a template or a link is given values that have no names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import shown
from kolba.check.rule import Rule
from kolba.check.text import Text

_TAKE_ONE = frozenset(
    f"flask.{name}" for name in ("render_template", "render_template_string", "url_for")
)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    name = module.of(call.func)
    if name not in _TAKE_ONE or len(call.args) < 2:
        return
    if not any(isinstance(one, ast.Starred) for one in call.args):
        yield at(call, name=name.removeprefix("flask."), value=shown(call.args[1], 40))


RULE = Rule(
    code="values-without-names",
    chapter="requests",
    message=Text(
        "{name} takes no {value} without a name: a TypeError, and a 500",
        "{name} не принимает {value} без имени: TypeError и ответ 500",
    ),
    hint=Text(
        'Give it a name: render_template("page.html", item=item). A status stands behind the '
        "bracket",
        'Дайте имя: render_template("page.html", item=item). Статус пишут за скобкой',
    ),
    why=Text(
        "`render_template` and `url_for` take one value by its place, and all others by name: "
        "only so is it known what the template calls them.",
        "`render_template` и `url_for` принимают по месту одно значение, а остальные по имени: "
        "иначе не узнать, как их зовут в шаблоне.",
    ),
    bad='return render_template("404.html", 404)',
    good='return render_template("404.html"), 404',
    nodes=(ast.Call,),
    find=find,
)
