"""token-not-verified: a token that was sent is read without looking at its signature."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, constant
from kolba.check.reads import SENT
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not _reads_unverified(call, module) or _is_verified_elsewhere(call, module):
        return
    source = module.flow(call).sent(argument(call, 0, "jwt") or call)
    if source is not None and source.kind in SENT:
        yield at(call, source=source.text)


def _reads_unverified(call: ast.Call, module: Module) -> bool:
    if module.of(call.func) != "jwt.decode":
        return False
    options = argument(call, 3, "options")
    if isinstance(options, ast.Dict):
        for key, value in zip(options.keys, options.values, strict=True):
            if constant(key) == "verify_signature" and constant(value) is False:
                return True
    return False


def _is_verified_elsewhere(call: ast.Call, module: Module) -> bool:
    """Whether the file has another read, which may verify: the first then looks for the issuer."""
    calls = module.calls("jwt.decode")
    return any(one is not call and not _reads_unverified(one, module) for one in calls)


RULE = Rule(
    code="token-not-verified",
    chapter="login",
    message=Text(
        "{source} is believed whoever wrote it: the token's signature is not looked at",
        "{source} принимают на веру от кого угодно: подпись токена не проверяется",
    ),
    hint=Text(
        'Verify it: jwt.decode(token, key, algorithms=["HS256"])',
        'Проверяйте: jwt.decode(token, key, algorithms=["HS256"])',
    ),
    why=Text(
        "A token is three texts in base64 that anybody can write. Only the signature says who did.",
        "Токен — три строки в base64, которые напишет кто угодно. Чьи они, говорит только подпись.",
    ),
    bad="""import jwt

token = request.cookies["token"]
user = jwt.decode(token, options={"verify_signature": False})["user"]""",
    good="""import jwt

token = request.cookies["token"]
user = jwt.decode(token, KEY, algorithms=["HS256"])["user"]""",
    nodes=(ast.Call,),
    find=find,
)
