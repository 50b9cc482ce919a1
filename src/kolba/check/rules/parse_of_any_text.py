"""parse-of-any-text: what was sent is read as a date, a UUID or JSON, and may be any text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, shown
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.unguarded import is_unguarded

_DATE = Text("a date", "дату")
_UUID = Text("a UUID", "UUID")
_JSON = Text("JSON", "JSON")
_READS = {
    "datetime.datetime.strptime": (_DATE, "date_string"),
    "datetime.datetime.fromisoformat": (_DATE, "date_string"),
    "datetime.date.fromisoformat": (_DATE, "date_string"),
    "uuid.UUID": (_UUID, "hex"),
    "json.loads": (_JSON, "s"),
    "flask.json.loads": (_JSON, "s"),
}
_KINDS = frozenset(("args", "parameter"))


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    what, name = _READS.get(module.of(call.func) or "", (None, ""))
    if what is None or not is_unguarded(call, module):
        return
    source = module.flow(call).source(argument(call, 0, name))
    kinds = _KINDS | {"data"} if what is _JSON else _KINDS
    if source is not None and source.whole and source.kind in kinds:
        yield at(call, made=shown(call), what=what)


RULE = Rule(
    code="parse-of-any-text",
    chapter="requests",
    message=Text(
        "{made} is a ValueError, and a 500, for who sends another text than {what}",
        "{made} — ValueError и ответ 500, если прислали не {what}",
    ),
    hint=Text(
        "Catch the ValueError and abort(400); request.get_json() does so for a body, and a route "
        "with <uuid:key> is a 404",
        "Перехватите ValueError и вызовите abort(400); для тела это делает request.get_json(), а "
        "маршрут с <uuid:key> ответит 404",
    ),
    why=Text(
        "Robots send anything anywhere, and people edit addresses. A 500 says that the site is "
        "broken, and wakes who looks after it.",
        "Роботы присылают что угодно куда угодно, а люди правят адреса. 500 говорит, что сломан "
        "сайт, и будит дежурного.",
    ),
    bad="""import json


@app.post("/order")
def order():
    return save(json.loads(request.data))""",
    good="""@app.post("/order")
def order():
    return save(request.get_json())""",
    nodes=(ast.Call,),
    find=find,
)
