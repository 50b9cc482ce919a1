"""missing-value-used: what may not have been sent is used as if it were there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import shown
from kolba.check.rule import Rule
from kolba.check.text import Text

_PARTS = frozenset(f"flask.request.{part}" for part in ("args", "form", "values", "cookies"))
_EMPTY = Text("an empty list", "пустой список")
_METHODS = frozenset(
    (
        *("strip", "lower", "upper", "split", "replace", "encode", "startswith", "endswith"),
        *("lstrip", "rstrip", "title", "isdigit", "splitlines", "rsplit"),
    )
)


def find(node: ast.Call | ast.Subscript, module: Module) -> Iterator[Hit]:
    method, nothing = ("get", "None") if isinstance(node, ast.Call) else ("getlist", _EMPTY)
    read = _read(node, module) if isinstance(node, ast.Call) else _of_list(node)
    if read is None or not _may_be_missing(read, method, module):
        return
    if any(isinstance(around, ast.Try | ast.With) for around in module.around(node)):
        return
    if not module.flow(node).is_looked_at(read.args[0]):
        yield at(node, read=shown(read), nothing=nothing)


def _of_list(node: ast.Subscript) -> ast.Call | None:
    """The inner call of `request.form.getlist("tags")[0]`."""
    is_first = isinstance(node.slice, ast.Constant) and node.slice.value == 0
    return node.value if is_first and isinstance(node.value, ast.Call) else None


def _read(call: ast.Call, module: Module) -> ast.Call | None:
    """The inner call of `request.args.get("q").strip()` and `int(request.args.get("n"))`."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr in _METHODS:
        return function.value if isinstance(function.value, ast.Call) else None
    if module.of(function) in ("int", "float") and len(call.args) == 1:
        return call.args[0] if isinstance(call.args[0], ast.Call) else None
    return None


def _may_be_missing(read: ast.Call, method: str, module: Module) -> bool:
    """`request.args.get("q")`, without a default."""
    function = read.func
    if not isinstance(function, ast.Attribute) or function.attr != method:
        return False
    if len(read.args) != 1 or not isinstance(read.args[0], ast.Constant):
        return False
    return not read.keywords and module.of(function.value) in _PARTS


RULE = Rule(
    code="missing-value-used",
    chapter="requests",
    message=Text(
        "{read} is {nothing} for who does not send it: an error, and a 500",
        "{read} — {nothing}, если этого не прислали: ошибка и ответ 500",
    ),
    hint=Text(
        'Give a default, request.args.get("q", ""), or require it, request.args["q"]: a 400 then',
        'Дайте значение по умолчанию, request.args.get("q", ""), или потребуйте его, '
        'request.args["q"]: тогда это 400',
    ),
    why=Text(
        "Robots and old links ask without it every day. A 500 says that the site is broken, a 400 "
        "that the question is.",
        "Роботы и старые ссылки приходят без него каждый день. 500 говорит, что сломан сайт, а "
        "400 — что ошибка в запросе.",
    ),
    bad='words = request.args.get("q").split()',
    good='words = request.args.get("q", "").split()',
    nodes=(ast.Call, ast.Subscript),
    find=find,
)
