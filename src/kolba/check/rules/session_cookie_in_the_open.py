"""session-cookie-in-the-open: the session's cookie is shown to scripts, or refused by browsers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.configuration import settings
from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import constant
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(tree: ast.Module, module: Module) -> Iterator[Hit]:
    found = list(settings(module))
    is_secure = any(one.name == "SESSION_COOKIE_SECURE" for one in found)
    for one in found:
        value = constant(one.value)
        if one.name == "SESSION_COOKIE_HTTPONLY" and value is False:
            yield at(one.node, what="SESSION_COOKIE_HTTPONLY = False", then="HttpOnly")
        elif one.name == "SESSION_COOKIE_SAMESITE" and value == "None" and not is_secure:
            yield at(one.node, what='SESSION_COOKIE_SAMESITE = "None"', then="Secure")


RULE = Rule(
    code="session-cookie-in-the-open",
    chapter="sessions",
    message=Text(
        "{what} leaves the session's cookie without {then}",
        "{what} оставляет cookie-файл сессии без {then}",
    ),
    hint=Text(
        "Leave it out, or add SESSION_COOKIE_SECURE = True to SameSite=None",
        "Уберите это, а к SameSite=None добавьте SESSION_COOKIE_SECURE = True",
    ),
    why=Text(
        "Without `HttpOnly` one injected script takes the session along. `SameSite=None` without "
        "`Secure` is refused by browsers: nobody stays logged in.",
        "Без `HttpOnly` один внедрённый скрипт унесёт сессию. `SameSite=None` без `Secure` "
        "браузеры не принимают: никто не останется в системе.",
    ),
    bad='app.config["SESSION_COOKIE_HTTPONLY"] = False',
    good='app.config["SESSION_COOKIE_SECURE"] = True',
    nodes=(ast.Module,),
    find=find,
)
