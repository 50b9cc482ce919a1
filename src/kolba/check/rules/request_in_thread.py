"""request-in-thread: a thread reads the request or the app, and has neither."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.assigned import own
from kolba.check.diagnostic import Hit, at
from kolba.check.module import BLOCKS, Module
from kolba.check.names import Function
from kolba.check.nodes import argument
from kolba.check.rule import Rule
from kolba.check.text import Text

_STARTS = {"threading.Thread": (1, "target"), "threading.Timer": (1, "function")}
_NEEDS = frozenset(
    f"flask.{name}" for name in ("request", "session", "g", "current_app", "render_template")
)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    started = _STARTS.get(module.of(call.func) or "")
    if started is None:
        return
    function = _function(argument(call, *started), module)
    if function is None or function.decorator_list or "context" in ast.unparse(function):
        return
    for node in own(function):
        if module.of(node) not in _NEEDS:
            continue
        if not any(isinstance(around, ast.Try) for around in module.around(node)):
            yield at(node, what=ast.unparse(node), function=function.name)
            return


def _function(target: ast.expr | None, module: Module) -> Function | None:
    """The only function of the file that has the target's name."""
    if not isinstance(target, ast.Name):
        return None
    found = [
        node
        for kind in BLOCKS
        for node in module.nodes.get(kind, ())
        if isinstance(node, ast.FunctionDef) and node.name == target.id
    ]
    is_method = bool(found) and isinstance(module.parents[found[0]], ast.ClassDef)
    return found[0] if len(found) == 1 and not is_method else None


RULE = Rule(
    code="request-in-thread",
    chapter="requests",
    message=Text(
        "{function} runs in a thread of its own, where {what} stands for nothing: a RuntimeError",
        "{function} выполняется в своём потоке, где за {what} ничего не стоит: RuntimeError",
    ),
    hint=Text(
        "Give it what it needs as arguments; the app: current_app._get_current_object(), and with "
        "app.app_context() inside",
        "Передайте нужное аргументами; приложение: current_app._get_current_object(), а внутри "
        "with app.app_context()",
    ),
    why=Text(
        "`request`, `session`, `g` and `current_app` are those of the thread that answers. The "
        "error stands in the log alone: the visitor has been told that all is well.",
        "`request`, `session`, `g` и `current_app` принадлежат потоку, который отвечает. Ошибка "
        "видна только в журнале: посетителю уже сказали, что всё хорошо.",
    ),
    bad="""import threading


@app.post("/order")
def order():
    def send():
        mail(request.form["address"])

    threading.Thread(target=send).start()
    return "sent\"""",
    good="""import threading


@app.post("/order")
def order():
    def send(address):
        mail(address)

    threading.Thread(target=send, args=[request.form["address"]]).start()
    return "sent\"""",
    nodes=(ast.Call,),
    find=find,
)
