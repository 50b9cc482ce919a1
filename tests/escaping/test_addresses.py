"""URLs that run code: the table of cases, and what stands in their place."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup

from kolba import Kolba
from kolba.escaping.addresses import NEUTRAL, runs_code
from kolba.safety import Refusal, refused

HARMFUL = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)",
    "\tjavascript:alert(1)",
    "\x00javascript:alert(1)",
    "\x1f\x01 javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java\r\nscript:alert(1)",
    "j\na\nv\na\ns\nc\nr\ni\np\nt\n:\nalert(1)",
    "javascript://example.org/%0aalert(1)",
    "vbscript:msgbox(1)",
    "VBSCRIPT:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:,x",
    "DATA:text/html,x",
    "data:image/svg+xml,<svg onload=alert(1)>",
]
HARMLESS = [
    "",
    "/",
    "/javascript:alert(1)",
    "./javascript:x",
    "?javascript:x",
    "#javascript:x",
    "javascript",
    "javascripts:x",
    "xjavascript:x",
    "java script:x",
    "http://example.org/javascript:x",
    "https://example.org",
    "mailto:a@example.org?subject=javascript:",
    "tel:+123",
    "data",
    "data/x",
    "//example.org",
    "чай",
    "ｊavascript:x",
]


@pytest.mark.parametrize("url", HARMFUL)
def test_a_url_that_runs_code(url: str) -> None:
    """However a browser may be made to read it."""
    assert runs_code(url)


@pytest.mark.parametrize("url", HARMLESS)
def test_a_url_that_leads_somewhere(url: str) -> None:
    """What only looks like it is let through."""
    assert not runs_code(url)


def test_pictures_may_stand_in_their_url() -> None:
    """For media, `data:` with a media type is ordinary; everything else is not."""
    assert not runs_code("data:image/png;base64,AA==", media=True)
    assert not runs_code("data:image/svg+xml,<svg/>", media=True)
    assert runs_code("data:text/html,x", media=True)
    assert runs_code("javascript:x", media=True)


@pytest.fixture
def app() -> Kolba:
    return Kolba("shop")


def render(app: Flask, template: str, **values: Any) -> str:
    with app.test_request_context():
        return render_template_string(template, **values)


IN_TEMPLATES = [
    ('<a href="{{ x }}">', "javascript:f()", f'<a href="{NEUTRAL}">'),
    ("<a href='{{ x }}'>", "javascript:f()", f"<a href='{NEUTRAL}'>"),
    ('<a href=" {{ x }}">', "javascript:f()", f'<a href=" {NEUTRAL}">'),
    ('<a href="{{ x }}">', "/page?a=1&b=2", '<a href="/page?a=1&amp;b=2">'),
    ('<a href="java{{ x }}">', "script:f()", f'<a href="java{NEUTRAL}">'),
    ('<a href="{{ x }}:f()">', "javascript", f'<a href="{NEUTRAL}:f()">'),
    ('<a href="{{ x }}://a">', "https", '<a href="https://a">'),
    ('<a href="/go?to={{ x }}">', "javascript:f()", '<a href="/go?to=javascript:f()">'),
    ('<a href="https://a/{{ x }}">', "javascript:f()", '<a href="https://a/javascript:f()">'),
    ('<a title="{{ x }}">', "javascript:f()", '<a title="javascript:f()">'),
    ("<p>{{ x }}</p>", "javascript:f()", "<p>javascript:f()</p>"),
    ('<form action="{{ x }}">', "javascript:f()", f'<form action="{NEUTRAL}">'),
    ('<button formaction="{{ x }}">', "javascript:f()", f'<button formaction="{NEUTRAL}">'),
    ('<iframe src="{{ x }}">', "javascript:f()", f'<iframe src="{NEUTRAL}">'),
    ('<svg><a xlink:href="{{ x }}">', "javascript:f()", f'<svg><a xlink:href="{NEUTRAL}">'),
    ('<object data="{{ x }}">', "data:text/html,x", f'<object data="{NEUTRAL}">'),
    ('<img src="{{ x }}">', "data:image/png;base64,AA", '<img src="data:image/png;base64,AA">'),
    ('<iframe src="{{ x }}">', "data:image/svg+xml,x", f'<iframe src="{NEUTRAL}">'),
    ('<A HREF="{{ x }}">', "JAVASCRIPT:f()", f'<A HREF="{NEUTRAL}">'),
    ('<a href="{{ x|trim }}">', "javascript:f()", f'<a href="{NEUTRAL}">'),
    ('<a href="{% if x %}{{ x }}{% endif %}">', "javascript:f()", f'<a href="{NEUTRAL}">'),
    ('{% for y in [x] %}<a href="{{ y }}">{% endfor %}', "javascript:f()", f'<a href="{NEUTRAL}">'),
    ('{% set y = x %}<a href="{{ y }}">', "javascript:f()", f'<a href="{NEUTRAL}">'),
    (
        '{% macro m(y) %}<a href="{{ y }}">{% endmacro %}{{ m(x) }}',
        "javascript:f()",
        f'<a href="{NEUTRAL}">',
    ),
    ('<a href="{{ y }}{{ x }}">', "script:f()", f'<a href="java{NEUTRAL}">'),
    ('<a href="{{ y }}scr{{ x }}">', "ipt:f()", f'<a href="javascr{NEUTRAL}">'),
    ('<a href="{{ y }}{{ x }}">', "/a:b", '<a href="java/a:b">'),
    ('<a href="{{ host }}{{ x }}/">', ":8000", '<a href="http://a:8000/">'),
    (
        '<b title="{{ y }}"><a href="{{ x }}">',
        "script:f()",
        '<b title="java"><a href="script:f()">',
    ),
    (
        '<a href="{{ y }}"></a><a href="{{ x }}">',
        "script:f()",
        '<a href="java"></a><a href="script:f()">',
    ),
    (
        "{% set z = 'a' %}<a href='/{{ y }}'><a href='{{ z }}{{ x }}'>",
        "javascript:f()",
        f"<a href='/java'><a href='a{NEUTRAL}'>",
    ),
    (
        '<a href="{% if x %}{{ y }}{% endif %}{{ x }}">',
        "javascript:f()",
        f'<a href="java{NEUTRAL}">',
    ),
    ('<a href="{{ "%s"|format(x) }}">', "javascript:f()", f'<a href="{NEUTRAL}">'),
    ('<a href="{{ "%s:%d"|format(x, 1) }}">', "javascript", f'<a href="{NEUTRAL}">'),
    ('<a href="{{ "a"|replace("a", x) }}">', "javascript:f()", f'<a href="{NEUTRAL}">'),
    ('<a href="{{ ""|default(x, true) }}">', "javascript:f()", f'<a href="{NEUTRAL}">'),
    ('<a href="{{ "no"|int(x) }}">', "javascript:f()", f'<a href="{NEUTRAL}">'),
    ('{% set z = "" %}<a href="{{ z|d(x, 1) }}">', "javascript:f()", f'<a href="{NEUTRAL}">'),
    ('<a href="{{ "/%s"|format(x) }}">', "javascript:f()", '<a href="/javascript:f()">'),
    ('<a href="{{ "%d"|format(x) }}">', 7, '<a href="7">'),
    ('<a href="{{ x }}">', Markup("javascript:f()"), '<a href="javascript:f()">'),
    ('<a href="{{ x }}">', 7, '<a href="7">'),
    ('<a href="{{ x }}">', None, '<a href="None">'),
]


MADE_BY_TEMPLATES = [
    "{{ x|e }}",
    "{{ x|escape }}",
    "{{ x|forceescape }}",
    "{{ x|e|trim }}",
    "{{ (x|e) ~ '' }}",
    "{{ [x|e]|join }}",
    "{% set y = x|e %}{{ y }}",
    "{% for y in [x|e] %}{{ y }}{% endfor %}",
    "{{ m(x) }}",
    "{{ m(x)|trim }}",
    "{{ m(x) if x else '' }}",
    "{{ z }}",
    "{{ w }}",
    "{{ self.b() }}",
]
BEFORE = (
    "{% macro m(y) %}{{ y }}{% endmacro %}{% set z %}{{ x }}{% endset %}{% set w = m(x) %}"
    "<p>{% block b %}{{ x }}{% endblock %}</p>"
)


@pytest.mark.parametrize("made", MADE_BY_TEMPLATES)
def test_what_a_template_makes_of_a_value_is_no_word(app: Kolba, made: str) -> None:
    """A filter that escapes, a macro, a block: their markup is judged as the value in it is."""
    for value, link in (
        ("javascript:f()", NEUTRAL),
        ("java\tscript:f('&')", NEUTRAL),
        ("/a?b=1&c='", "/a?b=1&amp;c=&#39;"),
    ):
        page = render(app, f'{BEFORE}<a href="{made}">', x=value)
        assert page.endswith(f'<a href="{link}">')
    assert "javascript:" in render(Flask("plain"), f'{BEFORE}<a href="{made}">', x="javascript:f")


def test_what_a_call_has_in_it_is_no_word(app: Kolba) -> None:
    """Nor what a template hands to a macro as its body."""
    template = (
        '{% macro m() %}<a href="{{ caller() }}">{% endmacro %}{% call m() %}{{ x }}{% endcall %}'
    )
    assert render(app, template, x="javascript:f()") == f'<a href="{NEUTRAL}">'
    assert render(app, template, x="/a&b") == '<a href="/a&amp;b">'


@pytest.mark.parametrize(("template", "value", "expected"), IN_TEMPLATES)
def test_a_link_that_runs_code_is_neutralised(
    app: Kolba, template: str, value: Any, expected: str
) -> None:
    """In each place where a browser follows a URL; elsewhere text stays what it is."""
    assert render(app, template, x=value, y="java", host="http://a") == expected


def test_flask_writes_the_link() -> None:
    """Plain Flask escapes quotes, and the link runs."""
    page = render(Flask("plain"), '<a href="{{ x }}">', x="javascript:f()")
    assert page == '<a href="javascript:f()">'


def test_an_undefined_value_stays_undefined(app: Kolba) -> None:
    """A missing value is Jinja's to treat."""
    assert render(app, '<a href="{{ nothing }}">') == '<a href="">'


def test_it_is_told(app: Kolba, caplog: pytest.LogCaptureFixture) -> None:
    """The log and the event name the template's line, not the value."""
    heard: list[Refusal] = []
    with refused.connected_to(lambda app, refusal: heard.append(refusal), app):
        render(app, '\n\n<a href="{{ x }}">', x="javascript:secret()")
    assert [refusal.what for refusal in heard] == ["a link in <a template in a string>:3"]
    assert "neutralised" in caplog.text and "secret" not in caplog.text


def test_in_report_the_link_stays(app: Kolba, caplog: pytest.LogCaptureFixture) -> None:
    """What would be neutralised is said, and nothing changes."""
    app.config["KOLBA_ESCAPING"] = "report"
    assert render(app, '<a href="{{ x }}">', x="javascript:f()") == '<a href="javascript:f()">'
    assert "would be neutralised" in caplog.text


def test_off_is_flask(app: Kolba, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is changed, and nothing is said."""
    app.config["KOLBA_ESCAPING"] = "off"
    with caplog.at_level(logging.DEBUG):
        assert render(app, '<a href="{{ x }}">', x="javascript:f()") == '<a href="javascript:f()">'
    assert caplog.records == []
