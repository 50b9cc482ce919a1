"""markup-of-values: values are put into HTML before `Markup` could escape them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import shown, text
from kolba.check.rule import Rule
from kolba.check.text import Text

_TAG = re.compile(r"<[a-zA-Z/!]")
_NUMBER = re.compile(r"%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[diouxXeEfFgG%]")


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) != "markupsafe.Markup" or len(call.args) != 1:
        return
    if module.flow(call).source(call.args[0]) is not None and _is_read(call.args[0]):
        yield at(call, value=shown(call.args[0]))
        return
    parts = _parts(call.args[0])
    if parts is None:
        return
    for part in parts:
        if _is_text_of_somebody(part, module):
            yield at(call, value=shown(part))
            return


def _is_read(node: ast.expr) -> bool:
    """Whether a value is handed over as it is: text with tags around it is looked at below."""
    return isinstance(node, ast.Name | ast.Subscript) or (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
    )


def _parts(node: ast.expr) -> list[ast.expr] | None:
    """The values that are put into a text with tags; None if it is no such text."""
    if isinstance(node, ast.JoinedStr):
        constants = "".join(text(part) or "" for part in node.values)
        values = [
            p.value
            for p in node.values
            if isinstance(p, ast.FormattedValue) and p.format_spec is None
        ]
        return values if _TAG.search(constants) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        pattern = text(node.left)
        if pattern is None or not _TAG.search(pattern):
            return None
        if isinstance(node.right, ast.Dict):
            return list(node.right.values)
        return list(node.right.elts) if isinstance(node.right, ast.Tuple) else [node.right]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _added(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        pattern = text(node.func.value)
        if node.func.attr == "format" and pattern is not None and _TAG.search(pattern):
            return [*node.args, *(k.value for k in node.keywords)]
    return None


def _added(node: ast.BinOp) -> list[ast.expr] | None:
    parts: list[ast.expr] = []
    rest: ast.expr = node
    while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add):
        parts.insert(0, rest.right)
        rest = rest.left
    parts.insert(0, rest)
    constants = "".join(text(part) or "" for part in parts)
    return [p for p in parts if text(p) is None] if _TAG.search(constants) else None


def _is_text_of_somebody(node: ast.expr, module: Module) -> bool:
    """Whether a value is text that visitors may have written: of the request, or of a record."""
    return module.flow(node).source(node) is not None


RULE = Rule(
    code="markup-of-values",
    chapter="escaping",
    message=Text(
        "{value} gets into HTML unescaped: Markup(...) takes the finished text as it is",
        "{value} попадает в HTML неэкранированным: Markup(...) берёт готовый текст как есть",
    ),
    hint=Text(
        'Let Markup put it in: Markup("<b>{}</b>").format(value)',
        'Пусть значение подставит сам Markup: Markup("<b>{}</b>").format(value)',
    ),
    why=Text(
        "`Markup` is your word that a text is HTML already. `Markup(...).format` and "
        "`Markup(...) % ...` escape what they put in; an f-string inside the parentheses does not.",
        "`Markup` — ваше слово, что текст уже HTML. `Markup(...).format` и `Markup(...) % ...` "
        "экранируют то, что подставляют; f-строка внутри скобок — нет.",
    ),
    bad="""name = request.args["name"]
flash(Markup(f"Welcome, <b>{name}</b>"))""",
    good="""name = request.args["name"]
flash(Markup("Welcome, <b>{}</b>").format(name))""",
    nodes=(ast.Call,),
    find=find,
)
