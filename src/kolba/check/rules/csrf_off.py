"""csrf-off: Flask-WTF's protection against forms of other sites is switched off."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.configuration import settings
from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import constant
from kolba.check.rule import Rule
from kolba.check.text import Text

_SWITCHES = ("WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT")


def find(tree: ast.Module, module: Module) -> Iterator[Hit]:
    if "kolba" in module.packages:
        return  # it refuses such forms without tokens
    found = [one for one in settings(module) if one.name in _SWITCHES]
    if ".protect(" in module.source:
        return  # views are chosen that ask for it
    # Where there are several, one of them may be for production.
    if len(found) == 1 and found[0].sure and constant(found[0].value) is False:
        yield at(found[0].node, name=found[0].name)


RULE = Rule(
    code="csrf-off",
    chapter="requests",
    message=Text(
        "{name} = False: any site can post forms in a visitor's name",
        "{name} = False: любой сайт может отправлять формы от имени посетителя",
    ),
    hint=Text(
        "Leave it out; switch it off in the configuration of the tests",
        "Уберите это, а в тестах отключайте в их собственной конфигурации",
    ),
    why=Text(
        "Without the token a hidden form on another site does what the visitor may do: it changes "
        "the e-mail address, and then the password.",
        "Без токена скрытая форма на чужом сайте делает всё, что может посетитель: меняет адрес "
        "почты, а за ним и пароль.",
    ),
    bad='app.config["WTF_CSRF_ENABLED"] = False',
    good='app.config["WTF_CSRF_TIME_LIMIT"] = 7200',
    nodes=(ast.Module,),
    find=find,
)
