"""login-cookie-in-the-open: a cookie that logs somebody in can be read by scripts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, constant, keyword, text
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import assigned

_NAMES = re.compile(
    r"(session|auth|access|refresh|jwt|login|remember|bearer|api)[_-]?(id|key|token|me|cookie)?"
    r"|token|sid|jwt|session",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"resp|answer|reply|^res$|^rv$|^r$", re.IGNORECASE)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "set_cookie":
        return
    if "kolba" in module.packages or any(k.arg is None for k in call.keywords):
        return
    if not _is_answer(call.func.value, module):
        return
    name = text(argument(call, 0, "key"))
    if name is None or not _NAMES.fullmatch(name) or _is_deleted(call):
        return
    httponly = argument(call, 7, "httponly")
    if httponly is None or constant(httponly) is False:
        yield at(call, name=repr(name))


def _is_answer(node: ast.expr, module: Module) -> bool:
    """Whether cookies are set on an answer; clients of tests have a `set_cookie`, too."""
    if isinstance(node, ast.Name):
        values = [v.func for v in assigned(node, module) if isinstance(v, ast.Call)]
        made = any((module.of(f) or "").startswith("flask.") for f in values)
        return made or _ANSWER.search(node.id) is not None
    return isinstance(node, ast.Call) and (module.of(node.func) or "").startswith("flask.")


def _is_deleted(call: ast.Call) -> bool:
    """An empty value, or an end that is now."""
    gone = keyword(call, "expires") or keyword(call, "max_age")
    return constant(argument(call, 1, "value")) == "" or constant(gone) == 0


RULE = Rule(
    code="login-cookie-in-the-open",
    chapter="cookies",
    message=Text(
        "scripts can read the cookie {name}: one that is injected takes the log-in along",
        "cookie-файл {name} доступен скриптам: внедрённый скрипт унесёт вход с собой",
    ),
    hint=Text(
        'Pass httponly=True, secure=True, samesite="Lax"',
        'Передайте httponly=True, secure=True, samesite="Lax"',
    ),
    why=Text(
        "`set_cookie` sets none of these by itself. `HttpOnly` keeps a cookie from scripts, "
        "`Secure` from plain http, `SameSite` from forms of other sites.",
        "Сам `set_cookie` ничего из этого не ставит. `HttpOnly` прячет cookie-файл от скриптов, "
        "`Secure` — от простого http, `SameSite` — от форм чужих сайтов.",
    ),
    bad='response.set_cookie("session_id", key)',
    good="""response.set_cookie("session_id", key, httponly=True, secure=True, samesite="Lax")""",
    nodes=(ast.Call,),
    find=find,
)
