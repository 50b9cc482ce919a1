"""method-never-arrives: a view asks for a method that its routes do not take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import text
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(compare: ast.Compare, module: Module) -> Iterator[Hit]:
    if len(compare.ops) != 1 or module.of(compare.left) != "flask.request.method":
        return
    if any(isinstance(around, ast.keyword) for around in module.around(compare)):
        return  # `Form(request.form if request.method == "POST" else None)` is written everywhere
    asked = _asked(compare)
    view = module.view(compare)
    if view is None or asked is None or not view.routes:
        return
    if not any(route.call in view.function.decorator_list for route in view.routes):
        return  # another file may name it, too
    methods = view.methods
    if methods is not None and not asked & _answered(methods):
        yield at(compare, asked=" / ".join(sorted(asked)), methods=", ".join(sorted(methods)))


def _asked(compare: ast.Compare) -> set[str] | None:
    """The methods of `== "POST"` and `in ("POST", "PUT")`."""
    other = compare.comparators[0]
    if isinstance(compare.ops[0], ast.Eq):
        method = text(other)
        return None if method is None else {method}
    if isinstance(compare.ops[0], ast.In) and isinstance(other, ast.Tuple | ast.List | ast.Set):
        methods = [text(element) for element in other.elts]
        return {m for m in methods if m} if all(methods) and methods else None
    return None


def _answered(methods: frozenset[str]) -> frozenset[str]:
    return methods | {"HEAD"} if "GET" in methods else methods


RULE = Rule(
    code="method-never-arrives",
    chapter="requests",
    message=Text(
        "{asked} never comes here: the route takes {methods}, and answers it with 405",
        "{asked} сюда не приходит: маршрут принимает {methods}, а на него отвечает 405",
    ),
    hint=Text(
        'Name the method in the route: methods=["GET", "POST"]',
        'Назовите метод в маршруте: methods=["GET", "POST"]',
    ),
    why=Text(
        "A route without `methods` takes GET alone; a form that is posted to it gets 405, and "
        "what was typed is gone.",
        "Маршрут без `methods` принимает только GET; форма, отправленная на него, получит "
        "405, и введённое пропадёт.",
    ),
    bad="""@app.route("/comment")
def comment():
    if request.method == "POST":
        save(request.form)""",
    good="""@app.route("/comment", methods=["GET", "POST"])
def comment():
    if request.method == "POST":
        save(request.form)""",
    nodes=(ast.Compare,),
    find=find,
)
