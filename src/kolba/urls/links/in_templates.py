"""The `url_for` calls of one template, read from its syntax tree.

Every template of an app is read by itself, so what includes, imports and inheritance
bring in is read where it is written. A macro that passes its parameter on to `url_for`
is followed: its calls with a constant are links of their own (see `macros`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinja2 import nodes

from kolba.urls.links.link import UNKNOWN, Link

# A condition about one of these asks whether the link can be made at all.
_ASKS = frozenset(
    ("blueprints", "view_functions", "url_map", "extensions", "config", "endpoint", "has_endpoint")
)


def links(tree: nodes.Template, file: str, first_line: int = 1) -> list[Link]:
    """The links of a template, in their order."""
    if "url_for" in _bound(tree):
        return []
    return [
        link
        for call, guarded in _calls(tree, False)
        for link in _read(call, guarded, file, first_line)
    ]


def _calls(node: nodes.Node, guarded: bool) -> Iterator[tuple[nodes.Call, bool]]:
    if isinstance(node, nodes.Call) and _is_name(node.node, "url_for"):
        yield node, guarded
    if isinstance(node, nodes.If | nodes.CondExpr):
        guarded = guarded or _asks(node.test)
    for child in node.iter_child_nodes():
        yield from _calls(child, guarded)


def _read(call: nodes.Call, guarded: bool, file: str, first_line: int) -> Iterator[Link]:
    if not call.args:
        return
    values = {kwarg.key: _value(kwarg.value) for kwarg in call.kwargs}
    is_open = call.dyn_kwargs is not None or call.dyn_args is not None
    for endpoint in _endpoints(call.args[0]):
        yield Link(
            file=file,
            line=first_line + call.lineno - 1,
            endpoint=endpoint,
            values=values,
            open=is_open,
            guarded=guarded or call.dyn_args is not None,
            text=_text(endpoint, values, is_open),
        )


def _text(endpoint: str | None, values: dict[str, Any], is_open: bool) -> str:
    parts = ["..." if endpoint is None else repr(endpoint)]
    parts += [f"{name}={value!r}" for name, value in values.items()]
    return f"url_for({', '.join([*parts, '...'] if is_open else parts)})"


def _endpoints(node: nodes.Expr) -> list[str | None]:
    """What the first argument may be: a constant, one of two, or unknown."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, nodes.CondExpr) and node.expr2 is not None:
        return [*_endpoints(node.expr1), *_endpoints(node.expr2)]
    return [None]


def _value(node: nodes.Expr) -> Any:
    return node.value if isinstance(node, nodes.Const) else UNKNOWN


def _asks(test: nodes.Node) -> bool:
    names = {node.name for node in test.find_all(nodes.Name)}
    names |= {node.attr for node in test.find_all(nodes.Getattr)}
    if isinstance(test, nodes.Name):
        names.add(test.name)
    if isinstance(test, nodes.Getattr):
        names.add(test.attr)
    return not names.isdisjoint(_ASKS) or _is_name(test, "url_for")


def _is_name(node: nodes.Node, name: str) -> bool:
    return isinstance(node, nodes.Name) and node.name == name


def _bound(tree: nodes.Template) -> set[str]:
    """Names that the template gives a meaning of its own."""
    names = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    names |= {node.name for node in tree.find_all(nodes.Macro)}
    names |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        names |= {name if isinstance(name, str) else name[1] for name in node.names}
    return names
