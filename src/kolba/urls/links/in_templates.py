"""What one template says of links, read from its syntax tree in one walk: plain values.

Every template of an app is read by itself, so what includes, imports and inheritance
bring in is read where it is written. For macros that pass a parameter on to `url_for`,
see `macros`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

from kolba.urls.links.link import ASKS, UNKNOWN, Link

# What stands in quotes or behind a `=` and begins with a slash, values in it and all.
_PATH = re.compile(r"""["'`=]\s*(/(?!/)(?:[^"'`\s<>{}$]|\$?\{\{?[^<>{}]*\}\}?)*)""")


@dataclass(frozen=True, slots=True)
class MacroCall:
    """A call with constants, of what may be a macro.

    Attributes:
        module: the imported template that it is of; '' for a name of its own.
        name: the macro's name.
        line: where it is called.
        args: its constant texts by place; None for others.
        kwargs: its constant texts by name.
    """

    module: str
    name: str
    line: int
    args: tuple[str | None, ...]
    kwargs: dict[str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a template says of links.

    Attributes:
        links: its `url_for` calls.
        passing: its macros that pass a parameter on: which, by place and by name.
        imported: (template, name here, name there) of what it imports; the last is None
            for a whole template.
        calls: its calls that may be of such macros.
        paths: paths of this site that stand in it as text.
    """

    links: tuple[Link, ...]
    passing: dict[str, tuple[int, str]]
    imported: tuple[tuple[str, str, str | None], ...]
    calls: tuple[MacroCall, ...]
    paths: tuple[str, ...]


def without_links(source: str) -> Facts:
    """What a template says in which no link can be."""
    return Facts((), {}, (), (), tuple(_PATH.findall(source)))


def facts(tree: nodes.Template, file: str, source: str, first_line: int = 1) -> Facts:
    """Read a template."""
    found: dict[type[nodes.Node], list[Any]] = {}
    guarded: set[int] = set()
    for node, is_guarded in _walk(tree):
        found.setdefault(type(node), []).append(node)
        if is_guarded:
            guarded.add(id(node))
    calls = found.get(nodes.Call, [])
    links: list[Link] = []
    if "url_for" not in _bound(found):
        for call in calls:
            if _is_name(call.node, "url_for"):
                links += _read(call, id(call) in guarded, file, first_line)
    return Facts(
        links=tuple(links),
        passing=dict(_passing(found.get(nodes.Macro, []))),
        imported=tuple(_imported(found)),
        calls=tuple(made for call in calls for made in _macro_call(call)),
        paths=tuple(_PATH.findall(source)),
    )


def _walk(tree: nodes.Node) -> Iterator[tuple[nodes.Node, bool]]:
    """Each node in its order, and whether it stands under a condition that asks first."""
    stack = [(tree, False)]
    while stack:
        node, guarded = stack.pop()
        yield node, guarded
        if isinstance(node, nodes.If | nodes.CondExpr):
            guarded = guarded or _asks(node.test)
        children = [(child, guarded) for child in node.iter_child_nodes()]
        stack += reversed(children)


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
    for node, _ in _walk_plain(test):
        if isinstance(node, nodes.Name) and (node.name in ASKS or node.name == "url_for"):
            return True
        if isinstance(node, nodes.Getattr) and node.attr in ASKS:
            return True
    return False


def _walk_plain(node: nodes.Node) -> Iterator[tuple[nodes.Node, bool]]:
    stack = [node]
    while stack:
        node = stack.pop()
        yield node, False
        stack += node.iter_child_nodes()


def _is_name(node: nodes.Node, name: str) -> bool:
    return isinstance(node, nodes.Name) and node.name == name


def _bound(found: dict[type[nodes.Node], list[Any]]) -> set[str]:
    """Names that the template gives a meaning of its own."""
    names = {node.name for node in found.get(nodes.Name, []) if node.ctx != "load"}
    names |= {node.name for node in found.get(nodes.Macro, [])}
    names |= {here for _, here, _ in _imported(found)}
    return names


def _passing(macros: list[nodes.Macro]) -> Iterator[tuple[str, tuple[int, str]]]:
    for macro in macros:
        parameters = [argument.name for argument in macro.args]
        for call in macro.find_all(nodes.Call):
            target = call.args[0] if call.args else None
            is_link = _is_name(call.node, "url_for") and isinstance(target, nodes.Name)
            if is_link and target.name in parameters:  # type: ignore[union-attr]
                name = target.name  # type: ignore[union-attr]
                yield macro.name, (parameters.index(name), name)


def _imported(
    found: dict[type[nodes.Node], list[Any]],
) -> Iterator[tuple[str, str, str | None]]:
    for whole in found.get(nodes.Import, []):
        if isinstance(whole.template, nodes.Const):
            yield str(whole.template.value), whole.target, None
    for some in found.get(nodes.FromImport, []):
        target = some.template.value if isinstance(some.template, nodes.Const) else ""
        for name in some.names:
            there, here = (name, name) if isinstance(name, str) else name
            yield str(target), here, there


def _macro_call(call: nodes.Call) -> Iterator[MacroCall]:
    args = tuple(_constant(argument) for argument in call.args)
    kwargs = {kwarg.key: text for kwarg in call.kwargs if (text := _constant(kwarg.value))}
    if not any(args) and not kwargs:
        return
    function = call.node
    if isinstance(function, nodes.Name):
        yield MacroCall("", function.name, call.lineno, args, kwargs)
    elif isinstance(function, nodes.Getattr) and isinstance(function.node, nodes.Name):
        yield MacroCall(function.node.name, function.attr, call.lineno, args, kwargs)


def _constant(node: nodes.Expr) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None
