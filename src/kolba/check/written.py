"""Which values of a template are texts that people type, as far as their names tell.

One decision, one table: `user.name` and `comment` are, `field.name`, `user.id` and `SITENAME`
are not. The invariant: what only may be one is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import nodes

_TYPED = frozenset(
    (
        *("name", "title", "description", "comment", "message", "text", "subject", "body"),
        *("content", "note", "notes", "query", "q", "username", "email", "author", "nickname"),
        *("filename", "summary", "bio", "caption", "firstname", "lastname", "fullname"),
        *("feedback", "answer", "question", "reply", "city", "street", "company"),
    )
)
# What the developer names, has names and titles, too.
_OF_THE_DEVELOPER = frozenset(
    (
        *("field", "action", "column", "col", "model", "view", "modelview", "table", "class"),
        *("chart", "widget", "input", "form", "module", "plugin", "config", "setting", "settings"),
        *("tab", "theme", "lang", "language", "locale", "icon", "menu", "item", "template"),
        *("page", "site", "app", "block", "endpoint", "blueprint", "method", "event", "func"),
        *("function", "param", "parameter", "option", "attr", "attribute", "css", "js", "type"),
        *("key", "var", "variable", "sort", "order", "filter", "status", "loop", "error"),
        *(
            "button",
            "btn",
            "modal",
            "dialog",
            "component",
            "element",
            "host",
            "server",
            "permission",
        ),
        *(
            "metric",
            "provider",
            "preset",
            "version",
            "env",
            "environment",
            "choice",
            "confirm",
            "confirmation",
            "section",
        ),
    )
)
_WORD = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*")
_LEFT_AS_IT_IS = frozenset(("trim", "default", "d", "lower", "upper", "title", "capitalize", "e"))


def is_typed(node: nodes.Node, found: Mapping[type[nodes.Node], list[Any]]) -> bool:
    """Whether a value is a text that somebody has typed.

    Args:
        node: its expression.
        found: the nodes of its template, by type.
    """
    while isinstance(node, nodes.Filter) and node.name in _LEFT_AS_IT_IS and node.node is not None:
        node = node.node
    if isinstance(node, nodes.Or | nodes.CondExpr):
        return is_typed(node.left if isinstance(node, nodes.Or) else node.expr1, found)
    parts = list(_parts(node))
    if not parts or "" in parts or any(part.isupper() for part in parts):
        return False
    if any(
        argument.name == parts[0] for macro in found.get(nodes.Macro, []) for argument in macro.args
    ):
        return False  # each call gives it, and often a constant
    words = _words(parts)
    around = {word for loop in found.get(nodes.For, []) for word in _looped(loop, parts[0])}
    return bool(words) and words[-1] in _TYPED and not _OF_THE_DEVELOPER & {*words, *around}


def _words(parts: list[str]) -> list[str]:
    return [word.lower() for part in parts for word in _WORD.findall(part)]


def _looped(loop: nodes.For, name: str) -> list[str]:
    """The words of what a loop takes its name from."""
    targets = [loop.target, *loop.target.find_all(nodes.Name)]
    if not any(isinstance(target, nodes.Name) and target.name == name for target in targets):
        return []
    given = [loop.iter, *loop.iter.find_all((nodes.Name, nodes.Getattr))]
    return _words([str(getattr(one, "attr", getattr(one, "name", ""))) for one in given])


def _parts(node: nodes.Node) -> Iterator[str]:
    """The names of `a.b["c"]`, the outer one first; '' for what is none."""
    match node:
        case nodes.Name():
            yield node.name
        case nodes.Getattr():
            yield from _parts(node.node)
            yield node.attr
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            yield from _parts(node.node)
            yield key
        case _:
            yield ""
