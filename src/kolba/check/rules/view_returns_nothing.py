"""view-returns-nothing: a view ends without an answer, on some way or on every one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.nodes import is_none, loose_end
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import View


def find(function: Function, module: Module) -> Iterator[Hit]:
    view = module.views.get(function)
    if view is None or view.others or not any(route.sure for route in view.routes):
        return
    if any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(function)):
        return
    returns = [n for n in ast.walk(function) if isinstance(n, ast.Return)]
    for statement in returns:
        if module.function(statement) is function and is_none(statement.value):
            yield at(statement, view=function.name)
    end = loose_end(function.body)
    if (
        end is not None
        and not isinstance(end, ast.Pass)
        and not _answers_all(function, view, module)
    ):
        yield at(end, view=function.name)


def _answers_all(function: Function, view: View, module: Module) -> bool:
    """Whether the methods that the view asks for one by one are all that its routes take."""
    asked = {
        constant.value
        for statement in function.body
        if isinstance(statement, ast.If)
        for node in ast.walk(statement.test)
        if isinstance(node, ast.Compare) and module.of(node.left) == "flask.request.method"
        for constant in ast.walk(node)
        if isinstance(constant, ast.Constant)
    }
    return view.methods is None or (bool(asked) and view.methods <= asked)


RULE = Rule(
    code="view-returns-nothing",
    chapter="requests",
    message=Text(
        "here the view {view} ends without an answer: a TypeError, and a 500 for the visitor",
        "здесь представление {view} кончается без ответа: TypeError, а для посетителя — 500",
    ),
    hint=Text(
        "Return a page on this way, too; for no content, return '', 204",
        "Верните страницу и на этом пути; а если ответ пуст — return '', 204",
    ),
    why=Text(
        "Flask refuses None as an answer. The way that is forgotten most often is the one where a "
        "form was not valid.",
        "Flask не принимает None вместо ответа. Чаще всего забывают путь, на котором форма "
        "заполнена неверно.",
    ),
    bad="""@app.post("/comment")
def comment():
    if request.form.get("text"):
        return redirect(url_for("comments"))""",
    good="""@app.post("/comment")
def comment():
    if request.form.get("text"):
        return redirect(url_for("comments"))
    return render_template("comment.html"), 422""",
    nodes=(ast.FunctionDef, ast.AsyncFunctionDef),
    find=find,
)
