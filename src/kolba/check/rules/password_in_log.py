"""password-in-log: a password that was sent is printed, or written into the log."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import text
from kolba.check.rule import Rule
from kolba.check.text import Text

_LEVELS = frozenset(("debug", "info", "warning", "warn", "error", "critical", "exception"))
_LOGGER = re.compile(r"(\w+\.)*(logging|\w*logger|log)", re.IGNORECASE)
_PASSWORD = re.compile(r"(user_?|new_?|old_?)?(password|passwd|pwd|passphrase)\d?", re.IGNORECASE)
_FIELD = re.compile(r"\w+\.(\w+)\.data")
_KINDS = frozenset(("form", "values", "args", "json", "field"))


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not _writes(call, module):
        return
    flow = module.flow(call)
    for part in (part for given in call.args for part in _said(given)):
        source = flow.sent(part)
        if source is not None and source.kind in _KINDS and _is_password(source.text):
            yield at(call, source=source.text)
            return


def _writes(call: ast.Call, module: Module) -> bool:
    if module.of(call.func) == "print":
        return True
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _LEVELS:
        return False
    return _LOGGER.fullmatch(ast.unparse(call.func.value)) is not None


def _said(node: ast.expr) -> Iterator[ast.expr]:
    """The values that a text is made of."""
    match node:
        case ast.JoinedStr(values=values):
            for value in values:
                if isinstance(value, ast.FormattedValue):
                    yield from _said(value.value)
        case ast.BinOp(left=left, right=right):
            yield from _said(left)
            yield from _said(right)
        case ast.Tuple(elts=parts):
            for part in parts:
                yield from _said(part)
        case ast.Name() | ast.Subscript() | ast.Call() | ast.Attribute():
            yield node


def _is_password(read: str) -> bool:
    """Whether the key of a read such as `request.form["password"]` is that of a password."""
    if (field := _FIELD.fullmatch(read)) is not None:
        return _PASSWORD.fullmatch(field[1]) is not None
    found = ast.parse(read, mode="eval").body if "..." not in read else None
    key = text(found.slice) if isinstance(found, ast.Subscript) else None
    if isinstance(found, ast.Call) and found.args:
        key = text(found.args[0])
    return _PASSWORD.fullmatch(key or "") is not None


RULE = Rule(
    code="password-in-log",
    chapter="login",
    message=Text(
        "the password of {source} is written where others read it: into the log",
        "пароль из {source} попадает туда, где его прочтут другие, — в журнал",
    ),
    hint=Text("Write who it is, and no password", "Пишите, кто это, но не пароль"),
    why=Text(
        "Logs are kept for months, copied and shown to people who look for errors; people use one "
        "password for several sites.",
        "Журналы хранят месяцами, копируют и показывают тем, кто ищет ошибки, а пароль у людей "
        "один на несколько сайтов.",
    ),
    bad='app.logger.info("login of %s with %s", user, request.form["password"])',
    good='app.logger.info("login of %s", user)',
    nodes=(ast.Call,),
    find=find,
)
