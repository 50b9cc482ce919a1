"""What rules find in functions of other files, with the values that a call hands over.

A rule is asked about each call in such a function twice: for what the function is given
here, and as if it were given nothing. What makes the difference is a mistake of this call.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from kolba.check.diagnostic import Hit, at
from kolba.check.flow import Flow
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.rule import Rule

Find = Callable[[Rule, ast.AST, Module], list[Hit]]
_MOST = 12  # functions that are entered from one call, each once
_OF_NOTHING = ast.Call(ast.Name("", ast.Load()), [], [])


def found(module: Module, rules: Sequence[Rule], find: Find) -> Iterator[tuple[Rule, Hit]]:
    """What is found behind the calls of a file, at those calls."""
    if "request" not in module.source and not module.views:
        return  # PERF: nothing of a request is handed over
    for call in module.nodes.get(ast.Call, ()):
        if isinstance(call, ast.Call) and (call.args or call.keywords):
            called = module.functions.called(call)
            if called is not None and called[0] is not module:
                for rule, hit in _behind(call, module.flow(call), called, rules, find, []):
                    yield rule, at(call, **hit.values)


def _behind(
    call: ast.Call,
    caller: Flow,
    called: tuple[Module, Function],
    rules: Iterable[Rule],
    find: Find,
    entered: list[Function],
) -> Iterator[tuple[Rule, Hit]]:
    module, function = called
    if function in entered or len(entered) >= _MOST or not _is_given_any(call, caller):
        return
    entered.append(function)
    inner = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    with module.entered(function, _OF_NOTHING, caller):
        anyway = {(rule.code, node) for node in inner for rule in rules if find(rule, node, module)}
    with module.entered(function, call, caller) as flow:
        for node in inner:
            for rule in rules:
                if (rule.code, node) not in anyway:
                    yield from ((rule, hit) for hit in find(rule, node, module))
            further = module.functions.called(node)
            if further is not None:
                yield from _behind(node, flow, further, rules, find, entered)


def _is_given_any(call: ast.Call, caller: Flow) -> bool:
    """Whether a part of the request is handed over."""
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    return any(caller.source(value) is not None for value in given)
