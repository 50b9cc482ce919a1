"""value-in-handler: a text in quotes of JavaScript, in an attribute that is run."""

from __future__ import annotations

from collections.abc import Iterator

from kolba.check import javascript, sent
from kolba.check.diagnostic import Hit
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text
from kolba.check.written import is_typed
from kolba.escaping.contexts import Context
from kolba.escaping.expressions import Origin
from kolba.escaping.judge import HANDLER
from kolba.escaping.positions import LONGEST_BEFORE


def find(template: Template) -> Iterator[Hit]:
    for value in template.values_in(Context.HANDLER, Origin.ANY):
        before = value.position.before
        if len(before) < LONGEST_BEFORE and javascript.is_text(before):
            is_sent = sent.source(value.node, template) is not None
            if is_sent or is_typed(value.node, template.nodes):
                yield value.hit()


RULE = Rule(
    code="value-in-handler",
    chapter="escaping",
    message=Text(
        f"{{value}} {HANDLER.what}",
        "{value} стоит в JavaScript в атрибуте: браузер снимает экранирование HTML, прежде чем "
        "выполнить его",
    ),
    hint=Text(
        HANDLER.mend,
        "Напишите {{ ...|tojson }} без кавычек JavaScript вокруг, или атрибут data-",
    ),
    why=Text(
        "An apostrophe is escaped as `&#39;`, which the browser reads back before it runs the "
        "attribute: it ends the text, and what follows is code. `|tojson` escapes for JavaScript "
        "and needs single quotes around the attribute.",
        "Апостроф экранируется как `&#39;`, а браузер читает его обратно, прежде чем выполнить "
        "атрибут: строка кончается, дальше идёт код. `|tojson` экранирует для JavaScript, и "
        "атрибут вокруг него пишется в одинарных кавычках.",
    ),
    bad="""<button onclick="rename('{{ user.name }}')">Rename</button>""",
    good="""<button onclick='rename({{ user.name|tojson }})'>Rename</button>""",
    find_in_template=find,
)
