"""request-outside-of-a-request: the file reads the request while it is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import shown
from kolba.check.rule import Rule
from kolba.check.text import Text

_PARTS = frozenset(("args", "form", "values", "cookies", "headers", "json", "method", "files"))


def find(node: ast.Subscript | ast.Call | ast.Attribute, module: Module) -> Iterator[Hit]:
    if not _asks(node, module):
        return
    for around in module.around(node):
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.With):
            return
        if isinstance(around, ast.Try | ast.If):
            return
    yield at(node, what=shown(node))


def _asks(node: ast.AST, module: Module) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in _PARTS and module.of(node.value) == "flask.request"
    if isinstance(node, ast.Subscript):
        return module.of(node.value) == "flask.session"
    return isinstance(node, ast.Call) and module.of(node.func) in (
        "flask.flash",
        "flask.session.get",
        "flask.request.get_json",
    )


RULE = Rule(
    code="request-outside-of-a-request",
    chapter="requests",
    message=Text(
        "{what} is read while the file is imported, when there is no request: a RuntimeError",
        "{what} читается при импорте файла, когда запроса ещё нет: RuntimeError",
    ),
    hint=Text("Read it inside of the view", "Читайте внутри представления"),
    why=Text(
        "`request` and `session` stand for those of the request that is being answered. Outside "
        "of one there is nothing for them to stand for.",
        "`request` и `session` обозначают то, что относится к текущему запросу. Вне запроса "
        "обозначать им нечего.",
    ),
    bad="""app.user = session["user"]""",
    good="""@app.get("/")
def home():
    return session["user"]""",
    nodes=(ast.Attribute, ast.Subscript, ast.Call),
    find=find,
)
