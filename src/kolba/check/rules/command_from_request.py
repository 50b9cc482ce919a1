"""command-from-request: what was sent is written into a command, or says which one is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, constant, keyword
from kolba.check.reads import SENT
from kolba.check.rule import Rule
from kolba.check.text import Text

_SHELLS = frozenset(("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"))
_RUNS = frozenset(
    f"subprocess.{name}" for name in ("run", "call", "Popen", "check_call", "check_output")
)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    name, command = module.of(call.func), argument(call, 0, "args")
    if name not in _SHELLS and name not in _RUNS:
        return
    by_shell = name in _SHELLS or constant(keyword(call, "shell")) is True
    source = module.flow(call).source(command if by_shell else _program(command))
    if source is not None and source.kind in SENT and (by_shell or source.whole):
        yield at(call, source=source.text)


def _program(command: ast.expr | None) -> ast.expr | None:
    """What is run, where no shell reads it: the first word of a list, or all."""
    if isinstance(command, ast.List | ast.Tuple):
        return command.elts[0] if command.elts else None
    return command


RULE = Rule(
    code="command-from-request",
    chapter="app",
    message=Text(
        "{source} becomes part of a command: whoever sends it runs what they like",
        "{source} становится частью команды: кто это прислал, запустит что угодно",
    ),
    hint=Text(
        "Name the program yourself, and give its arguments as a list, without a shell",
        "Назовите программу сами, а аргументы передайте списком, без оболочки",
    ),
    why=Text(
        "A shell reads `;`, `|` and `$(...)` in the value as its own; without one, who says which "
        "program is run needs none of these.",
        "Оболочка примет `;`, `|` и `$(...)` из значения за свои; а кто без неё выбирает, какую "
        "программу запустить, обойдётся и без них.",
    ),
    bad="""host = request.args["host"]
os.system("ping -c 1 " + host)""",
    good="""host = request.args["host"]
subprocess.run(["ping", "-c", "1", "--", host])""",
    nodes=(ast.Call,),
    find=find,
)
