"""plain-password: a password that was sent is compared with one that is kept as it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import last, shown, text
from kolba.check.rule import Rule
from kolba.check.text import Text

_PASSWORD = re.compile(r"password|passwd|pwd", re.IGNORECASE)
_FIELD = re.compile(r"\w*form\w*\.\w*(password|passwd|pwd)\w*\.data", re.IGNORECASE)
_IN_TABLE = Text("what the database holds", "тем, что лежит в базе данных")
_IN_CODE = Text("a text in the code", "текстом в коде")
_KEPT = re.compile(r"\w+\.(user_?)?(password|passwd|pwd)", re.IGNORECASE)


def find(node: ast.Compare | ast.Call, module: Module) -> Iterator[Hit]:
    if isinstance(node, ast.Call):
        yield from _looked_up(node, module)
    else:
        yield from _compared(node, module)


def _looked_up(call: ast.Call, module: Module) -> Iterator[Hit]:
    """`filter_by(password=request.form["password"])`, `find_one({"password": ...})`."""
    given: list[tuple[str | None, ast.expr]] = []
    if last(call.func) == "filter_by":
        given = [(keyword.arg, keyword.value) for keyword in call.keywords]
    elif last(call.func) == "find_one" and call.args and isinstance(call.args[0], ast.Dict):
        given = [
            (text(key), value)
            for key, value in zip(call.args[0].keys, call.args[0].values, strict=True)
        ]
    for name, value in given:
        if _PASSWORD.fullmatch(name or "") and _was_sent(value, module):
            yield at(call, kept=_IN_TABLE)


def _compared(compare: ast.Compare, module: Module) -> Iterator[Hit]:
    if len(compare.ops) != 1 or not isinstance(compare.ops[0], ast.Eq | ast.NotEq):
        return
    one, other = compare.left, compare.comparators[0]
    for sent, kept in ((one, other), (other, one)):
        if _was_sent(sent, module) and _is_kept(kept, module):
            yield at(compare, kept=_said(kept))
            return


def _was_sent(node: ast.expr, module: Module) -> bool:
    if _FIELD.fullmatch(shown(node)):
        return True
    source = module.flow(node).sent(node)
    return source is not None and _PASSWORD.search(source.text) is not None


def _is_kept(node: ast.expr, module: Module) -> bool:
    """`user.password`, or a password in the source."""
    if text(node):
        return True
    return isinstance(node, ast.Attribute) and _KEPT.fullmatch(shown(node)) is not None


def _said(node: ast.expr) -> Text | str:
    return _IN_CODE if isinstance(node, ast.Constant) else shown(node)


RULE = Rule(
    code="plain-password",
    chapter="login",
    message=Text(
        "the password is compared with {kept}: it is kept as plain text",
        "пароль сравнивается с {kept}: он хранится открытым текстом",
    ),
    hint=Text(
        "Keep werkzeug.security.generate_password_hash(password), and compare by "
        "check_password_hash(kept, password)",
        "Храните werkzeug.security.generate_password_hash(password), а сравнивайте через "
        "check_password_hash(kept, password)",
    ),
    why=Text(
        "Whoever sees the table, a backup of it or the source has every password, and people use "
        "one for several sites.",
        "Увидев таблицу, её резервную копию или код, получат все пароли, а люди берут один "
        "на несколько сайтов.",
    ),
    bad="""if user.password == request.form["password"]:
    login_user(user)""",
    good="""if check_password_hash(user.password, request.form["password"]):
    login_user(user)""",
    nodes=(ast.Compare, ast.Call),
    find=find,
)
