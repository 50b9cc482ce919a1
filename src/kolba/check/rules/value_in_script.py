"""value-in-script: a text in quotes inside of `<script>`, where HTML's escapes are no escapes."""

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
from kolba.escaping.judge import SCRIPT


def find(template: Template) -> Iterator[Hit]:
    for value in template.values_in(Context.SCRIPT, Origin.ANY):
        before = template.before(value.node)
        is_text = is_typed(value.node, template.nodes) and javascript.is_text(before)
        if is_text or sent.source(value.node, template) is not None:
            yield value.hit()


RULE = Rule(
    code="value-in-script",
    chapter="escaping",
    message=Text(
        f"{{value}} {SCRIPT.what}",
        "{value} стоит в скрипте, где экранирование HTML не действует",
    ),
    hint=Text(SCRIPT.mend, "Напишите {{ ...|tojson }} без кавычек вокруг"),
    why=Text(
        "JavaScript knows no `&#39;`: O'Brien is shown as `O&#39;Brien`, a backslash at the end "
        "takes the closing quote away, and a line break stops the script.",
        "JavaScript не знает `&#39;`: O'Brien покажется как `O&#39;Brien`, обратная черта в конце "
        "отменит закрывающую кавычку, а перевод строки остановит скрипт.",
    ),
    bad="""<script>greet("{{ user.name }}")</script>""",
    good="""<script>greet({{ user.name|tojson }})</script>""",
    find_in_template=find,
)
