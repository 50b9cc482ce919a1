"""json-in-double-quotes: JSON in an attribute that its own quotes end."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from kolba.check.diagnostic import Hit
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text
from kolba.check.written import is_typed
from kolba.escaping.expressions import Origin
from kolba.escaping.positions import Kind


def find(template: Template) -> Iterator[Hit]:
    if template.is_of_kolba:
        return
    for value in template.values:
        if value.origin is Origin.JSON and value.position.kind is Kind.DOUBLE_QUOTED:
            inner = _jsoned(value.node)
            if inner is not None and _has_quotes(inner, template):
                yield value.hit()


def _jsoned(node: nodes.Node) -> nodes.Node | None:
    """What `|tojson` is applied to, if nothing but `|safe` follows."""
    if isinstance(node, nodes.Filter) and node.name == "safe" and node.node is not None:
        node = node.node
    return node.node if isinstance(node, nodes.Filter) and node.name == "tojson" else None


def _has_quotes(node: nodes.Node, template: Template) -> bool:
    """Whether its JSON has double quotes for sure: it is a text, or a dict."""
    if isinstance(node, nodes.Const):
        return isinstance(node.value, str)
    is_dict = isinstance(node, nodes.Dict) and bool(node.items)
    return is_dict or is_typed(node, template.nodes)


RULE = Rule(
    code="json-in-double-quotes",
    chapter="escaping",
    message=Text(
        "{value} stands in double quotes, and the first quote of its JSON ends the attribute",
        "{value} стоит в двойных кавычках, и первая же кавычка JSON закроет атрибут",
    ),
    hint=Text(
        "Write single quotes around the attribute: data-user='{{ ...|tojson }}'",
        "Напишите вокруг атрибута одинарные кавычки: data-user='{{ ...|tojson }}'",
    ),
    why=Text(
        "`|tojson` escapes `<`, `>`, `&` and `'`, and writes texts in double quotes: the attribute "
        "is empty, and what was in the text becomes attributes of the tag.",
        "`|tojson` экранирует `<`, `>`, `&` и `'`, а строки пишет в двойных кавычках: атрибут "
        "останется пустым, а содержимое строки станет атрибутами тега.",
    ),
    bad='<div data-name="{{ user.name|tojson }}">',
    good="<div data-name='{{ user.name|tojson }}'>",
    find_in_template=find,
)
