"""Escaping by exact type: output is joined to plain text, so it need not be `Markup` on the way.

Only what goes straight into the output is written this way. Whatever is stored or passed on
(`{% set %}`, macro results, filters, `~`) stays Markup.
"""

from __future__ import annotations

from typing import Any

import markupsafe
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.utils import internalcode
from markupsafe import Markup, escape

from kolba.templates.lists import ListGenerator

# The escaping of an exact `str`, as C code that does not wrap its result.
esc: Any = getattr(markupsafe, "_escape_inner", escape)


@internalcode
def show(value: Any) -> str:
    """The text of any value but an exact `str`, escaped; by exact type, never by isinstance.

    Enums that are strings, proxies with a false `__class__`, str subclasses with an `__html__`
    of their own all take MarkupSafe's road.
    """
    cls = type(value)
    if cls is int or cls is float:
        return repr(value)
    if cls is Markup:
        return value  # type: ignore[no-any-return]
    if value is None:
        return "None"
    return escape(value)


class Escaping(ListGenerator):
    """Writes `esc(v) if type(v := X) is str else show(v)` for `escape(X)` in the output."""

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if _is_plain(frame, finalize):
            self.write("esc(v) if type(v := ")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if _is_plain(frame, finalize):
            self.write(") is str else show(v)")
        else:
            super()._output_child_post(node, frame, finalize)


def _is_plain(frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> bool:
    """Whether this output is surely escaped, and nothing comes before the escaping."""
    return bool(frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None)
