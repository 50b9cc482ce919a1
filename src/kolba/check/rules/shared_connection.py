"""shared-connection: one connection of the file serves the views of all threads."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import constant, keyword
from kolba.check.rule import Rule
from kolba.check.text import Text

_SQLITE = "sqlite3.connect"
# Those whose threads may not share a connection (PEP 249, `threadsafety`).
_OTHERS = frozenset(("mysql.connector.connect", "pymysql.connect", "MySQLdb.connect"))
_REFUSED = Text(
    "a ProgrammingError in every other thread", "ProgrammingError в каждом другом потоке"
)
_MIXED = Text(
    "two requests at once get each other's answers", "два запроса сразу получают ответы друг друга"
)


def find(tree: ast.Module, module: Module) -> Iterator[Hit]:
    if not module.views or "threaded=False" in module.source:
        return
    given = module.assignments.get(tree, [])
    for name, value in given:
        if not isinstance(value, ast.Call) or not _is_of_one_thread(value, module):
            continue
        if [n for n, _ in given].count(name) > 1:
            continue
        view = _view_that_uses({name, *_cursors(name, given)}, module)
        if view is not None:
            then = _REFUSED if module.of(value.func) == _SQLITE else _MIXED
            yield at(value, name=name, view=view, then=then)


def _is_of_one_thread(call: ast.Call, module: Module) -> bool:
    made = module.of(call.func)
    if made == _SQLITE:
        may_be_shared = keyword(call, "check_same_thread")
        return may_be_shared is None or constant(may_be_shared) is True
    return made in _OTHERS


def _cursors(name: str, given: list[tuple[str, ast.expr]]) -> Iterator[str]:
    """The names of `connection.cursor()`."""
    for other, value in given:
        if isinstance(value, ast.Call) and ast.unparse(value.func) == f"{name}.cursor":
            yield other


def _view_that_uses(names: set[str], module: Module) -> str | None:
    """The first view that reads one of the file's names."""
    for node in module.nodes.get(ast.Attribute, ()):
        value = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(value, ast.Name) and value.id in names:
            view = module.view(node)
            if view is not None and module.names.is_global(value):
                return view.function.name
    return None


RULE = Rule(
    code="shared-connection",
    chapter="app",
    message=Text(
        "{view} uses {name}, which is one connection for all threads: {then}",
        "{view} пользуется {name} — одним соединением на все потоки: {then}",
    ),
    hint=Text(
        "Connect for each request: in the view, or in a function that keeps it in g",
        "Соединяйтесь в каждом запросе: в представлении или в функции, которая держит это в g",
    ),
    why=Text(
        "Servers answer in threads, Flask's own too. SQLite refuses the connection of another "
        "thread; the drivers of MySQL mix what two threads ask.",
        "Серверы отвечают в потоках, в том числе встроенный сервер Flask. SQLite не пускает в "
        "соединение чужой поток, а драйверы MySQL путают запросы двух потоков.",
    ),
    bad="""import sqlite3

database = sqlite3.connect("shop.db")


@app.get("/count")
def count():
    return str(database.execute("SELECT count(*) FROM item").fetchone()[0])""",
    good="""import sqlite3


@app.get("/count")
def count():
    database = sqlite3.connect("shop.db")
    return str(database.execute("SELECT count(*) FROM item").fetchone()[0])""",
    nodes=(ast.Module,),
    find=find,
)
