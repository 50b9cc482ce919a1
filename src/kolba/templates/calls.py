"""Calls: a plain function is called at once, anything that may want the context by `Context.call`.

A function that raises StopIteration gives an undefined value, as in Jinja.
"""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame, optimizeconst
from jinja2.runtime import Context
from jinja2.utils import internalcode

from kolba.templates.lists import ListGenerator

_RESERVED = ("_loop_vars", "_block_vars")
_STOPPED = "value was undefined because a callable raised a StopIteration exception"


@internalcode
def call(
    context: Context,
    loop_vars: dict[str, Any] | None,
    block_vars: dict[str, Any] | None,
    function: Any,
    /,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """What `context.call(function, ...)` gives."""
    cls = type(function)
    if (
        cls is BuiltinFunctionType
        or (cls is FunctionType and not hasattr(function, "jinja_pass_arg"))
        or (
            cls is MethodType
            and type(function.__func__) is FunctionType
            and not hasattr(function, "jinja_pass_arg")
        )
    ):
        try:
            return function(*args, **kwargs)
        except StopIteration:
            return context.environment.undefined(_STOPPED)
    if loop_vars is not None:
        kwargs["_loop_vars"] = loop_vars
    if block_vars is not None:
        kwargs["_block_vars"] = block_vars
    return context.call(function, *args, **kwargs)


class Calls(ListGenerator):
    """Writes `call(context, loop_vars, block_vars, f, ...)` for `context.call(f, ...)`."""

    imports = ("call",)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if node.dyn_kwargs is not None or any(kw.key in _RESERVED for kw in node.kwargs):
            super().visit_Call(node, frame, forward_caller=forward_caller)
        else:
            self._write_call(node, frame, forward_caller=forward_caller)

    @optimizeconst
    def _write_call(self, node: nodes.Call, frame: Frame, forward_caller: bool) -> None:
        loop_vars = "_loop_vars" if frame.loop_frame else "None"
        block_vars = "_block_vars" if frame.block_frame else "None"
        self.write(f"call(context, {loop_vars}, {block_vars}, ")
        self.visit(node.node, frame)
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self.write(")")
