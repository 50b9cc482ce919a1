"""pattern-from-request: what was sent becomes a regular expression."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument
from kolba.check.reads import SENT
from kolba.check.rule import Rule
from kolba.check.text import Text

_FUNCTIONS = ("compile", "search", "match", "fullmatch", "findall", "finditer", "split", "sub")
_READS = frozenset(f"{package}.{name}" for package in ("re", "regex") for name in _FUNCTIONS)

# A part of the address names something that is looked up before.
_KINDS = SENT - {"parameter", "path_parameter", "view_args"}


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) not in _READS:
        return
    source = module.flow(call).source(argument(call, 0, "pattern"))
    if source is not None and source.kind in _KINDS:
        yield at(call, source=source.text)


RULE = Rule(
    code="pattern-from-request",
    chapter="app",
    message=Text(
        "{source} becomes a regular expression: one of twenty characters can keep a worker busy "
        "for hours",
        "{source} становится регулярным выражением: хватит двадцати знаков, чтобы занять рабочий "
        "процесс на часы",
    ),
    hint=Text(
        "Write re.escape(...) around it, or compare texts: word in text",
        "Оберните в re.escape(...) или сравнивайте строки: word in text",
    ),
    why=Text(
        "Python tries every way to match: `(a+)+$` takes twice as long for each letter more. A "
        "bracket that is not closed is an error, and a 500.",
        "Python перебирает все способы сопоставить: `(a+)+$` с каждой буквой занимает вдвое больше "
        "времени. А незакрытая скобка — ошибка и ответ 500.",
    ),
    bad="""word = request.args["word"]
found = [line for line in lines if re.search(word, line)]""",
    good="""word = request.args["word"]
found = [line for line in lines if word in line]""",
    nodes=(ast.Call,),
    find=find,
)
