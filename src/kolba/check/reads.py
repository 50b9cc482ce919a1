"""Parts of the request, as code reads them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kolba.check.nodes import keyword

if TYPE_CHECKING:
    from kolba.check.module import Module

# Parts of the request that somebody else can choose for a visitor, by a link or a form.
BY_LINK = frozenset(("args", "values", "form", "parameter"))
# All that a client can send.
SENT = BY_LINK | {
    *("json", "data", "cookies", "headers", "view_args", "filename", "path_parameter", "field"),
}

DICTS = frozenset(("args", "form", "values", "cookies", "headers", "view_args", "files", "json"))
WHOLE = {
    "data": "data",
    "json": "json",
    "referrer": "referrer",
    "url": "url",
    "path": "path",
    "full_path": "path",
    "query_string": "args",
}
READS = frozenset(("get", "getlist", "pop"))
_TEXT_TYPES = ("str",)


@dataclass(frozen=True, slots=True)
class Source:
    """A part of the request.

    Attributes:
        kind: which: `args`, `form`, `parameter` and so on.
        text: as the code has it.
        whole: whether it is the beginning of the value, with nothing before it.
    """

    kind: str
    text: str
    whole: bool = True


def part_of(node: ast.expr, module: Module) -> str | None:
    """`args` for `request.args`."""
    dotted = module.of(node) or ""
    head, _, name = dotted.rpartition(".")
    return name if head == "flask.request" else None


def key_of(node: ast.AST, module: Module) -> str | None:
    """The key of a read of the request."""
    found: ast.expr | None = None
    if isinstance(node, ast.Subscript) and part_of(node.value, module) in DICTS:
        found = node.slice
    elif isinstance(node, ast.Call) and node.args:
        function = node.func
        if isinstance(function, ast.Attribute) and part_of(function.value, module) in DICTS:
            found = node.args[0]
    return str(found.value) if isinstance(found, ast.Constant) else None


def converts(call: ast.Call) -> bool:
    """`request.args.get("n", type=int)`."""
    given = keyword(call, "type")
    if given is None and len(call.args) > 2:
        given = call.args[2]
    return given is not None and not (isinstance(given, ast.Name) and given.id in _TEXT_TYPES)
