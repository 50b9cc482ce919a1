"""template-from-request: what was sent is compiled as a template, and runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.reads import SENT
from kolba.check.rule import Rule
from kolba.check.text import Text

_COMPILE = frozenset(("flask.render_template_string", "jinja2.Template"))


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not call.args or not _compiles(call, module):
        return
    source = module.flow(call).source(call.args[0])
    if source is not None and source.kind in SENT | {"url", "referrer", "path"}:
        yield at(call, source=source.text)


def _compiles(call: ast.Call, module: Module) -> bool:
    if module.of(call.func) in _COMPILE:
        return True
    return isinstance(call.func, ast.Attribute) and call.func.attr == "from_string"


RULE = Rule(
    code="template-from-request",
    chapter="escaping",
    message=Text(
        "{source} becomes part of the template: what is in braces there is run",
        "{source} становится частью шаблона: что там в фигурных скобках, то выполнится",
    ),
    hint=Text(
        'Give it to the template as a value: render_template_string("{{ name }}", name=...)',
        'Передайте шаблону как значение: render_template_string("{{ name }}", name=...)',
    ),
    why=Text(
        "`{{ config }}` in the value shows the secret key; a longer expression runs a command.",
        "`{{ config }}` в значении покажет секретный ключ, выражение подлиннее запустит команду.",
    ),
    bad="""name = request.args["name"]
return render_template_string("<h1>Hello, " + name + "</h1>")""",
    good="""name = request.args["name"]
return render_template_string("<h1>Hello, {{ name }}</h1>", name=name)""",
    nodes=(ast.Call,),
    find=find,
)
