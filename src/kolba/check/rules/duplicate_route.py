"""duplicate-route: two routes of one app or blueprint answer the same URL and method."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.nodes import keyword
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import Route

_NAME = re.compile(r"<((?:\w+(?:\([^<>]*\))?:)?)\w+>")
_ELSEWHERE = ("host", "subdomain", "websocket", "defaults", "version", "build_only", "alias")


def find(tree: ast.Module, module: Module) -> Iterator[Hit]:
    taken: dict[tuple[ast.AST, str, str], list[tuple[Function, Route]]] = {}
    for function, view in module.views.items():
        if isinstance(module.parents[function], ast.If | ast.Try | ast.ClassDef):
            continue
        for route in reversed(view.routes):
            if not _is_plain(route):
                continue
            pattern = _NAME.sub(r"<\1>", route.path or "")
            key = (module.names.scope(module.parents[function]), route.owner, pattern)
            for first, earlier in taken.get(key, ()):
                both = _methods(route) & _methods(earlier)
                if first is not function and both:
                    yield at(
                        route.call,
                        url=route.path,
                        methods=", ".join(sorted(both)),
                        view=function.name,
                        first=first.name,
                        line=earlier.call.lineno,
                    )
                    break
            taken.setdefault(key, []).append((function, route))


def _methods(route: Route) -> frozenset[str]:
    """What a view is needed for: an OPTIONS is answered alike by each."""
    return (route.methods or frozenset()) - {"OPTIONS", "HEAD"}


def _is_plain(route: Route) -> bool:
    if not route.sure or route.path is None or any(k.arg is None for k in route.call.keywords):
        return False
    return all(keyword(route.call, name) is None for name in _ELSEWHERE)


RULE = Rule(
    code="duplicate-route",
    chapter="urls",
    message=Text(
        "{methods} {url} is answered by {first} (line {line}): {view} is never called for it",
        "на {methods} {url} отвечает {first} (строка {line}): {view} для него не вызовут",
    ),
    hint=Text(
        "Give one of them another URL, or other methods",
        "Дайте одному из них другой URL или другие методы",
    ),
    why=Text(
        "Flask registers both, in silence, and the first answers.",
        "Flask молча зарегистрирует оба, а отвечать будет первый.",
    ),
    bad="""@app.get("/item/<int:number>")
def item(number): ...


@app.get("/item/<int:key>")
def thing(key): ...""",
    good="""@app.get("/item/<int:number>")
def item(number): ...


@app.get("/thing/<int:key>")
def thing(key): ...""",
    nodes=(ast.Module,),
    find=find,
)
