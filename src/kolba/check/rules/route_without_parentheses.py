"""route-without-parentheses: `@app.route` is not called, and registers nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.nodes import shown
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import APPS, VERBS, assigned


def find(function: Function, module: Module) -> Iterator[Hit]:
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Attribute) or not isinstance(decorator.value, ast.Name):
            continue
        if decorator.attr != "route" and decorator.attr not in VERBS:
            continue
        made = list(assigned(decorator.value, module))
        calls = [v for v in made if isinstance(v, ast.Call) and module.of(v.func) in APPS]
        if made and len(calls) == len(made):
            yield at(decorator, decorator=f"@{shown(decorator)}", view=function.name)


RULE = Rule(
    code="route-without-parentheses",
    chapter="urls",
    message=Text(
        "{decorator} is not called: {view} gets no route, and no error says so",
        "{decorator} не вызван: у {view} нет маршрута, и никакой ошибки об этом",
    ),
    hint=Text('Write its URL: @app.route("/")', 'Напишите URL: @app.route("/")'),
    why=Text(
        "Without parentheses the function is taken for the URL, and what comes back is a "
        "decorator that nobody applies.",
        "Без скобок функция принимается за URL, а взамен возвращается декоратор, который никто "
        "не применит.",
    ),
    bad="""@app.route
def home(): ...""",
    good="""@app.route("/")
def home(): ...""",
    nodes=(ast.FunctionDef, ast.AsyncFunctionDef),
    find=find,
)
