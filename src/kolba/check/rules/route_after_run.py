"""route-after-run: views stand below the line that starts the server, and waits there."""

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
    app = function.value
    if not isinstance(app, ast.Name) or module.function(call) is not None:
        return
    values = list(assigned(app, module))
    made = (module.of(v.func) for v in values if isinstance(v, ast.Call))
    if not values or not all(name == "flask.Flask" for name in made):
        return
    for view in module.views.values():
        late = view.function.lineno > call.lineno
        if late and module.parents[view.function] is module.tree:
            for route in view.routes:
                if route.owner == app.id:
                    yield at(route.call, view=view.function.name, line=call.lineno)


RULE = Rule(
    code="route-after-run",
    chapter="urls",
    message=Text(
        "{view} has no route while the server runs: line {line} starts it, and waits",
        "у {view} нет маршрута, пока работает сервер: строка {line} запускает его и ждёт",
    ),
    hint=Text("Move app.run() to the end of the file", "Перенесите app.run() в конец файла"),
    why=Text(
        "`app.run()` comes back when the server ends. What stands below it is defined then, and "
        "until then its URLs are 404.",
        "`app.run()` вернётся, когда сервер остановят. Всё, что ниже, определится только тогда, а "
        "до того его URL — 404.",
    ),
    bad="""if __name__ == "__main__":
    app.run()


@app.get("/late")
def late(): ...""",
    good="""@app.get("/late")
def late(): ...


if __name__ == "__main__":
    app.run()""",
    nodes=(ast.Call,),
    find=find,
)
