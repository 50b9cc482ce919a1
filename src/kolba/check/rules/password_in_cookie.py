"""password-in-cookie: a password that was sent is kept in a cookie."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument
from kolba.check.rule import Rule
from kolba.check.text import Text

_PASSWORD = re.compile(r"[\W]*(pass(word|wd|phrase)?|pwd)\b", re.IGNORECASE)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "set_cookie":
        return
    value = argument(call, 1, "value")
    source = None if value is None else module.flow(call).sent(value)
    if source is None or source.kind not in ("form", "values", "args", "json"):
        return
    key = source.text.partition("[")[2] or source.text.partition("(")[2]
    if _PASSWORD.match(key):
        yield at(call, source=source.text)


RULE = Rule(
    code="password-in-cookie",
    chapter="cookies",
    message=Text(
        "the password of {source} is kept in a cookie, as it is",
        "пароль из {source} хранится в cookie-файле как есть",
    ),
    hint=Text(
        "Keep who it is in the session; a password is checked once, and forgotten",
        "Храните в сессии, кто это; пароль проверяют один раз и забывают",
    ),
    why=Text(
        "The cookie lies on the disk of a computer that others use, goes along with each request, "
        "and can be written by anybody.",
        "Cookie-файл лежит на диске компьютера, которым пользуются и другие, уходит с каждым "
        "запросом, и записать его может кто угодно.",
    ),
    bad='response.set_cookie("password", request.form["password"])',
    good='session["user_id"] = user.id',
    nodes=(ast.Call,),
    find=find,
)
