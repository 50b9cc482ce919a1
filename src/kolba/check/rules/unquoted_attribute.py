"""unquoted-attribute: a value in an attribute that has no quotes around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import nodes

from kolba.check.diagnostic import Hit
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text
from kolba.escaping.contexts import Context
from kolba.escaping.expressions import Origin
from kolba.escaping.judge import UNQUOTED

# What is a number, or a word of the developer's, wherever it is called so.
_HAS_NO_SPACES = re.compile(
    r"(?i)(.*_)?(?:id|pk|uid|uuid|guid|n|num|number|no|count|index|idx|i|j|k|x|y|w|h|width|height|"
    r"size|len|length|min|max|step|rows|cols|colspan|rowspan|total|page|pages|limit|offset|year|"
    r"month|day|hour|minute|age|price|amount|score|rank|level|depth|port|processes|lat|lng|lon|"
    r"code|key|endpoint|lang|locale|token|nonce|hash|slug|type|kind|mode|color|class|cls|icon|value|val)"
)


def find(template: Template) -> Iterator[Hit]:
    for value in template.values_in(Context.UNQUOTED, Origin.ANY, Origin.RAW):
        if "\0" not in value.position.attribute and _may_have_spaces(value.node):
            yield value.hit()


def _may_have_spaces(node: nodes.Expr) -> bool:
    """Whether nothing says that the value is a number or one word."""
    match node:
        case nodes.Name():
            return not _HAS_NO_SPACES.fullmatch(node.name)
        case nodes.Getattr():
            return not _HAS_NO_SPACES.fullmatch(node.attr)
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            return not _HAS_NO_SPACES.fullmatch(key)
        case nodes.Or():
            return _may_have_spaces(node.left)
    return False


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
