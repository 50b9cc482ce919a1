"""Where a value got into a page: the template's line, or the view's. For messages alone."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

from flask import current_app, request
from jinja2 import Template, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from kolba.escaping.analysis import words
from kolba.places import place as written

Rendered = list[tuple[Template, dict[str, Any]]]


def is_constant(value: str, rendered: Rendered) -> bool:
    """Whether the developer has written the very same text: then nothing is known of it."""
    texts = [source for template, _ in rendered for _, source, _ in _sources(template)]
    texts.append(_view_source()[0])
    return any(value in text for text in texts)


def place(value: str, rendered: Rendered) -> str:
    """The line of a template or a view that let `value` into the page, in words."""
    for template, context in rendered:
        for name, _, tree in _sources(template):
            for line, expression in _let_in(tree, context, value):
                return f"{{{{ {expression} }}}} in the template {name}:{line}"
        for name, held in context.items():
            if hasattr(held, "__html__") and value in str(held):
                return f"Markup that {_view()} hands to the template {template.name} as {name!r}"
    return _view()


def _let_in(tree: nodes.Template, context: dict[str, Any], value: str) -> Iterator[tuple[int, str]]:
    """Expressions of a template that are marked as HTML and hold the value."""
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            inner = part
            while isinstance(inner, nodes.Filter) and inner.node is not None:
                inner = inner.node
            held = _resolved(inner, context)
            if isinstance(held, str) and value in held and not hasattr(held, "__html__"):
                safe = any(f.name == "safe" for f in _filters(part))
                if safe or not current_app.select_jinja_autoescape(None) or _is_raw(tree, part):
                    yield part.lineno, words(part)


def _is_raw(tree: nodes.Template, part: nodes.Node) -> bool:
    """Whether a value stands in `{% autoescape false %}`."""
    for scope in tree.find_all(nodes.ScopedEvalContextModifier):
        off = any(
            isinstance(option.value, nodes.Const) and option.value.value is False
            for option in scope.options
        )
        if off and any(part is p for output in scope.find_all(nodes.Output) for p in output.nodes):
            return True
    return False


def _filters(node: nodes.Expr) -> Iterator[nodes.Filter]:
    while isinstance(node, nodes.Filter):
        yield node
        if node.node is None:
            return
        node = node.node


def _resolved(node: nodes.Node, context: dict[str, Any]) -> Any:
    """The value of a name or of a part of one; None for all else, which is not run again."""
    if isinstance(node, nodes.Name):
        return context.get(node.name)
    if isinstance(node, nodes.Getattr | nodes.Getitem):
        owner = _resolved(node.node, context)
        if isinstance(node, nodes.Getattr):
            key: Any = node.attr
        else:
            key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        try:
            return current_app.jinja_env.getitem(owner, key) if owner is not None else None
        except Exception:  # somebody's property: the message goes without it
            return None
    return None


def _sources(template: Template) -> Iterator[tuple[str, str, nodes.Template]]:
    """A template and those that it names: their names, sources and trees."""
    environment = template.environment
    waiting, seen = [template.name], set[str]()
    while waiting:
        name = waiting.pop()
        if name is None or name in seen or environment.loader is None:
            continue
        seen.add(name)
        try:
            source, _, _ = environment.loader.get_source(environment, name)
            tree = Parser(environment, source, name).parse()
        except (TemplateNotFound, TemplateSyntaxError, UnicodeDecodeError):
            continue
        yield name, source, tree
        references = tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport))
        for reference in references:
            target = getattr(reference, "template", None)
            if isinstance(target, nodes.Const) and isinstance(target.value, str):
                waiting.append(target.value)


def _view() -> str:
    """The view of this request, and the line of it that makes text, if one can be told."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return "an error handler or a hook"
    where = written(view)
    source, first = _view_source()
    shown = f"the view {where.name!r} ({where.file}:{where.line})"
    for line in _making_text(source):
        return f"{shown}, line {first + line - 1}"
    return shown


def _view_source() -> tuple[str, int]:
    view = current_app.view_functions.get(request.endpoint or "")
    try:
        lines, first = inspect.getsourcelines(inspect.unwrap(view))  # type: ignore[arg-type]
    except (OSError, TypeError):
        return "", 0
    return textwrap.dedent("".join(lines)), first


def _making_text(source: str) -> Iterator[int]:
    """Lines that put values into text: f-strings, `+`, `%`, `format`, `Markup(...)`."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="format") | ast.Name(id="Markup")):
                yield node.lineno
