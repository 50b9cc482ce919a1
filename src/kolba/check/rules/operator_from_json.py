"""operator-from-json: a value of the JSON that was sent stands in a query of MongoDB, as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.flow import Flow
from kolba.check.module import Module
from kolba.check.nodes import argument, constant, last
from kolba.check.rule import Rule
from kolba.check.text import Text

_FIND = frozenset(
    (
        *("find_one", "find", "count_documents", "update_one", "update_many", "replace_one"),
        *("delete_one", "delete_many", "find_one_and_update", "find_one_and_delete"),
        "find_one_and_replace",
    )
)
_DRIVERS = ("pymongo", "flask_pymongo", "motor", "mongomock")


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not isinstance(call.func, ast.Attribute) or last(call.func) not in _FIND:
        return
    query = argument(call, 0, "filter")
    if not isinstance(query, ast.Dict) or not _is_of_mongo(module):
        return
    flow = module.flow(call)
    for key, value in zip(query.keys, query.values, strict=True):
        if str(constant(key)).startswith("$") or not _is_as_sent(value, flow):
            continue
        source = flow.source(value)
        if source is not None and source.kind == "json":
            yield at(call, source=source.text)
            return


def _is_as_sent(value: ast.expr | None, flow: Flow, depth: int = 0) -> bool:
    """Whether nothing is done to a value that makes a text of it, or fails."""
    if isinstance(value, ast.Call):
        return last(value.func) in ("get", "pop")
    if isinstance(value, ast.Name) and depth < 4:
        values = list(flow.reaching(value))
        return bool(values) and all(_is_as_sent(one, flow, depth + 1) for one in values)
    return isinstance(value, ast.Subscript)


def _is_of_mongo(module: Module) -> bool:
    """Whether the file, or another of the project, uses a driver of MongoDB."""
    if module.packages.intersection(_DRIVERS):
        return True
    library = module.library
    return library is not None and any(library.says(f"{name} import") for name in _DRIVERS)


RULE = Rule(
    code="operator-from-json",
    chapter="app",
    message=Text(
        "{source} may be an operator of MongoDB instead of a text: "
        '{"$ne": null} fits every document',
        "{source} может оказаться не текстом, а оператором MongoDB: "
        '{"$ne": null} подойдёт к любому документу',
    ),
    hint=Text(
        "Make it a text: str(value), or check isinstance(value, str)",
        "Сделайте это текстом: str(value), или проверьте isinstance(value, str)",
    ),
    why=Text(
        "JSON brings objects, too. A password that is an operator fits any account: whoever "
        "sends it is in.",
        "JSON приносит и объекты. Пароль-оператор подходит к любой учётной записи: отправитель "
        "уже вошёл.",
    ),
    bad="""import pymongo

data = request.get_json()
user = db.users.find_one({"name": data["name"], "key": data["key"]})""",
    good="""import pymongo

data = request.get_json()
user = db.users.find_one({"name": str(data["name"]), "key": str(data["key"])})""",
    nodes=(ast.Call,),
    find=find,
)
