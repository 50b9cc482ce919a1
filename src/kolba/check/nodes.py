"""What is read off nodes of Python code, wherever they stand."""

from __future__ import annotations

import ast
import re

_MARKS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop)


def children(node: ast.AST) -> list[ast.AST]:
    """What a node is made of, without the marks that have no place in the text."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            if not isinstance(value, _MARKS):
                found.append(value)
        elif isinstance(value, list):
            found += [part for part in value if isinstance(part, ast.AST)]
    return found


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


_NO_RETURN = re.compile(r"abort|exit|raise|fail|error|forbid|refuse|deny", re.IGNORECASE)
_LOG = re.compile(r"_*(log|logger|logging)", re.IGNORECASE)
_GO_ON = frozenset(
    (
        *("print", "flash", "print_exc", "commit", "rollback", "append", "add", "close", "write"),
        *("debug", "info", "warning", "exception"),
    )
)


def loose_end(body: list[ast.stmt]) -> ast.stmt | None:
    """Where the end of a body is surely reached by one of its ways."""
    end = body[-1]
    if any(_may_leave(before) for before in body[:-1]):
        return None  # it may never be reached
    match end:
        case ast.If(orelse=[]):
            return None if isinstance(end.test, ast.Constant) and end.test.value else end
        case ast.If():
            return end if loose_end(end.body) or loose_end(end.orelse) else None
        case ast.Try(finalbody=[]):
            ends = [found for handler in end.handlers if (found := loose_end(handler.body))]
            return next((found for found in ends if not isinstance(found, ast.If)), None)
        case ast.With() | ast.AsyncWith():
            return loose_end(end.body)
        case ast.For(orelse=[]):
            return end if _may_find_nothing(end) else None
        case ast.Expr(value=ast.Call(func=function)):
            return end if _goes_on(function) else None
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.Pass():
            return end
    return None


def _may_leave(statement: ast.stmt) -> bool:
    """Whether what follows a statement may never be reached."""
    match statement:
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break() | ast.While() | ast.Match():
            return True
        case ast.Expr(value=ast.Call(func=function)):
            return not _goes_on(function) and _NO_RETURN.search(last(function)) is not None
        case ast.If():
            return _leaves(statement.body) and _leaves(statement.orelse)
        case ast.Try():
            ends = [statement.orelse or statement.body, *(h.body for h in statement.handlers)]
            return _leaves(statement.finalbody) or all(map(_leaves, ends))
        case ast.With() | ast.AsyncWith():
            return _leaves(statement.body)
    return False


def _goes_on(function: ast.expr) -> bool:
    """Whether a call surely comes back: `logger.error` does, `error` may raise."""
    if isinstance(function, ast.Attribute) and _LOG.fullmatch(last(function.value)):
        return True
    return last(function) in _GO_ON


def _leaves(body: list[ast.stmt]) -> bool:
    return any(map(_may_leave, body))


def _may_find_nothing(loop: ast.For) -> bool:
    """Whether a loop looks for something, and returns it."""
    kinds = {type(node) for node in ast.walk(loop)}
    counts = isinstance(loop.iter, ast.Call) and last(loop.iter.func) in ("range", "count")
    return ast.Return in kinds and not counts and not kinds & {ast.Raise, ast.Try}
