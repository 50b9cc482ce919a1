"""How one template's code runs another's: into the same list, or whole when that one is stock."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import Template
from jinja2.runtime import Context
from jinja2.utils import internalcode

from kolba.templates.template import MARK, FastTemplate, stock_code


@internalcode
def run_root(template: Template, context: Context, out: list[str]) -> None:
    """Render a template in a context of fast code, at the end of `out`."""
    root: Any = template.root_render_func
    if isinstance(template, FastTemplate) and template.fast_root is root:
        root(context, out)
    else:
        out.extend(root(context))


@internalcode
def run_stock_root(template: FastTemplate, context: Context) -> Iterable[str]:
    """Render piece by piece, by the stock code."""
    root: Any = template.stock.root_render_func
    return root(context)  # type: ignore[no-any-return]


@internalcode
def run_included(
    template: Template, context: Context, local: Mapping[str, Any], out: list[str]
) -> None:
    """Render an included template, which sees the context and the local variables."""
    values = context.get_all()
    if isinstance(template, FastTemplate):
        own = template.fast_context(values, True, local)
        root: Any = template.root_render_func
        if template.fast_root is root:
            root(own, out)
            return
    else:
        own = template.new_context(values, True, local)
    out.extend(template.root_render_func(own))


def stopped() -> RuntimeError:
    """What a StopIteration becomes that leaves a generator: our functions stand for generators."""
    error = RuntimeError("generator raised StopIteration")
    error.__cause__ = sys.exception()
    return error


def run_stock(namespace: dict[str, Any]) -> None:
    """Put stock code into a module that is not run for a `FastTemplate`.

    An application may hand our compiled code to a template class of its own.
    """
    if MARK in namespace:
        return
    source, name = namespace["source"], namespace["name"]
    environment, filename = namespace["environment"], namespace["__file__"]
    exec(stock_code(environment, source, name, filename), namespace)
