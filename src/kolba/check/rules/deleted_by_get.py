"""deleted-by-get: opening a link deletes something for good."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.rule import Rule
from kolba.check.text import Text

_ASKS = re.compile(
    r"validate_on_submit|is_submitted|csrf|confirm|token|\.method\b|\.form\b", re.IGNORECASE
)
_SQL = re.compile(r"\s*delete\s+from\b", re.IGNORECASE)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    function = call.func
    if not isinstance(function, ast.Attribute) or not _deletes(function, call, module):
        return
    view = module.view(call)
    methods = None if view is None else view.methods
    if view is None or not methods or "GET" not in methods:
        return
    if not _asks(view.function):
        yield at(call, view=view.function.name)


def _deletes(function: ast.Attribute, call: ast.Call, module: Module) -> bool:
    """`db.session.delete(row)`, `row.delete_instance()`, `db.execute("DELETE FROM ...")`."""
    if function.attr == "delete_instance":
        return True
    if function.attr == "execute" and call.args:
        return _SQL.match(module.flow(call).constants(call.args[0])) is not None
    owner = function.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return function.attr == "delete" and name in ("session", "db_session")


def _asks(function: Function) -> bool:
    return any(_ASKS.search(ast.unparse(n)) for n in _tests(function))


def _tests(function: Function) -> Iterator[ast.AST]:
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
            yield node.test
        elif isinstance(node, ast.Match):
            yield node.subject
        elif isinstance(node, ast.Call):
            yield node.func


RULE = Rule(
    code="deleted-by-get",
    chapter="requests",
    message=Text(
        "opening the link deletes: {view} answers GET",
        "открытие ссылки удаляет: {view} отвечает на GET",
    ),
    hint=Text(
        "Take it by POST, from a form with a button",
        "Принимайте это методом POST, из формы с кнопкой",
    ),
    why=Text(
        "Browsers fetch links before anybody clicks, robots follow all of them, and "
        '`<img src="/delete/7">` on any site deletes in the visitor\'s name.',
        'Браузеры загружают ссылки заранее, роботы ходят по всем, а `<img src="/delete/7">` на '
        "любом сайте удалит от имени посетителя.",
    ),
    bad="""@app.route("/delete/<int:key>")
def delete(key):
    db.session.delete(db.session.get(Item, key))
    db.session.commit()
    return redirect(url_for("items"))""",
    good="""@app.post("/delete/<int:key>")
def delete(key):
    db.session.delete(db.session.get(Item, key))
    db.session.commit()
    return redirect(url_for("items"))""",
    nodes=(ast.Call,),
    find=find,
)
