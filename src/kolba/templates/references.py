"""`self` and `super` in fast code: Jinja's references, over the functions of a block table.

A reference asks the context each time it is used, so it follows the context when that changes to
Jinja's own mapping of blocks.
"""

from __future__ import annotations

from typing import Any

from jinja2.runtime import BlockReference, Context, TemplateReference, Undefined
from jinja2.utils import internalcode
from markupsafe import Markup

from kolba.templates.context import LazyContext
from kolba.templates.disguise import named_like
from kolba.templates.tables import BlockFunction


@named_like(TemplateReference)
class FastTemplateReference(TemplateReference):
    def __init__(self, context: LazyContext) -> None:
        super().__init__(context)
        self.__fast_context = context

    def __getitem__(self, name: str) -> Any:
        table = self.__fast_context.table
        if table is None:
            return super().__getitem__(name)
        if name not in table.functions:
            raise KeyError(name)
        return FastBlockReference(name, self.__fast_context, 0)


@named_like(BlockReference)
class FastBlockReference(BlockReference):
    _context: LazyContext

    def __init__(self, name: str, context: LazyContext, depth: int) -> None:
        self.name = name
        self._context = context
        self._depth = depth

    @property
    def super(self) -> BlockReference | Undefined:
        if self._depth + 1 >= self._context.depth(self.name):
            return no_parent(self._context, self.name)
        return FastBlockReference(self.name, self._context, self._depth + 1)

    @internalcode
    def __call__(self) -> str:
        context = self._context
        if context.table is None:
            rendered = "".join(context.blocks[self.name][self._depth](context))
        else:
            out: list[str] = []
            context.table.functions[self.name][self._depth](context, out)
            rendered = "".join(out)
        return Markup(rendered) if context.eval_ctx.autoescape else rendered


def super_reference(context: LazyContext, name: str, current: BlockFunction) -> Any:
    """What the name `super` means in the fast block function `current`."""
    table = context.table
    if table is None:
        return context.super(name, stock_block(current, name))
    try:
        depth = table.functions[name].index(current) + 1
    except LookupError:
        return no_parent(context, name)
    if depth >= len(table.functions[name]):
        return no_parent(context, name)
    return FastBlockReference(name, context, depth)


def stock_block(current: BlockFunction, name: str) -> Any:
    """The stock function of the same block of the same template."""
    template = current.__globals__["__jinja_template__"]
    return template.blocks[name]


def no_parent(context: Context, name: str) -> Undefined:
    """The undefined value of a block without a parent block."""
    return context.environment.undefined(f"there is no parent block called {name!r}.", name="super")
