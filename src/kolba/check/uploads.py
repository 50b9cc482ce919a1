"""Files and bodies that were sent, as code hands them to what reads them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kolba.check.nodes import last

if TYPE_CHECKING:
    from kolba.check.module import Module


def is_upload(node: ast.expr, module: Module) -> bool:
    """Whether something is a file of the request, or its bytes."""
    if isinstance(node, ast.Attribute) and node.attr == "stream":
        node = node.value
    if isinstance(node, ast.Call) and last(node.func) == "BytesIO" and node.args:
        node = node.args[0]
    if isinstance(node, ast.Call) and last(node.func) == "read":
        node = getattr(node.func, "value", node)
    source = module.flow(node).sent(node)
    return source is not None and source.kind in ("files", "data")
