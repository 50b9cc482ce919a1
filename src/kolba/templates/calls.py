"""Calls: plain functions and macros at once, anything that may want the context by `Context.call`.

A function that raises StopIteration gives an undefined value, as in Jinja.
"""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, ClassVar

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode, missing
from markupsafe import Markup

from kolba.readings import as_written
from kolba.templates.folding import unless_constant
from kolba.templates.lists import ListGenerator

_RESERVED = ("_loop_vars", "_block_vars")
_STOPPED = "value was undefined because a callable raised a StopIteration exception"
# What a macro does, as Jinja wrote it: a replaced method is not gone round.
_MACRO_CALL = as_written(Macro.__call__)
_MACRO_INVOKE = as_written(Macro._invoke)


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
    """What `context.call(function, ...)` gives; macros are called by it."""
    if is_plain(function):
        try:
            return function(*args, **kwargs)
        except StopIteration:
            return context.environment.undefined(_STOPPED)
    return call_other(context, loop_vars, block_vars, function, args, kwargs)


@internalcode
def call_macro(
    context: Context,
    loop_vars: dict[str, Any] | None,
    block_vars: dict[str, Any] | None,
    function: Any,
    /,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """The same; only macros are gone to directly."""
    arguments = arguments_of(function, args, kwargs) if type(function) is Macro else None
    if arguments is None:
        return call_other(context, loop_vars, block_vars, function, args, kwargs)
    # Before the macro runs, as in Jinja.
    autoescape = context.eval_ctx.autoescape
    try:
        text = function._func(*arguments)
    except StopIteration:
        return context.environment.undefined(_STOPPED)
    return Markup(text) if autoescape else text


@internalcode
def call_any(
    context: Context,
    loop_vars: dict[str, Any] | None,
    block_vars: dict[str, Any] | None,
    function: Any,
    /,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """The same; macros and plain functions are gone to directly."""
    if type(function) is Macro:
        return call_macro(context, loop_vars, block_vars, function, *args, **kwargs)
    if is_plain(function):
        try:
            return function(*args, **kwargs)
        except StopIteration:
            return context.environment.undefined(_STOPPED)
    return call_other(context, loop_vars, block_vars, function, args, kwargs)


def is_plain(function: Any) -> bool:
    """Whether it is a Python function, or a method that is one, which wants no context."""
    cls = type(function)
    if cls is MethodType:
        cls = type(function.__func__)
    return cls is BuiltinFunctionType or (
        cls is FunctionType and not hasattr(function, "jinja_pass_arg")
    )


@internalcode
def call_other(
    context: Context,
    loop_vars: dict[str, Any] | None,
    block_vars: dict[str, Any] | None,
    function: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """`context.call`, given what the variables set in loops and blocks are."""
    if loop_vars is not None:
        kwargs["_loop_vars"] = loop_vars
    if block_vars is not None:
        kwargs["_block_vars"] = block_vars
    return context.call(function, *args, **kwargs)


def arguments_of(
    macro: Macro, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, ...] | None:
    """The positional arguments of the macro's function, or None: only Jinja itself can tell."""
    if (
        macro.caller
        or macro.catch_kwargs
        or macro.catch_varargs
        or macro._environment.is_async
        or Macro.__call__ is not _MACRO_CALL
        or Macro._invoke is not _MACRO_INVOKE
    ):
        return None
    names = macro.arguments
    if len(args) == len(names) and not kwargs:
        return args
    rest = names[len(args) :]
    if len(args) > len(names) or not kwargs.keys() <= set(rest):
        return None
    return args + tuple([kwargs.get(name, missing) for name in rest])


class Calls(ListGenerator):
    """Writes `call(context, loop_vars, block_vars, f, ...)` for `context.call(f, ...)`."""

    # Which of this module's functions the code calls by that name.
    written_call: ClassVar[str] = "call"

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if node.dyn_kwargs is not None or any(kw.key in _RESERVED for kw in node.kwargs):
            super().visit_Call(node, frame, forward_caller=forward_caller)
        else:
            self._write_call(node, frame, forward_caller=forward_caller)

    @unless_constant
    def _write_call(self, node: nodes.Call, frame: Frame, forward_caller: bool) -> None:
        loop_vars = "_loop_vars" if frame.loop_frame else "None"
        block_vars = "_block_vars" if frame.block_frame else "None"
        self.write(f"{self.written_call}(context, {loop_vars}, {block_vars}, ")
        self.visit(node.node, frame)
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self.write(")")


class Macros(Calls):
    """The same, for macros."""

    written_call = "call_macro"


class AllCalls(Calls):
    """The same, for both."""

    written_call = "call_any"
