"""sql-from-request: what was sent is written into SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.reads import SENT
from kolba.check.rule import Rule
from kolba.check.text import Text

_RUNS = frozenset(("execute", "executemany", "executescript", "exec_driver_sql", "raw"))
_TEXTS = frozenset(
    (
        *("sqlalchemy.text", "sqlalchemy.sql.text", "pandas.read_sql", "pandas.read_sql_query"),
        "sqlalchemy.sql.expression.text",
    )
)
_SQL = re.compile(
    r"\b(select\b.*\bfrom|insert\s+into|update\b.*\bset|delete\s+from|drop\s+table|where)\b",
    re.IGNORECASE | re.DOTALL,
)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not call.args or not _runs(call, module):
        return
    flow, sql = module.flow(call), call.args[0]
    source = flow.source(sql)
    if source is None or source.whole or source.kind not in SENT:
        return
    if _SQL.search(flow.constants(sql)):
        yield at(call, source=source.text)


def _runs(call: ast.Call, module: Module) -> bool:
    if module.of(call.func) in _TEXTS:
        return True
    return isinstance(call.func, ast.Attribute) and call.func.attr in _RUNS


RULE = Rule(
    code="sql-from-request",
    chapter="app",
    message=Text(
        "{source} becomes part of the SQL: whoever sends it writes the query",
        "{source} становится частью SQL: запрос пишет тот, кто это прислал",
    ),
    hint=Text(
        "Leave a place in the SQL, and give the value beside it: execute(sql, [value])",
        "Оставьте в SQL место и передайте значение отдельно: execute(sql, [value])",
    ),
    why=Text(
        "A quote in the value ends the text in the query, and what follows is run: every row is "
        "read, or deleted.",
        "Кавычка в значении закрывает строку в запросе, а что после неё, то и выполнится: все "
        "записи прочтут или удалят.",
    ),
    bad="""name = request.args["name"]
db.execute(f"SELECT * FROM users WHERE name = '{name}'")""",
    good="""name = request.args["name"]
db.execute("SELECT * FROM users WHERE name = ?", [name])""",
    nodes=(ast.Call,),
    find=find,
)
