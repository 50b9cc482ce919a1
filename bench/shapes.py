"""The shapes of templates that are measured: the page of J4 and ten ways to fill a page.

Written as their users would write them; every shape is rendered by stock Jinja and by the cheaper
code in the same process, and both must say the same before either is timed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.apps import ROWS

PAGES = Path(__file__).parent / "apps" / "templates" / "flask"


@dataclass(frozen=True)
class Shape:
    """A page to render, the templates it is made of, and what the view passes."""

    name: str
    templates: dict[str, str]
    context: dict[str, Any] = field(default_factory=dict)


class Product:
    """A row as an ORM gives it: attributes."""

    def __init__(self, number: int) -> None:
        self.id = number
        self.name = f"Product {number}"
        self.price = number * 7.5
        self.note = f"in stock: {number * 3} & more"
        self.active = number % 2 == 0


def shapes() -> tuple[Shape, ...]:
    """All shapes, J4 first."""
    return (_j4(), _small(), _table(10), _table(100), *_MORE)


def _j4() -> Shape:
    pages = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.html")}
    return Shape(
        "J4 page", {**pages, "main.html": pages["page.html"]}, {"user": "ada", "rows": ROWS}
    )


def _small() -> Shape:
    return Shape("small page", {"main.html": "<h1>Hello, {{ user }}!</h1>"}, {"user": "ada"})


def _table(count: int) -> Shape:
    source = (
        "<table>{% for row in rows %}\n<tr><td>{{ row.name }}</td><td>{{ row.price }}</td>"
        "<td>{{ row.note }}</td></tr>{% endfor %}\n</table>"
    )
    rows = [ROWS[i % len(ROWS)] for i in range(count)]
    return Shape(f"table {count} dicts x 3", {"main.html": source}, {"rows": rows})


def _sqlite_rows() -> list[sqlite3.Row]:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    values = [(row["name"], row["price"], row["note"]) for row in ROWS]
    placeholders = " union all ".join(["select ? as name, ? as price, ? as note"] * len(values))
    return connection.execute(placeholders, [v for row in values for v in row]).fetchall()


_PRODUCTS = [Product(number) for number in range(20)]

_OBJECTS = """<ul>{% for p in products %}
<li id="{{ p.id }}">{{ p.name }} {{ p.price }} {{ p.note }} {{ p.active }}</li>{% endfor %}</ul>"""

_LOOP_VARIABLE = """{% for p in names %}
<li class="{{ loop.cycle('odd', 'even') }}">{{ loop.index }}: {{ p }}{% if not loop.last %},{% endif %}
{%- if loop.first %} (first){% endif %}</li>{% endfor %}"""

_MACROS = """{% macro input(name, value='', type='text') -%}
<input type="{{ type }}" name="{{ name }}" value="{{ value }}">{%- endmacro %}
{% macro label(text) %}<label>{{ text }}</label>{% endmacro %}"""

_FORM = """{% from "macros.html" import input, label %}
{{ label('Name') }}{{ input('name', user) }}{{ label('Mail') }}{{ input('mail', type='email') }}
{{ label('Password') }}{{ input('password', type='password') }}{{ input('go', 'Go', 'submit') }}"""

_INCLUDES = {
    "main.html": "{% for i in (1, 2, 3) %}{% include 'card.html' %}{% endfor %}{% include 'foot.html' %}",
    "card.html": "<div>{% include 'head.html' %}{{ i }}{% include 'tail.html' %}</div>{% include 'line.html' %}",
    "head.html": "<h2>{{ title }}</h2>",
    "tail.html": "<p>{{ user }}</p>",
    "line.html": "<hr>",
    "foot.html": "<footer>{{ user }}</footer>",
}

_INHERITANCE = {
    "base.html": """<title>{% block title %}Site{% endblock %}</title>{% block head %}<meta>{% endblock %}
{% block body %}{% endblock %}{% block foot %}<footer>{{ user }}</footer>{% endblock %}""",
    "section.html": """{% extends "base.html" %}{% block title %}Section - {{ super() }}{% endblock %}
{% block body %}<main>{% block content %}{% endblock %}</main>{% endblock %}""",
    "main.html": """{% extends "section.html" %}{% block head %}{{ super() }}<link>{% endblock %}
{% block content %}<h1>{{ title }}</h1>{% endblock %}""",
}

_TEXT = "{% for paragraph in paragraphs %}<p>{{ paragraph }}</p>\n{% endfor %}"

_FILTERS = """{% for row in rows %}{{ row.name|upper }} {{ row.name|length }} {{ row.note|truncate(12) }}
{{ row.price|default('-') }} {{ row.note|replace('in', 'on') }} {{ row.name|e }} {{ row.note|title }}
{{ row.price|float|round(1) }}{% endfor %}"""

_URLS = """<a href="{{ url_for('hello') }}">Home</a><a href="{{ url_for('page') }}">Page</a>
<a href="{{ url_for('login_form') }}">Log in</a><a href="{{ url_for('item', n=42) }}">Item</a>
<a href="{{ url_for('static', filename='site.css') }}">Style</a>
{% for n in numbers %}<a href="{{ url_for('item', n=n) }}">{{ n }}</a>{% endfor %}"""

_MORE = (
    Shape("20 objects x 5 attributes", {"main.html": _OBJECTS}, {"products": _PRODUCTS}),
    Shape(
        "loop variable x 20", {"main.html": _LOOP_VARIABLE}, {"names": [p.name for p in _PRODUCTS]}
    ),
    Shape("7 macro calls, imported", {"main.html": _FORM, "macros.html": _MACROS}, {"user": "ada"}),
    Shape("13 includes, nested", _INCLUDES, {"title": "Card", "user": "ada"}),
    Shape("inheritance of 3, 2 super()", _INHERITANCE, {"title": "Page", "user": "ada"}),
    Shape("10 sqlite3.Row x 3", _table(10).templates, {"rows": _sqlite_rows()}),
    Shape("text 8 x 0.8 kB", {"main.html": _TEXT}, {"paragraphs": ["Lorem ipsum, " * 62] * 8}),
    Shape("8 filters x 10 rows", {"main.html": _FILTERS}, {"rows": ROWS}),
    Shape("5 constant + 10 dynamic URLs", {"main.html": _URLS}, {"numbers": range(10)}),
)
