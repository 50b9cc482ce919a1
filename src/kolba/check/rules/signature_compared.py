"""signature-compared: a signature that was sent is compared with `==`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.flow import Flow
from kolba.check.module import Module
from kolba.check.nodes import last
from kolba.check.rule import Rule
from kolba.check.text import Text

_DIGESTS = ("digest", "hexdigest")


def find(node: ast.Compare, module: Module) -> Iterator[Hit]:
    if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return
    if "hmac" not in module.packages:
        return
    flow = module.flow(node)
    for one, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
        if _is_signature(one, flow, module):
            source = flow.sent(other)
            if source is not None:
                yield at(node, source=source.text)


def _is_signature(node: ast.expr, flow: Flow, module: Module) -> bool:
    values = list(flow.reaching(node)) if isinstance(node, ast.Name) else [node]
    return bool(values) and all(v is not None and _has_digest(v, flow, module) for v in values)


def _has_digest(value: ast.expr, flow: Flow, module: Module) -> bool:
    for part in ast.walk(value):
        if not isinstance(part, ast.Call):
            continue
        function = part.func
        if module.of(function) == "hmac.digest":
            return True
        made = function.value if isinstance(function, ast.Attribute) else None
        if made and last(function) in _DIGESTS and _is_hmac(made, flow, module):
            return True
    return False


def _is_hmac(node: ast.expr, flow: Flow, module: Module) -> bool:
    values = list(flow.reaching(node)) if isinstance(node, ast.Name) else [node]
    return bool(values) and all(
        isinstance(value, ast.Call) and module.of(value.func) in ("hmac.new", "hmac.HMAC")
        for value in values
    )


RULE = Rule(
    code="signature-compared",
    chapter="login",
    message=Text(
        "{source} is compared with the signature by ==, which stops at the first wrong character",
        "{source} сравнивают с подписью через ==, а оно останавливается на первом неверном знаке",
    ),
    hint=Text("Use hmac.compare_digest(one, other)", "Используйте hmac.compare_digest(a, b)"),
    why=Text(
        "How long the answer takes says how much of a guess was right: a signature is found one "
        "character after the other.",
        "По времени ответа видно, сколько знаков угадано: подпись подбирают знак за знаком.",
    ),
    bad='''import hmac


@app.post("/hook")
def hook():
    signature = hmac.new(KEY, request.data, "sha256").hexdigest()
    if request.headers["X-Signature"] != signature:
        abort(403)
    return ""''',
    good='''import hmac


@app.post("/hook")
def hook():
    signature = hmac.new(KEY, request.data, "sha256").hexdigest()
    if not hmac.compare_digest(request.headers["X-Signature"], signature):
        abort(403)
    return ""''',
    nodes=(ast.Compare,),
    find=find,
)
