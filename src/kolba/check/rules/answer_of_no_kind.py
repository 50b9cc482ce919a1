"""answer-of-no-kind: a view returns a number, a truth value or a set, which is no answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.nodes import shown
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import hook

_MAKES_NONE = frozenset(("len", "int", "float", "bool", "isinstance", "set", "hash"))
_OWN_KINDS = ("response_class =", "def make_response", "def force_type")


def find(statement: ast.Return, module: Module) -> Iterator[Hit]:
    function = module.function(statement)
    if statement.value is None or function is None or not _answers(function, module):
        return
    value = statement.value
    first = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value
    if _is_none(first, module) and not _makes_answers(module):
        yield at(statement, value=shown(value, 40), view=function.name)


def _answers(function: Function, module: Module) -> bool:
    """Whether what a function returns is what Flask gets for an answer."""
    if hook(function, module) == "before_request":
        return True
    view = module.views.get(function)
    return view is not None and not view.others and all(route.sure for route in view.routes)


def _is_none(value: ast.expr, module: Module) -> bool:
    if isinstance(value, ast.Constant):
        return isinstance(value.value, bool | int | float | complex)
    if isinstance(value, ast.Call):
        return module.of(value.func) in _MAKES_NONE
    is_not = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    return is_not or isinstance(value, ast.Compare | ast.Set | ast.SetComp)


def _makes_answers(module: Module) -> bool:
    """Whether the project has answers of its own."""
    says = module.library.says if module.library else module.source.__contains__
    return any(says(words) for words in _OWN_KINDS)


RULE = Rule(
    code="answer-of-no-kind",
    chapter="requests",
    message=Text(
        "{view} returns {value}, which is no answer: a TypeError, and a 500",
        "{view} возвращает {value}, а это не ответ: TypeError и 500",
    ),
    hint=Text(
        "Return text, a dict or list, or a response, and a status behind it: return str(n), 200",
        "Возвращайте текст, словарь или список либо ответ, а статус за ними: return str(n), 200",
    ),
    why=Text(
        "Flask makes answers of texts, bytes, dicts, lists, generators and responses. A number is "
        "none, not even where it is meant for a status.",
        "Flask делает ответ из текста, байтов, словаря, списка, генератора или ответа. Число "
        "ответом не станет, даже если это был статус.",
    ),
    bad="""@app.post("/stop")
def stop():
    return True""",
    good="""@app.post("/stop")
def stop():
    return {"stopped": True}""",
    nodes=(ast.Return,),
    find=find,
)
