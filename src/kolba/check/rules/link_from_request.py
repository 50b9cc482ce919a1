"""link-from-request: a link or a form leads to whatever address was sent, to code too."""

from __future__ import annotations

from collections.abc import Iterator

from kolba.check import sent
from kolba.check.diagnostic import Hit
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text
from kolba.check.values import at
from kolba.escaping.contexts import Context
from kolba.escaping.expressions import Origin

# Elsewhere an address is loaded, and runs nothing.
_FOLLOWED = {
    "href": ("a", "area", "base"),
    "action": ("form",),
    "formaction": ("button", "input"),
    "src": ("iframe", "embed", "script", "frame"),
    "data": ("object",),
}


def find(template: Template) -> Iterator[Hit]:
    if template.is_of_kolba:
        return
    for value in template.values_in(Context.ADDRESS, Origin.ANY):
        position = value.position
        if position.before or position.element not in _FOLLOWED.get(position.attribute, ()):
            continue
        source = sent.source(value.node, template)
        if source is not None and source.whole and source.kind != "path_parameter":
            yield at(value.node, value=value.shown, source=source.text)


RULE = Rule(
    code="link-from-request",
    chapter="escaping",
    message=Text(
        "{value} is the address that {source} says, and javascript:... is one",
        "{value} — адрес, который задаёт {source}, а javascript:... — тоже адрес",
    ),
    hint=Text(
        "Make the link with url_for, or let the view take only paths of this site",
        "Сделайте ссылку через url_for или пропускайте в представлении только пути своего сайта",
    ),
    why=Text(
        "Escaping changes nothing in `javascript:alert(1)`: whoever follows the link runs it as "
        "your site. `kolba.Kolba` makes such a link harmless when the page is rendered.",
        "Экранирование не меняет `javascript:alert(1)`: кто перейдёт по ссылке, выполнит его от "
        "имени вашего сайта. `kolba.Kolba` обезвреживает такую ссылку, когда собирает страницу.",
    ),
    bad='<a href="{{ request.args.next }}">Back</a>',
    good="""<a href="{{ url_for('index') }}">Back</a>""",
    find_in_template=find,
)
