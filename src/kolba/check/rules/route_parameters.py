"""route-parameters: a route gives its view arguments that it does not take, or too few."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.nodes import keyword
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import Route, assigned

_SURPLUS = Text("it does not take", "лишнее —")
_MISSING = Text("it needs", "не хватает")
_PATTERN = re.compile(r"<(?:\w+(?:\([^<>]*\))?:)?\w+>")


def find(project: Project) -> Iterator[Hit]:
    if any("url_value_preprocessor" in module.source for module in project):
        return  # what the views are given may be changed on the way
    for module in project:
        for function, view in module.views.items():
            if view.others or isinstance(module.parents[function], ast.ClassDef):
                continue
            for route in view.routes:
                yield from _compared(function, route, module)


def _compared(function: Function, route: Route, module: Module) -> Iterator[Hit]:
    if not route.sure or not route.path or keyword(route.call, "defaults") is not None:
        return
    if any(k.arg is None for k in route.call.keywords) or "<" in _PATTERN.sub("", route.path):
        return
    given = set(route.converters)
    arguments = function.args
    if arguments.posonlyargs:
        return
    named = {a.arg for a in (*arguments.args, *arguments.kwonlyargs)}
    surplus = set() if arguments.kwarg else given - named
    missing = _needed(function) - given if _is_apps(route, module) else set()
    if surplus or missing:
        names = ", ".join(sorted(surplus or missing))
        yield at(
            route.call,
            module.path,
            route=route.path,
            what=(_SURPLUS if surplus else _MISSING),
            names=names,
        )


def _needed(function: Function) -> set[str]:
    """The parameters without a default, and without a type that may be filled in elsewhere."""
    arguments = function.args
    plain = arguments.args[: len(arguments.args) - len(arguments.defaults)]
    only = [
        a
        for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    simple = ("str", "int", "float")
    return {
        a.arg
        for a in (*plain, *only)
        if a.annotation is None
        or (isinstance(a.annotation, ast.Name) and a.annotation.id in simple)
    }


def _is_apps(route: Route, module: Module) -> bool:
    """A blueprint's prefix may have parameters of its own."""
    owner = route.call.func
    assert isinstance(owner, ast.Attribute)
    if not isinstance(owner.value, ast.Name):
        return False
    values = list(assigned(owner.value, module))
    return bool(values) and all(
        isinstance(v, ast.Call) and module.of(v.func) == "flask.Flask" for v in values
    )


RULE = Rule(
    code="route-parameters",
    chapter="urls",
    message=Text(
        "the view does not fit its route {route}: {what} {names}",
        "представление не подходит к своему маршруту {route}: {what} {names}",
    ),
    hint=Text(
        "Let the names in the route and in the view's parameters be the same",
        "Пусть имена в маршруте и в параметрах представления совпадают",
    ),
    why=Text(
        "Each request for such a route is a TypeError, and a 500 for the visitor.",
        "Каждый запрос по такому маршруту — TypeError, а для посетителя — 500.",
    ),
    bad="""@app.get("/item/<int:number>")
def item(key):
    return str(key)""",
    good="""@app.get("/item/<int:key>")
def item(key):
    return str(key)""",
    find_in_project=find,
)
