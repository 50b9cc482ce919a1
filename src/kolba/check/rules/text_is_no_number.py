"""text-is-no-number: what was sent is text, and is used as a number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.flow import Flow
from kolba.check.module import Module
from kolba.check.reads import Source
from kolba.check.rule import Rule
from kolba.check.text import Text

_KINDS = frozenset(("args", "form", "values", "cookies", "parameter"))
_NEVER = Text("they are never equal", "они никогда не равны")
_TYPE_ERROR = Text("a TypeError", "TypeError")


def find(node: ast.Compare | ast.BinOp, module: Module) -> Iterator[Hit]:
    if isinstance(node, ast.Compare):
        if len(node.ops) != 1:
            return
        one, other, kind = node.left, node.comparators[0], node.ops[0]
        if isinstance(kind, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
            then = _NEVER
        elif isinstance(kind, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            then = _TYPE_ERROR
        else:
            return
    else:
        one, other, then = node.left, node.right, _TYPE_ERROR
        if not isinstance(node.op, ast.Add | ast.Sub | ast.Div | ast.FloorDiv):
            return
    for sent, number in ((one, other), (other, one)):
        if _is_number(number):
            source = _text(sent, module.flow(node))
            if source is not None:
                yield at(node, source=source.text, then=then)


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float | bool)


def _text(node: ast.expr, flow: Flow) -> Source | None:
    """The source of a value that is text for sure: read as it is, without a default of its own."""
    values = flow.reaching(node) if isinstance(node, ast.Name) else [node]
    found = [_read(value, flow) for value in values]
    return found[0] if found and None not in found else None


def _read(value: ast.expr | None, flow: Flow) -> Source | None:
    if value is None:
        return None
    if isinstance(value, ast.Call) and not _gives_text(value):
        return None
    if not isinstance(value, ast.Call | ast.Subscript):
        return None
    source = flow.direct(value)
    return source if source is not None and source.kind in _KINDS else None


def _gives_text(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "get":
        return False
    defaults = [*call.args[1:], *(k.value for k in call.keywords)]
    return all(
        isinstance(d, ast.Constant) and (d.value is None or isinstance(d.value, str))
        for d in defaults
    )


RULE = Rule(
    code="text-is-no-number",
    chapter="requests",
    message=Text(
        "{source} is text, and is used with a number: {then}",
        "{source} — текст, а рядом с ним число: {then}",
    ),
    hint=Text(
        'Let Flask convert it: request.args.get("page", 1, type=int)',
        'Пусть преобразует Flask: request.args.get("page", 1, type=int)',
    ),
    why=Text(
        'All that URLs and forms bring is text. `"1" == 1` is False, and `"1" + 1` an error.',
        'Всё, что приходит в URL и формах, — текст. `"1" == 1` ложно, а `"1" + 1` — ошибка.',
    ),
    bad="""if request.args.get("page") == 1:
    return redirect("/")""",
    good="""if request.args.get("page", type=int) == 1:
    return redirect("/")""",
    nodes=(ast.Compare, ast.BinOp),
    find=find,
)
