"""endpoint-taken: two views have one name, or one wrapper's: the app does not start."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import View


def find(tree: ast.Module, module: Module) -> Iterator[Hit]:
    taken: dict[tuple[ast.AST, str, str], View] = {}
    for function, view in module.views.items():
        if isinstance(module.parents[function], ast.If | ast.Try | ast.ClassDef):
            continue
        name = _name(view, module)
        scope = module.names.scope(module.parents[function])
        for route in view.routes:
            if not route.sure or name is None or route.endpoint != function.name:
                continue
            first = taken.setdefault((scope, route.owner, name), view)
            if first is not view:
                yield at(route.call, name=name, line=first.function.lineno)
                break


def _name(view: View, module: Module) -> str | None:
    """The name that the function has for the route: its own, or that of what is put around it."""
    name: str | None = view.function.name
    for decorator in reversed(view.function.decorator_list):
        if any(decorator is route.call for route in view.routes):
            return name
        wrapper = _wrapper(decorator, module)
        name = wrapper.name if wrapper is not None else name
    return name


def _wrapper(decorator: ast.expr, module: Module) -> Function | None:
    """What a decorator of this file returns, if it does not take over the function's name."""
    if not isinstance(decorator, ast.Name):
        return None
    found = [
        node
        for kind in (ast.FunctionDef, ast.AsyncFunctionDef)
        for node in module.nodes.get(kind, ())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name == decorator.id
        and module.parents[node] is module.tree
    ]
    if len(found) != 1 or found[0].decorator_list:
        return None
    inner = [n for n in found[0].body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    last = found[0].body[-1]
    if len(inner) != 1 or inner[0].decorator_list or not isinstance(last, ast.Return):
        return None
    is_bare = isinstance(last.value, ast.Name) and last.value.id == inner[0].name
    names_it = any(
        isinstance(n, ast.Attribute) and n.attr == "__name__" for n in ast.walk(found[0])
    )
    return inner[0] if is_bare and not names_it else None


RULE = Rule(
    code="endpoint-taken",
    chapter="urls",
    message=Text(
        "the endpoint {name} is taken by line {line}: an AssertionError, and no app",
        "конечная точка {name} занята строкой {line}: AssertionError вместо приложения",
    ),
    hint=Text(
        "Give the function another name; write @functools.wraps(view) on a decorator's wrapper",
        "Назовите функцию иначе; обёртке в декораторе нужен @functools.wraps(view)",
    ),
    why=Text(
        "Flask names the endpoint for the function that `route` gets. A decorator without "
        "`functools.wraps` gives it its wrapper, which has one name for all views.",
        "Flask называет конечную точку по функции, которую получил `route`. Декоратор без "
        "`functools.wraps` отдаёт ему обёртку, а имя у неё одно на все представления.",
    ),
    bad="""@app.get("/a")
def page(): ...


@app.get("/b")
def page(): ...""",
    good="""@app.get("/a")
def first(): ...


@app.get("/b")
def second(): ...""",
    nodes=(ast.Module,),
    find=find,
)
