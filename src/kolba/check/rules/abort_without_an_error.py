"""abort-without-an-error: `abort` is given a status that is no error of Werkzeug's."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, shown
from kolba.check.rule import Rule
from kolba.check.text import Text

_ERRORS = frozenset(
    (
        *range(400, 402),
        *range(403, 407),
        *range(408, 419),
        *range(421, 425),
        *(428, 429, 431, 451),
        *range(500, 506),
    )
)
# Ways to add errors of one's own.
_ADDED = ("default_exceptions", "aborter", "Aborter")


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) != "flask.abort":
        return
    status = argument(call, 0, "code")
    if status is None or not _is_refused(status) or _adds_errors(module):
        return
    yield at(call, status=shown(status))


def _is_refused(status: ast.expr) -> bool:
    if isinstance(status, ast.JoinedStr):
        return True
    if not isinstance(status, ast.Constant) or isinstance(status.value, bool):
        return False
    return isinstance(status.value, str) or (
        isinstance(status.value, int) and status.value not in _ERRORS
    )


def _adds_errors(module: Module) -> bool:
    says = module.library.says if module.library else module.source.__contains__
    return any(says(word) for word in _ADDED)


RULE = Rule(
    code="abort-without-an-error",
    chapter="requests",
    message=Text(
        "there is no error {status} to abort with: a LookupError, and a 500",
        "ошибки {status} для abort не существует: LookupError и ответ 500",
    ),
    hint=Text(
        "Return what is no error: return '', 204. A text is the description: abort(404, text)",
        "Не ошибку возвращайте: return '', 204. Текст — это описание: abort(404, text)",
    ),
    why=Text(
        "`abort` raises the exception of a status, and Werkzeug has them for errors alone, and "
        "not for each.",
        "`abort` возбуждает исключение этого статуса, а у Werkzeug они есть только для ошибок, и "
        "не для каждой.",
    ),
    bad="abort(204)",
    good='return "", 204',
    nodes=(ast.Call,),
    find=find,
)
