"""hook-parameters: Flask calls a hook with another number of arguments than it takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import hook

_NOTHING = Text("nothing", "ничего")
_ERROR = Text("the error", "ошибку")
_VALUES = Text("the endpoint and the values", "эндпойнт и значения")
_GIVEN = {
    "before_request": (0, _NOTHING),
    "after_request": (1, Text("the response", "ответ")),
    "teardown_request": (1, Text("the error or None", "ошибку или None")),
    "teardown_appcontext": (1, Text("the error or None", "ошибку или None")),
    "errorhandler": (1, _ERROR),
    "context_processor": (0, _NOTHING),
    "url_defaults": (2, _VALUES),
    "url_value_preprocessor": (2, _VALUES),
}


def find(function: Function, module: Module) -> Iterator[Hit]:
    name = hook(function, module)
    if name is None or isinstance(module.parents[function], ast.ClassDef):
        return
    count, given = _GIVEN[name]
    if not _takes(function, count):
        yield at(function, hook=f"@{name}", function=function.name, given=given)


def _takes(function: Function, count: int) -> bool:
    arguments = function.args
    named = len(arguments.posonlyargs) + len(arguments.args)
    needed = named - len(arguments.defaults)
    return needed <= count and (count <= named or arguments.vararg is not None)


RULE = Rule(
    code="hook-parameters",
    chapter="requests",
    message=Text(
        "{hook} gives {function} {given}, and it does not take that: a TypeError, and a 500",
        "{hook} передаёт {function} {given}, а функция этого не принимает: TypeError и ответ 500",
    ),
    hint=Text(
        "Let it take what it is given: the error, the response, or nothing",
        "Пусть принимает то, что ей передают: ошибку, ответ или ничего",
    ),
    why=Text(
        "Nothing is said when the app starts. The page for an error is then an error itself, and "
        "a hook that fails takes every page with it.",
        "При запуске об этом не сказано ничего. Страница ошибки сама становится ошибкой, а с "
        "обработчиком, который падает, падает каждая страница.",
    ),
    bad="""@app.errorhandler(404)
def not_found():
    return render_template("404.html"), 404""",
    good="""@app.errorhandler(404)
def not_found(error):
    return render_template("404.html"), 404""",
    nodes=(ast.FunctionDef, ast.AsyncFunctionDef),
    find=find,
)
