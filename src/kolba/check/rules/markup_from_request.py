"""markup-from-request: a template shows what was sent without escaping it."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from kolba.check import sent
from kolba.check.diagnostic import Hit
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text
from kolba.check.values import at
from kolba.escaping.positions import Kind


def find(template: Template) -> Iterator[Hit]:
    for value in template.values:
        is_raw = _is_marked(value.node) or not value.escaped
        if not is_raw or value.position.kind is Kind.COMMENT or _is_escaped(value.node):
            continue
        source = sent.source(value.node, template)
        if source is not None:
            yield at(value.node, value=value.shown, source=source.text)


def _is_marked(node: nodes.Node) -> bool:
    """Whether `|safe` is the last thing that is done to it."""
    match node:
        case nodes.Filter(name="safe"):
            return True
        case nodes.CondExpr(expr1=one, expr2=other):
            return _is_marked(one) or (other is not None and _is_marked(other))
    return False


def _is_escaped(node: nodes.Node) -> bool:
    found = [node, *node.find_all(nodes.Filter)]
    names = {one.name for one in found if isinstance(one, nodes.Filter)}
    return bool(names & {"e", "escape", "forceescape", "striptags", "tojson", "urlencode"})


RULE = Rule(
    code="markup-from-request",
    chapter="escaping",
    message=Text(
        "{value} shows {source} unescaped: what was sent becomes HTML",
        "{value} показывает {source} без экранирования: присланное становится HTML",
    ),
    hint=Text(
        "Leave |safe out; where HTML is wanted, clean it in the view, with nh3 for one",
        "Уберите |safe; если нужен HTML, очистите его в представлении, например библиотекой nh3",
    ),
    why=Text(
        "A link with `<script>` in the value runs it as your site: it reads the page and posts "
        "forms in the visitor's name.",
        "Ссылка со `<script>` в значении выполнит его от имени вашего сайта: прочтёт страницу и "
        "отправит формы за посетителя.",
    ),
    bad="<h1>Results for {{ request.args.q|safe }}</h1>",
    good="<h1>Results for {{ request.args.q }}</h1>",
    find_in_template=find,
)
