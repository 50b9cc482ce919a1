"""static-endpoint: a view takes the name that links to static files have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import Route, assigned


def find(function: Function, module: Module) -> Iterator[Hit]:
    view = module.views.get(function)
    if view is None:
        return
    for route in view.routes:
        # A view of one's own that takes a file name does what the links expect.
        is_taken = route.endpoint == "static" and "filename" not in route.converters
        if is_taken and _is_of_app(route, module):
            yield at(route.call)


def _is_of_app(route: Route, module: Module) -> bool:
    owner = route.call.func.value if isinstance(route.call.func, ast.Attribute) else None
    if not isinstance(owner, ast.Name) or not route.sure:
        return False
    values = [v for v in assigned(owner, module) if isinstance(v, ast.Call)]
    return bool(values) and all(module.of(v.func) == "flask.Flask" for v in values)


RULE = Rule(
    code="static-endpoint",
    chapter="urls",
    message=Text(
        "a view takes the endpoint 'static', which belongs to the static files",
        "представление занимает конечную точку 'static', а она принадлежит статическим файлам",
    ),
    hint=Text(
        'Name it otherwise, such as endpoint="assets"',
        'Назовите иначе, например endpoint="assets"',
    ),
    why=Text(
        "While the app has a folder for static files, it does not start. Without one, each "
        '`url_for("static", filename=...)`, in extensions too, leads to the view.',
        "Пока у приложения есть папка статических файлов, оно не запустится. А без неё каждый "
        '`url_for("static", filename=...)`, и в расширениях, приведёт к этому представлению.',
    ),
    bad="""@app.get("/static-page")
def static(): ...""",
    good="""@app.get("/static-page")
def page(): ...""",
    nodes=(ast.FunctionDef, ast.AsyncFunctionDef),
    find=find,
)
