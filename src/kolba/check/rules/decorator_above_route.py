"""decorator-above-route: `@login_required` stands above `@app.route`, and guards nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.nodes import shown
from kolba.check.rule import Rule
from kolba.check.text import Text

# Decorators that put a guard around a view; others may only mark it, which works anywhere.
_GUARD = re.compile(
    r"(login|auth\w*|admin|roles?|permissions?|token|jwt|user|scopes?|staff|superuser)s?_?"
    r"(required|needed|accepted)"
    r"|(requires?|needs?)_?(\w+_)?(login|auth\w*|admin|roles?|permissions?|token|jwt|user|scopes?)"
    r"|fresh_login_required|roles_accepted|auth_required|jwt_required|login_required",
    re.IGNORECASE,
)


def find(function: Function, module: Module) -> Iterator[Hit]:
    view = module.views.get(function)
    if view is None:
        return
    calls = [route.call for route in view.routes if route.path is not None]
    lowest = max((d.lineno for d in function.decorator_list if d in calls), default=0)
    for decorator in function.decorator_list:
        name = _name(decorator)
        if decorator.lineno < lowest and decorator not in calls and _GUARD.fullmatch(name):
            yield at(decorator, decorator=f"@{name}", view=function.name)


def _name(decorator: ast.expr) -> str:
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    return decorator.attr if isinstance(decorator, ast.Attribute) else shown(decorator)


RULE = Rule(
    code="decorator-above-route",
    chapter="login",
    message=Text(
        "{decorator} stands above the route: the route has {view} without it, open to everybody",
        "{decorator} стоит над маршрутом: маршрут получил {view} без него, и он открыт всем",
    ),
    hint=Text(
        "Put it between the route and the function",
        "Поставьте его между маршрутом и функцией",
    ),
    why=Text(
        "Decorators are applied from the lowest. `route` registers what is below it and gives "
        "it back unchanged; what a decorator above it makes is a function that no URL leads to.",
        "Декораторы применяются снизу вверх. `route` регистрирует то, что под ним, и "
        "возвращает без изменений; декоратор над ним создаёт функцию, к которой не ведёт ни "
        "один URL.",
    ),
    bad="""@login_required
@app.route("/account")
def account(): ...""",
    good="""@app.route("/account")
@login_required
def account(): ...""",
    nodes=(ast.FunctionDef, ast.AsyncFunctionDef),
    find=find,
)
