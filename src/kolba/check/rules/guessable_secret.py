"""guessable-secret: a token is made by a generator whose next number can be computed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.rule import Rule
from kolba.check.text import Text

_SECRET = re.compile(
    r"(reset|auth|access|refresh|api|session|csrf|login|verification|activation|invite|user)?_?"
    r"(token|secret|secret_key|otp|password|passwd|api_?key|session_?id)",
    re.IGNORECASE,
)
_MAKES = re.compile(r"_?(make|generate|gen|create|new|get_random|random)_(?P<what>\w+)", re.I)
_WEB = ("flask", "kolba")
_GUESSABLE = frozenset(
    f"random.{name}"
    for name in ("choice", "choices", "randint", "random", "randrange", "sample", "getrandbits")
)


def find(node: ast.Assign | ast.Return, module: Module) -> Iterator[Hit]:
    if not any(package.partition("_")[0] in _WEB for package in module.packages):
        return  # a token may be any piece of text
    name = _secret(node, module)
    if name is None or node.value is None:
        return
    for part in ast.walk(node.value):
        if isinstance(part, ast.Call) and (function := module.of(part.func)) in _GUESSABLE:
            yield at(node, name=name, function=function)
            return


def _secret(node: ast.Assign | ast.Return, module: Module) -> str | None:
    """What a secret is called that is made here: a name, or the function that returns it."""
    if isinstance(node, ast.Assign):
        return next((n for n in map(_name, node.targets) if n and _SECRET.fullmatch(n)), None)
    function = module.function(node)
    made = _MAKES.fullmatch(function.name) if function else None
    return made[0] if made and _SECRET.fullmatch(made["what"]) else None


def _name(target: ast.expr) -> str:
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""


RULE = Rule(
    code="guessable-secret",
    chapter="login",
    message=Text(
        "{name} is made by {function}, whose next numbers can be computed from earlier ones",
        "{name} создаёт {function}, а его следующие числа вычисляются по предыдущим",
    ),
    hint=Text(
        "Use secrets.token_urlsafe(), or secrets.choice",
        "Используйте secrets.token_urlsafe() или secrets.choice",
    ),
    why=Text(
        "`random` is a Mersenne Twister: who has seen some of its tokens knows those of others.",
        "`random` — это вихрь Мерсенна: увидев несколько своих токенов, можно вычислить чужие.",
    ),
    bad='token = "".join(random.choice(string.ascii_letters) for _ in range(32))',
    good="token = secrets.token_urlsafe()",
    nodes=(ast.Assign, ast.Return),
    find=find,
)
