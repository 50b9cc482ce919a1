"""result-thrown-away: `redirect(...)` or a page is made, and not returned."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.rule import Rule
from kolba.check.text import Text

_MAKERS = ("redirect", "url_for", "jsonify", "make_response", "send_file", "send_from_directory")
_NAMES = frozenset(f"flask.{name}" for name in _MAKERS)
# A test that a page can be made at all throws it away on purpose.
_ON_PURPOSE = (ast.With, ast.AsyncWith, ast.Try)


def find(statement: ast.Expr, module: Module) -> Iterator[Hit]:
    call = statement.value
    if not isinstance(call, ast.Call):
        return
    name = module.of(call.func) or ""
    if name not in _NAMES or module.function(statement) is None:
        return
    if not any(isinstance(around, _ON_PURPOSE) for around in module.around(statement)):
        yield at(call, name=name.removeprefix("flask."))


RULE = Rule(
    code="result-thrown-away",
    chapter="requests",
    message=Text(
        "what {name}(...) makes is thrown away: the view goes on",
        "результат {name}(...) отбрасывается: представление продолжает работу",
    ),
    hint=Text("Write return in front of it", "Поставьте перед вызовом return"),
    why=Text(
        "`redirect` makes an answer; only returning it sends it. Unlike `abort`, it does not "
        "leave the view: what should not be seen is rendered after all.",
        "`redirect` создаёт ответ, а отправляет его только return. В отличие от `abort`, он не "
        "прерывает представление: то, что не должны были увидеть, всё-таки покажут.",
    ),
    bad="""if not user.is_admin:
    redirect(url_for("login"))""",
    good="""if not user.is_admin:
    return redirect(url_for("login"))""",
    nodes=(ast.Expr,),
    find=find,
)
