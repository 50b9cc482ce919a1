"""secret-key-in-code: the key that sessions are signed with stands in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.configuration import Setting, reads_more, settings
from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, constant
from kolba.check.rule import Rule
from kolba.check.text import Text

# What a generator of projects puts something in place of, and nothing at all.
_PLACEHOLDER = re.compile(r"[<{$%]|^\W*$")


def find(tree: ast.Module, module: Module) -> Iterator[Hit]:
    keys = [one for one in settings(module) if one.name == "SECRET_KEY"]
    # Where there are several, one of them may be for production.
    if (
        len(keys) == 1
        and _is_known(keys[0], module)
        and not (reads_more(module) or _is_refused(module))
    ):
        yield at(keys[0].node)


def _is_known(key: Setting, module: Module) -> bool:
    value = constant(_without_environment(key.value, module))
    if not isinstance(value, str | bytes):
        return False
    written = value if isinstance(value, str) else value.decode("latin-1")
    return _PLACEHOLDER.search(written) is None


def _without_environment(value: ast.expr, module: Module) -> ast.expr | None:
    """What the key is where the environment says nothing."""
    if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
        return value.values[-1] if _is_asked(value.values[0], module) else value
    return argument(value, 1, "default") if _is_asked(value, module) else value  # type: ignore[arg-type]


def _is_asked(value: ast.expr, module: Module) -> bool:
    return isinstance(value, ast.Call) and module.of(value.func) in ("os.environ.get", "os.getenv")


def _is_refused(module: Module) -> bool:
    """Whether the file asks what the key is, and refuses to start with the one that it holds."""
    return any(
        "SECRET_KEY" in ast.unparse(node.test)
        and any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        for node in module.nodes.get(ast.If, ())
        if isinstance(node, ast.If)
    )


RULE = Rule(
    code="secret-key-in-code",
    chapter="sessions",
    message=Text(
        "the secret key stands in the source: who reads it can sign any session",
        "секретный ключ стоит в коде: прочитав его, можно подписать любую сессию",
    ),
    hint=Text(
        'Read it from the environment, with os.environ["SECRET_KEY"], and make a new one: '
        'python -c "import secrets; print(secrets.token_hex())"',
        'Берите его из окружения, os.environ["SECRET_KEY"], и создайте новый: '
        'python -c "import secrets; print(secrets.token_hex())"',
    ),
    why=Text(
        "Flask's session is a signed cookie: with the key anybody is whoever they write into it. "
        "Sources are copied, published, and kept in histories.",
        "Сессия Flask — подписанный cookie-файл: с ключом любой станет тем, кого в него впишет. "
        "Код копируют, публикуют, хранят в истории.",
    ),
    bad='app.secret_key = "s3cr3t"',
    good='app.secret_key = os.environ["SECRET_KEY"]',
    nodes=(ast.Module,),
    find=find,
)
