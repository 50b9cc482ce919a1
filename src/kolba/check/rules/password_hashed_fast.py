"""password-hashed-fast: a password is hashed by what was made to be fast."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import shown
from kolba.check.rule import Rule
from kolba.check.text import Text

# SHA-1 is what services that list leaked passwords ask for.
_FAST = frozenset(f"hashlib.{name}" for name in ("md5", "sha256", "sha224", "sha384", "sha512"))
_PASSWORD = re.compile(r"password|passwd|pwd", re.IGNORECASE)
_SLOW = re.compile(r"bcrypt|scrypt|pbkdf2|argon|generate_password", re.IGNORECASE)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    name = module.of(call.func)
    if name not in _FAST or not call.args:
        return
    source = module.flow(call).sent(call.args[0])
    if source is None or not _PASSWORD.search(source.text):
        return
    # A slow hash around a fast one is a known way to take long passwords.
    if not any(isinstance(around, ast.Call) and _is_slow(around) for around in module.around(call)):
        yield at(call, name=name)


def _is_slow(call: ast.Call) -> bool:
    return _SLOW.search(shown(call.func)) is not None


RULE = Rule(
    code="password-hashed-fast",
    chapter="login",
    message=Text(
        "{name} is fast: of a password's hash, it lets billions of guesses be tried in a second",
        "{name} работает быстро: по хешу пароля можно пробовать миллиарды догадок в секунду",
    ),
    hint=Text(
        "Use werkzeug.security.generate_password_hash and check_password_hash",
        "Используйте werkzeug.security.generate_password_hash и check_password_hash",
    ),
    why=Text(
        "A hash for passwords is slow on purpose and salted, each by itself; Werkzeug's are.",
        "Хеш для паролей нарочно медленный и солёный, каждый своей солью; таковы хеши Werkzeug.",
    ),
    bad="""import hashlib

digest = hashlib.md5(request.form["password"].encode()).hexdigest()""",
    good="""from werkzeug.security import generate_password_hash

digest = generate_password_hash(request.form["password"])""",
    nodes=(ast.Call,),
    find=find,
)
