"""What is read off nodes of Python code, wherever they stand."""

from __future__ import annotations

import ast


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """What a call gives by this name."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """What a call gives at this place, or by this name."""
    if len(call.args) > place and not any(isinstance(a, ast.Starred) for a in call.args):
        return call.args[place]
    return keyword(call, name)


def named_after_itself(call: ast.Call) -> bool:
    """Whether an app is made with `__name__`: its folders lie beside the file."""
    name = argument(call, 0, "import_name")
    return isinstance(name, ast.Name) and name.id == "__name__"


def constant(node: ast.AST | None) -> object:
    """The value of a constant; None for all else."""
    return node.value if isinstance(node, ast.Constant) else None


def text(node: ast.AST | None) -> str | None:
    """The value of a constant text."""
    value = constant(node)
    return value if isinstance(value, str) else None


def shown(node: ast.AST, longest: int = 60) -> str:
    """A node as code, for messages."""
    try:
        code = " ".join(ast.unparse(node).split())
    except RecursionError:
        return "..."
    return code if len(code) <= longest else code[: longest - 3] + "..."


def last(node: ast.expr) -> str:
    """The last part of a name: `save` for `file.save`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_none(value: ast.expr | None) -> bool:
    """Whether `return` gives back nothing."""
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def falls_through(body: list[ast.stmt]) -> bool:
    """Whether the end of a body is surely reached by one of its ways: an `if` without an `else`."""
    end = body[-1]
    if isinstance(end, ast.If):
        if not end.orelse:
            return not (isinstance(end.test, ast.Constant) and bool(end.test.value))
        return falls_through(end.body) or falls_through(end.orelse)
    return isinstance(end, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Pass)
