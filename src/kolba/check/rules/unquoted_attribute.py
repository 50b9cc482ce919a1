"""unquoted-attribute: a text in an attribute that has no quotes around it."""

from __future__ import annotations

from collections.abc import Iterator

from kolba.check import sent
from kolba.check.diagnostic import Hit
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text
from kolba.check.written import is_typed
from kolba.escaping.contexts import Context
from kolba.escaping.expressions import Origin
from kolba.escaping.judge import UNQUOTED


def find(template: Template) -> Iterator[Hit]:
    for value in template.values_in(Context.UNQUOTED, Origin.ANY, Origin.RAW):
        is_sent = sent.source(value.node, template) is not None
        if is_sent or is_typed(value.node, template.nodes):
            yield value.hit()


RULE = Rule(
    code="unquoted-attribute",
    chapter="escaping",
    message=Text(
        f"{{value}} {UNQUOTED.what}",
        "{value} стоит в атрибуте без кавычек: пробел в нём начинает другой атрибут",
    ),
    hint=Text(UNQUOTED.mend, 'Поставьте вокруг кавычки: name="{{ ... }}"'),
    why=Text(
        "Escaping knows nothing of spaces: `a onfocus=...` becomes a second attribute, which runs "
        "code; `Anna Maria` is cut after `Anna`.",
        "Экранирование не трогает пробелы: `a onfocus=...` станет вторым атрибутом и выполнит "
        "код, а от `Анна Мария` останется `Анна`.",
    ),
    bad='<input name="city" value={{ city }}>',
    good='<input name="city" value="{{ city }}">',
    find_in_template=find,
)
