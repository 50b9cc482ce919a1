"""Less around each block: `super()` at once, and nothing at its head that its body does not use."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.runtime import Context
from jinja2.utils import internalcode

from kolba.templates.calls import call_other
from kolba.templates.lists import ListGenerator
from kolba.templates.references import FastBlockReference


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

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if forward_caller or not _is_bare_super(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        loop_vars = "_loop_vars" if frame.loop_frame else "None"
        block_vars = "_block_vars" if frame.block_frame else "None"
        self.write(f"call_super(context, {loop_vars}, {block_vars}, ")
        self.visit(node.node, frame)
        self.write(")")

    def assignments(self, body: str) -> list[str]:
        # Rather once too often than slowly.
        return [f"{name} = {value}" for name, value in self.prologue.items() if name in body]

    def finished(self, body: str) -> str:
        body = super().finished(body)
        for name in ("_loop_vars", "_block_vars"):
            # What a template says has no line ends in it here.
            line = f" {name} = {{}}\n"
            if line in body and body.count(line) == body.count(name):
                body = body.replace(line, " pass\n")
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
