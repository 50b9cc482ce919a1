"""password-in-url: a password is read from the query string."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import shown, text
from kolba.check.rule import Rule
from kolba.check.text import Text

_PASSWORD = re.compile(r"(user_?|new_?|old_?|current_?)?(password|passwd|pwd)\d?", re.IGNORECASE)


def find(node: ast.Attribute, module: Module) -> Iterator[Hit]:
    if node.attr != "args" or module.of(node) != "flask.request.args":
        return
    parent = module.parents[node]
    key: ast.expr | None = None
    if isinstance(parent, ast.Subscript):
        key, read = parent.slice, parent
    else:
        call = module.parents[parent]
        if not isinstance(parent, ast.Attribute) or not isinstance(call, ast.Call):
            return
        if parent.attr != "get" or not call.args:
            return
        key, read = call.args[0], call  # type: ignore[assignment]
    if _PASSWORD.fullmatch(text(key) or ""):
        yield at(read, read=shown(read))


RULE = Rule(
    code="password-in-url",
    chapter="login",
    message=Text(
        "{read}: the password stands in the URL, which is logged and kept",
        "{read}: пароль стоит в URL, а тот попадает в журналы и историю",
    ),
    hint=Text(
        'Take it by POST, and read request.form["password"]',
        'Принимайте его методом POST и читайте request.form["password"]',
    ),
    why=Text(
        "URLs are written to the logs of servers and proxies, to the browser's history, and into "
        "the `Referer` of the next request.",
        "URL остаётся в журналах серверов и прокси, в истории браузера и в `Referer` следующего "
        "запроса.",
    ),
    bad='password = request.args["password"]',
    good='password = request.form["password"]',
    nodes=(ast.Attribute,),
    find=find,
)
