"""secret-key-at-random: each start, and each worker, makes a key of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.configuration import reads_more, settings
from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import shown
from kolba.check.rule import Rule
from kolba.check.text import Text

_RANDOM = frozenset(
    (
        *("os.urandom", "secrets.token_hex", "secrets.token_bytes", "secrets.token_urlsafe"),
        *("uuid.uuid4", "uuid.uuid1", "random.random", "random.randint", "random.getrandbits"),
        "Crypto.Random.get_random_bytes",
    )
)
_MAKE_TEXT = frozenset(("hex", "decode", "encode"))


def find(tree: ast.Module, module: Module) -> Iterator[Hit]:
    for one in settings(module) if not reads_more(module) else ():
        if one.name == "SECRET_KEY":
            made = _random(one.value, module)
            if made is not None:
                yield at(one.node, made=shown(made))


def _random(value: ast.expr, module: Module) -> ast.expr | None:
    """The call that makes a value at random, if nothing but that decides it."""
    if isinstance(value, ast.Attribute) and value.attr in _MAKE_TEXT:
        return _random(value.value, module)
    if not isinstance(value, ast.Call):
        return None
    if module.of(value.func) in _RANDOM:
        return value
    if isinstance(value.func, ast.Attribute) and value.func.attr in _MAKE_TEXT:
        return _random(value.func.value, module)
    if module.of(value.func) in ("str", "base64.b64encode") and len(value.args) == 1:
        return _random(value.args[0], module)
    return None


RULE = Rule(
    code="secret-key-at-random",
    chapter="sessions",
    message=Text(
        "the secret key is {made}: each start and each worker has another",
        "секретный ключ — {made}: у каждого запуска и каждого процесса он свой",
    ),
    hint=Text(
        'Make it once, keep it outside of the code, and read it: os.environ["SECRET_KEY"]',
        'Создайте его один раз, храните вне кода и читайте: os.environ["SECRET_KEY"]',
    ),
    why=Text(
        "A restart logs everybody out. With two workers a log-in holds only while its own worker "
        "answers: people are thrown out at random.",
        "Перезапуск разлогинит всех. А с двумя процессами вход действует, пока отвечает тот же "
        "процесс: людей выбрасывает случайным образом.",
    ),
    bad="app.secret_key = os.urandom(24)",
    good='app.secret_key = os.environ["SECRET_KEY"]',
    nodes=(ast.Module,),
    find=find,
)
