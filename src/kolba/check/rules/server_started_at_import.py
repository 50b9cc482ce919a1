"""server-started-at-import: importing the app's file starts the development server."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import assigned


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr != "run":
        return
    if not isinstance(function.value, ast.Name) or not _is_bare(call, module):
        return
    values = list(assigned(function.value, module))
    if values and all(
        isinstance(v, ast.Call) and module.of(v.func) == "flask.Flask" for v in values
    ):
        yield at(call, app=function.value.id)


def _is_bare(call: ast.Call, module: Module) -> bool:
    """Whether the call is a statement of the file itself, under no condition."""
    statement = module.parents[call]
    return isinstance(statement, ast.Expr) and isinstance(module.parents[statement], ast.Module)


RULE = Rule(
    code="server-started-at-import",
    chapter="app",
    message=Text(
        "who imports this file starts the development server, and waits for ever",
        "кто импортирует этот файл, запустит сервер для разработки и будет ждать вечно",
    ),
    hint=Text(
        'Put it below if __name__ == "__main__":',
        'Поставьте это под if __name__ == "__main__":',
    ),
    why=Text(
        "A production server, a test and a shell import the app. They get Flask's development "
        "server on port 5000 instead, and never go on.",
        "Приложение импортируют боевой сервер, тесты и консоль. Вместо этого они получат сервер "
        "для разработки на порту 5000 и дальше не пойдут.",
    ),
    bad="app.run()",
    good="""if __name__ == "__main__":
    app.run()""",
    nodes=(ast.Call,),
    find=find,
)
