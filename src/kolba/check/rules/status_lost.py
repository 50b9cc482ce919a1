"""status-lost: the page for an error is answered as if nothing were wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.nodes import argument, constant, shown, text
from kolba.check.rule import Rule
from kolba.check.text import Text

_PAGES = frozenset(("flask.render_template", "flask.render_template_string", "flask.jsonify"))
_REGISTERS = ("errorhandler", "app_errorhandler")


def find(function: Function, module: Module) -> Iterator[Hit]:
    code = _code(function)
    if code is None or len(function.decorator_list) != 1:
        return
    returns = [n for n in ast.walk(function) if isinstance(n, ast.Return)]
    inner = [r for r in returns if module.function(r) is function]
    if inner and len(inner) == len(returns) and all(_is_page(r.value, module) for r in inner):
        for statement in inner:
            yield at(statement, code=code, page=shown(statement.value or statement, 40))


def _code(function: Function) -> int | None:
    """404 of `@app.errorhandler(404)`."""
    decorator = function.decorator_list[0] if function.decorator_list else None
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return None
    code = constant(argument(decorator, 0, "code"))
    return code if decorator.func.attr in _REGISTERS and isinstance(code, int) else None


def _is_page(value: ast.expr | None, module: Module) -> bool:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return text(value.left) is not None or text(value.right) is not None
    if isinstance(value, ast.Constant | ast.JoinedStr):
        return not isinstance(value, ast.Constant) or isinstance(value.value, str)
    return isinstance(value, ast.Call) and module.of(value.func) in _PAGES


RULE = Rule(
    code="status-lost",
    chapter="requests",
    message=Text(
        "the page for {code} is sent with status 200: nobody but the reader learns of the error",
        "страница для {code} уходит со статусом 200: об ошибке узнает только тот, кто её читает",
    ),
    hint=Text(
        "Return the status with it: return {page}, {code}",
        "Верните с ней статус: return {page}, {code}",
    ),
    why=Text(
        "What an error handler returns is an answer like any other. Search engines keep a missing "
        "page, a script takes an error for its data, monitoring sees no failures.",
        "Обработчик ошибки возвращает обычный ответ. Поисковик сохранит несуществующую страницу, "
        "скрипт примет ошибку за данные, мониторинг не увидит сбоев.",
    ),
    bad="""@app.errorhandler(404)
def missing(error):
    return render_template("404.html")""",
    good="""@app.errorhandler(404)
def missing(error):
    return render_template("404.html"), 404""",
    nodes=(ast.FunctionDef, ast.AsyncFunctionDef),
    find=find,
)
