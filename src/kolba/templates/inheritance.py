"""Less around each block: `super()` at once, and nothing at its head that its body does not use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.runtime import Context
from jinja2.utils import internalcode

from kolba.templates.calls import call_other
from kolba.templates.lists import ListGenerator
from kolba.templates.references import FastBlockReference

# Whole lines: what a template says stands in quotes.
_EMPTY = {
    name: re.compile(rf"^( *){name} = \{{\}}$", re.MULTILINE)
    for name in ("_loop_vars", "_block_vars")
}
_WORD = re.compile(r"\w+")


@internalcode
def call_super(
    context: Context,
    loop_vars: dict[str, Any] | None,
    block_vars: dict[str, Any] | None,
    function: Any,
) -> Any:
    """What `context.call(super)` gives; `super` may be anything that the template calls so."""
    if type(function) is FastBlockReference:
        return function()
    return call_other(context, loop_vars, block_vars, function, (), {})


class Inheritance(ListGenerator):
    """Writes `call_super(...)` for a bare `super()`, and only the assignments that are needed."""

    imports = ("call_super",)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if forward_caller or not _is_bare_super(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        loop_vars = "_loop_vars" if frame.loop_frame else "None"
        block_vars = "_block_vars" if frame.block_frame else "None"
        self.write(f"call_super(context, {loop_vars}, {block_vars}, ")
        self.visit(node.node, frame)
        self.write(")")

    def assignments(self, body: str) -> Iterator[str]:
        used = set(_WORD.findall(body))
        for name, value in self.prologue.items():
            if name in used:
                yield f"{name} = {value}"

    def finished(self, body: str) -> str:
        body = super().finished(body)
        for name, line in _EMPTY.items():
            lines = line.findall(body)
            if lines and len(lines) == body.count(name):
                body = line.sub(r"\1pass", body)
        return body


def _is_bare_super(node: nodes.Call) -> bool:
    return (
        isinstance(node.node, nodes.Name)
        and node.node.name == "super"
        and not node.args
        and not node.kwargs
        and node.dyn_args is None
        and node.dyn_kwargs is None
    )
