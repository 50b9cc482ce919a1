"""samesite-none-without-secure: browsers drop such a cookie."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import constant, keyword, text
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "set_cookie":
        return
    if any(k.arg is None for k in call.keywords):
        return
    if (text(keyword(call, "samesite")) or "").lower() != "none":
        return
    secure = keyword(call, "secure")
    if secure is None or constant(secure) is False:
        yield at(call)


RULE = Rule(
    code="samesite-none-without-secure",
    chapter="cookies",
    message=Text(
        'browsers drop this cookie: samesite="None" needs secure=True',
        'браузеры отбросят этот cookie-файл: samesite="None" требует secure=True',
    ),
    hint=Text(
        'Pass secure=True, and serve the site by https; or let it be samesite="Lax"',
        'Передайте secure=True и отдавайте сайт по https; или пусть будет samesite="Lax"',
    ),
    why=Text(
        "A cookie that goes to other sites' pages has to travel encrypted (RFC 6265bis).",
        "Cookie-файл, который нужен на страницах других сайтов, передаётся только по шифрованному "
        "соединению (RFC 6265bis).",
    ),
    bad='response.set_cookie("cart", "7", samesite="None")',
    good='response.set_cookie("cart", "7", samesite="None", secure=True)',
    nodes=(ast.Call,),
    find=find,
)
