"""command-from-request: what was sent is written into a shell's command."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.flow import SENT
from kolba.check.module import Module, argument, constant, keyword
from kolba.check.rule import Rule
from kolba.check.text import Text

_SHELLS = frozenset(("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"))
_RUNS = frozenset(
    f"subprocess.{name}" for name in ("run", "call", "Popen", "check_call", "check_output")
)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    name = module.of(call.func) or ""
    if name not in _SHELLS and not (name in _RUNS and constant(keyword(call, "shell")) is True):
        return
    source = module.flow(call).source(argument(call, 0, "args"))
    if source is not None and source.kind in SENT:
        yield at(call, source=source.text)


RULE = Rule(
    code="command-from-request",
    chapter="app",
    message=Text(
        "{source} becomes part of a shell's command: whoever sends it runs what they like",
        "{source} становится частью команды оболочки: кто это прислал, запустит что угодно",
    ),
    hint=Text(
        "Give the program and its arguments as a list, without a shell",
        "Передайте программу и её аргументы списком, без оболочки",
    ),
    why=Text(
        "The shell reads `;`, `|` and `$(...)` in the value as its own.",
        "Оболочка примет `;`, `|` и `$(...)` из значения за свои.",
    ),
    bad="""host = request.args["host"]
os.system("ping -c 1 " + host)""",
    good="""host = request.args["host"]
subprocess.run(["ping", "-c", "1", "--", host])""",
    nodes=(ast.Call,),
    find=find,
)
