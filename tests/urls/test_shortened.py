"""A template that is read in a shorter form tells of the same links."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.parser import Parser

from kolba.urls.links import in_templates
from kolba.urls.links.in_templates import Facts
from kolba.urls.links.shortened import is_usual, may_link, shortened

LINK = "{{ url_for('home') }}"
SOURCES = {
    "a value before": "{{ user.name }}\n{{ title|upper|e }}\n" + LINK,
    "a condition around text": "{% if user %}\n<p>\n{% endif %}\n" + LINK,
    "one with an else": "{%- if user -%}a{% else %}\nb{%- endif %}" + LINK,
    "one around a value": "{% if user.name %}{{ user.name }}{% endif %}" + LINK,
    "nested": "{% for a in b %}\n{% if a %}{{ a }}{% endif %}\n{% endfor %}" + LINK,
    "an elif": "{% if a %}x{% elif b %}y{% endif %}" + LINK,
    "a condition around a link": "{% if user %}" + LINK + "{% endif %}",
    "a condition that asks first": "{% if config.SHOP %}\n{{ a.b }}\n" + LINK + "{% endif %}",
    "a condition that calls": "{% if url_for('home') %}x{% endif %}",
    "a condition with text": "{% if a == '%}' %}x{% endif %}" + LINK,
    "the name is bound": "{% for url_for in x %}a{% endfor %}" + LINK,
    "the name is a value": "{{ url_for }}{{ url_for('home') }}",
    "a macro": "{% macro nav(e) %}{{ url_for(e) }}{{ e }}{% endmacro %}{{ nav('home') }}",
    "an imported macro": "{% from 'm.html' import nav %}{{ title }}{{ nav('home') }}",
    "raw": "{% raw %}{{ a.b }}{% if a %}x{% endif %}{% endraw %}" + LINK,
    "a comment": "{# {% if a %} {{ b }} #}" + LINK + "{# {% endif %} #}",
    "values in texts": "{% set a = '{{ b }}' %}{{ url_for('home', q='{{ c }}') }}",
    "paths": "<a href=/shop>{{ a }}</a>{% if x %}<form action='/buy'>{% endif %}" + LINK,
}


def facts(source: str, text: str) -> Facts:
    tree = Parser(Environment(), text, "t.html").parse()
    return in_templates.facts(tree, "t.html", source)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_the_short_form_tells_the_same(source: str) -> None:
    """Links with their lines, macros, imports, calls and paths are those of the whole."""
    text = shortened(source)
    assert facts(source, text) == facts(source, source)
    assert text.count("\n") == source.count("\n")


def test_it_is_shorter() -> None:
    """Values, and conditions and loops around nothing else, are gone."""
    assert shortened(SOURCES["nested"]) == "\n\n" + LINK
    assert shortened(SOURCES["a value before"]) == "\n\n" + LINK


def test_every_template_of_the_tour() -> None:
    """Real templates tell the same, too."""
    home = Path(__file__).parents[2] / "src" / "kolba" / "tour" / "templates"
    sources = [path.read_text("utf-8") for path in home.rglob("*.html")]
    assert len(sources) > 10
    for source in sources:
        assert facts(source, shortened(source)) == facts(source, source)


def test_a_mistaken_end_stays_a_mistake() -> None:
    """What does not belong together is not taken away together."""
    source = "{% if a %}x{% endfor %}"
    assert shortened(source) == source


def test_its_time_is_linear() -> None:
    """Thousands of heads without an end are passed over once each."""
    source = "{% if a %}" * 20_000
    assert shortened(source) == source


def test_who_makes_no_link_is_not_read() -> None:
    """Without `url_for` and an import there is nothing but paths."""
    source = "<a href='/shop'>{{ nav('home') }}</a>"
    assert not may_link(source)
    assert in_templates.without_links(source).paths == ("/shop",)


@pytest.mark.parametrize(
    "options",
    [
        {"variable_start_string": "[["},
        {"block_start_string": "<%"},
        {"line_statement_prefix": "#"},
        {"line_comment_prefix": "##"},
    ],
)
def test_other_marks_are_read_whole(options: dict[str, str]) -> None:
    """An environment with marks of its own is not usual."""
    assert is_usual(Environment()) and not is_usual(Environment(**options))  # type: ignore[arg-type]
