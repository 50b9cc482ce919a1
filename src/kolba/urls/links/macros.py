"""Macros that pass one of their parameters on to `url_for`, and the calls of them.

`{% macro nav(endpoint) %}{{ url_for(endpoint) }}{% endmacro %}` makes of `{{ nav("home") }}`,
here or in a template that imports it, a link to `home`.
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from kolba.urls.links.link import Link

Macros = dict[str, tuple[int, str]]
"""A macro's name: which of its parameters is an endpoint, by place and by name."""


def passing(tree: nodes.Template) -> Macros:
    """The macros of a template that link to what they are given."""
    found: Macros = {}
    for macro in tree.find_all(nodes.Macro):
        parameters = [argument.name for argument in macro.args]
        for call in macro.find_all(nodes.Call):
            target = call.args[0] if call.args else None
            if (
                isinstance(call.node, nodes.Name)
                and call.node.name == "url_for"
                and isinstance(target, nodes.Name)
                and target.name in parameters
            ):
                found[macro.name] = (parameters.index(target.name), target.name)
    return found


def imported(tree: nodes.Template) -> Iterator[tuple[str, str, str | None]]:
    """Names by which another template's macros are called: (template, name here, name there).

    The last is None for a whole template, `{% import "x.html" as name %}`.
    """
    for whole in tree.find_all(nodes.Import):
        if isinstance(whole.template, nodes.Const):
            yield str(whole.template.value), whole.target, None
    for some in tree.find_all(nodes.FromImport):
        if isinstance(some.template, nodes.Const):
            for name in some.names:
                there, here = (name, name) if isinstance(name, str) else name
                yield str(some.template.value), here, there


def calls(tree: nodes.Template, file: str, here: Macros, others: dict[str, Macros]) -> list[Link]:
    """The links that a template makes through macros, its own and imported ones."""
    known = dict(here)
    modules: dict[str, Macros] = {}
    for template, name, there in imported(tree):
        macros = others.get(template, {})
        if there is None:
            modules[name] = macros
        elif there in macros:
            known[name] = macros[there]
    return [
        Link(file, call.lineno, endpoint, open=True, text=f"{shown}({endpoint!r})")
        for call in tree.find_all(nodes.Call)
        for parameter, shown in _called(call, known, modules)
        for endpoint in _given(call, *parameter)
    ]


def _called(
    call: nodes.Call, known: Macros, modules: dict[str, Macros]
) -> Iterator[tuple[tuple[int, str], str]]:
    node = call.node
    if isinstance(node, nodes.Name) and node.name in known:
        yield known[node.name], node.name
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        macros = modules.get(node.node.name, {})
        if node.attr in macros:
            yield macros[node.attr], f"{node.node.name}.{node.attr}"


def _given(call: nodes.Call, place: int, name: str) -> Iterator[str]:
    """The endpoint that a call of a macro names, if it is a constant."""
    given = [call.args[place]] if place < len(call.args) else []
    given += [kwarg.value for kwarg in call.kwargs if kwarg.key == name]
    for node in given:
        if isinstance(node, nodes.Const) and isinstance(node.value, str):
            yield node.value
