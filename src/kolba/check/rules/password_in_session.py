"""password-in-session: a password is put into the session, which the browser can read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import text
from kolba.check.rule import Rule
from kolba.check.text import Text

_PASSWORDS = frozenset(("password", "passwd", "pwd", "user_password", "userpassword", "pass"))


def find(node: ast.Assign, module: Module) -> Iterator[Hit]:
    if "kolba" in module.packages or isinstance(node.value, ast.Constant | ast.Compare):
        return
    for target in node.targets:
        if isinstance(target, ast.Subscript) and module.of(target.value) == "flask.session":
            name = text(target.slice) or ""
            if name.lower() in _PASSWORDS:
                yield at(node, name=repr(name))


RULE = Rule(
    code="password-in-session",
    chapter="sessions",
    message=Text(
        "the password in session[{name}] goes to the browser, signed and not encrypted",
        "пароль в session[{name}] уходит в браузер: подписанным, но не зашифрованным",
    ),
    hint=Text(
        "Keep who it is: session['user_id']. A password is checked once, and forgotten",
        "Храните, кто это: session['user_id']. Пароль проверяют один раз и забывают",
    ),
    why=Text(
        "Flask's session is a cookie that anybody can decode who sees it: on a shared computer, "
        "in a log, in a backup.",
        "Сессия Flask — cookie-файл, который раскодирует любой, кто его увидит: на общем "
        "компьютере, в журнале, в резервной копии.",
    ),
    bad='session["password"] = request.form["password"]',
    good='session["user_id"] = user.id',
    nodes=(ast.Assign,),
    find=find,
)
