"""hook-returns-nothing: a hook ends without the response, or without values for templates."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.nodes import is_none, loose_end
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import hook

_OWED = {
    "after_request": Text("the response", "ответ"),
    "context_processor": Text("a dict", "словарь"),
}


def find(function: Function, module: Module) -> Iterator[Hit]:
    name = hook(function, module)
    if name is None or name not in _OWED:
        return
    returns = [n for n in ast.walk(function) if isinstance(n, ast.Return)]
    own = [statement for statement in returns if module.function(statement) is function]
    for place in _without_a_value(function, own):
        yield at(place, hook=f"@{name}", function=function.name, owed=_OWED[name])


def _without_a_value(function: Function, returns: list[ast.Return]) -> Iterator[ast.AST]:
    """The ends of a function that give nothing back."""
    yield from (statement for statement in returns if is_none(statement.value))
    last = function.body[-1]
    if not returns and _ends(last):
        yield function
    elif returns and isinstance(last, ast.If) and loose_end(function.body):
        yield last


def _ends(last: ast.stmt) -> bool:
    """Whether the end of a function without a `return` is surely reached."""
    return isinstance(last, ast.Expr | ast.Assign | ast.AugAssign | ast.Pass | ast.If | ast.For)


RULE = Rule(
    code="hook-returns-nothing",
    chapter="requests",
    message=Text(
        "{function} ends without {owed}, which {hook} has to return: every page is a 500",
        "{function} кончается, не вернув {owed}, как требует {hook}: каждая страница — 500",
    ),
    hint=Text(
        "Return it on every way: the response that was given, or a dict of values",
        "Возвращайте это на каждом пути: полученный ответ или словарь значений",
    ),
    why=Text(
        "What an `after_request` hook returns takes the place of the response, and None is none; "
        "what a `context_processor` returns is put among the template's values.",
        "Результат обработчика `after_request` становится ответом, и None им не будет; результат "
        "`context_processor` добавляется к значениям шаблона.",
    ),
    bad="""@app.after_request
def no_cache(response):
    response.headers["Cache-Control"] = "no-store\"""",
    good="""@app.after_request
def no_cache(response):
    response.headers["Cache-Control"] = "no-store"
    return response""",
    nodes=(ast.FunctionDef, ast.AsyncFunctionDef),
    find=find,
)
