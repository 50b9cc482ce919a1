"""template-not-escaped: Flask escapes by a template's ending, and this one has another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jinja2 import nodes

from kolba.check import sent
from kolba.check.diagnostic import Hit, at
from kolba.check.project import Project
from kolba.check.renders import Render
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text
from kolba.check.values import Value
from kolba.check.written import is_typed
from kolba.escaping.expressions import Origin
from kolba.escaping.positions import Kind

ESCAPED = (".html", ".htm", ".xml", ".xhtml", ".svg")
_PAGE = re.compile(r"<(?:!doctype|html|body|head|main|div|section|article|p|table|ul|h1)\b", re.I)


def find(project: Project) -> Iterator[Hit]:
    if any("autoescape" in m.source or "kolba" in m.packages for m in project):
        return
    for template in project.templates:
        if template.name.lower().endswith(ESCAPED) or not _PAGE.search(template.source):
            continue
        values = [value for value in template.values if _needs_escapes(value, template)]
        for render in project.renders.get(template.name, ()):
            given = {"request", *(name for name, _ in render.values())}
            value = next((value for value in values if _root(value.node) in given), None)
            if value is not None and _is_answer(render):
                yield at(render.call, render.module.path, name=template.name, value=value.shown)


def _needs_escapes(value: Value, template: Template) -> bool:
    """Whether it is text that somebody has typed, in the page's own text or in an attribute."""
    if not value.escaped or value.position.kind in (Kind.UNKNOWN, Kind.RAW, Kind.COMMENT):
        return False
    if value.origin is not Origin.ANY or any(f.name in ("e", "escape") for f in _filters(value)):
        return False
    is_sent = sent.source(value.node, template) is not None
    return is_sent or is_typed(value.node, template.nodes)


def _root(node: nodes.Node) -> str:
    """The name that a value begins with."""
    name = node if isinstance(node, nodes.Name) else next(node.find_all(nodes.Name), None)
    return "" if name is None else name.name


def _filters(value: Value) -> Iterator[nodes.Filter]:
    if isinstance(value.node, nodes.Filter):
        yield value.node
    yield from value.node.find_all(nodes.Filter)


def _is_answer(render: Render) -> bool:
    """Whether a view returns it as it is, which makes it a page."""
    parent = render.module.parents.get(render.call)
    return isinstance(parent, ast.Return) and render.module.view(render.call) is not None


RULE = Rule(
    code="template-not-escaped",
    chapter="escaping",
    message=Text(
        "Flask does not escape {name}, whose name has another ending: {value} becomes HTML",
        "Flask не экранирует {name}, у которого другое окончание: {value} становится HTML",
    ),
    hint=Text(
        "Call the file .html, or write |e behind its values",
        "Назовите файл .html или пишите |e за его значениями",
    ),
    why=Text(
        "Flask escapes in .html, .htm, .xml, .xhtml and .svg, and in no other file: in `page.j2` "
        "and `page.html.j2` a visitor's `<script>` runs.",
        "Flask экранирует в .html, .htm, .xml, .xhtml и .svg, а в других файлах нет: в `page.j2` "
        "и `page.html.j2` присланный `<script>` выполнится.",
    ),
    bad='return render_template("profile.j2", user=user)',
    good='return render_template("profile.html", user=user)',
    find_in_project=find,
)
