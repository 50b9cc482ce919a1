"""missing-value-used: what may not have been sent is used as if it were there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.assigned import own
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
    read = _owner(node, module) if isinstance(node, ast.Call) else _of_list(node)
    if isinstance(read, ast.Name):
        read = _named(read, module)
    key = None if read is None else _key(read, method, module)
    if read is None or key is None or module.flow(node).is_looked_at(key):
        return
    if not any(isinstance(around, ast.Try | ast.With) for around in module.around(node)):
        yield at(node, read=shown(read), nothing=nothing)


def _of_list(node: ast.Subscript) -> ast.Call | None:
    """The inner call of `request.form.getlist("tags")[0]`."""
    is_first = isinstance(node.slice, ast.Constant) and node.slice.value == 0
    return node.value if is_first and isinstance(node.value, ast.Call) else None


def _owner(call: ast.Call, module: Module) -> ast.expr | None:
    """What has to be there: in `request.args.get("q").strip()`, and in `int(...)`."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr in _METHODS:
        return function.value
    if module.of(function) in ("int", "float") and len(call.args) == 1:
        # What `number-of-any-text` is about, by a name.
        return None if isinstance(call.args[0], ast.Name) else call.args[0]
    return None


def _named(name: ast.Name, module: Module) -> ast.expr | None:
    """What a name surely is, which nothing has looked at or needed before."""
    values = list(module.flow(name).reaching(name))
    function = module.function(name)
    if len(values) != 1 or function is None:
        return None
    uses = {n for n in own(function) if isinstance(n, ast.Name) and n.id == name.id} - {name}
    # A condition may stand behind what it is about.
    asking = [around for around in module.around(name) if _asks(around)]
    around = uses.intersection(part for one in asking for part in ast.walk(one))
    before = {n for n in uses if (n.lineno, n.col_offset) < (name.lineno, name.col_offset)}
    is_another = any(isinstance(use.ctx, ast.Store) for use in around)
    may_be_there = is_another or any(_may_look(use, module) for use in before | around)
    return None if may_be_there else values[0]


def _asks(around: ast.AST) -> bool:
    return isinstance(around, ast.IfExp) or hasattr(around, "generators")


def _may_look(use: ast.Name, module: Module) -> bool:
    parent = module.parents[use]
    if isinstance(parent, ast.Attribute):
        return parent.attr in _METHODS  # it is told there
    if isinstance(use.ctx, ast.Store):
        return False
    return not isinstance(parent, ast.FormattedValue | ast.Subscript | ast.keyword | ast.Dict)


def _key(read: ast.expr, method: str, module: Module) -> ast.expr | None:
    """The key of `request.args.get("q")`, without a default."""
    function = read.func if isinstance(read, ast.Call) else None
    if not isinstance(read, ast.Call) or not isinstance(function, ast.Attribute):
        return None
    if function.attr != method or module.of(function.value) not in _PARTS:
        return None
    is_one = len(read.args) == 1 and not read.keywords and isinstance(read.args[0], ast.Constant)
    return read.args[0] if is_one else None


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
