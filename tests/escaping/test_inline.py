"""`html`: values stand as text in the pages that views write themselves."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from kolba import Kolba, html
from kolba.escaping.addresses import NEUTRAL
from kolba.escaping.inline import UnsafePlace

EVIL = "<script>alert('1')</script>"


class Field:
    def __html__(self) -> str:
        return "<input>"


MADE = [
    ("<p>Hello {name}</p>", {"name": EVIL}, f"<p>Hello {escape(EVIL)}</p>"),
    ("<p title='{x}'>", {"x": "' onclick='"}, "<p title='&#39; onclick=&#39;'>"),
    ("{x}", {"x": Markup("<b>")}, "<b>"),
    ("{x}", {"x": Field()}, "<input>"),
    ("{x.name} {y[a]}", {"x": SimpleNamespace(name="<"), "y": {"a": "&"}}, "&lt; &amp;"),
    ("{x!r}", {"x": "<"}, "&#39;&lt;&#39;"),
    ("{x:>3}|{y:.2f}", {"x": "<", "y": 1.234}, "  &lt;|1.23"),
    ("{{x}} {x}", {"x": 1}, "{x} 1"),
    ("<a href='{x}'>", {"x": "javascript:f()"}, f"<a href='{NEUTRAL}'>"),
    ('<a href="{x}://a">', {"x": "javascript"}, f'<a href="{NEUTRAL}://a">'),
    ("<a href='{x}{y}'>", {"x": "java", "y": "script:f()"}, f"<a href='java{NEUTRAL}'>"),
    (
        "<a href='{x}'><b title='{y}'>",
        {"x": "java", "y": "script:"},
        "<a href='java'><b title='script:'>",
    ),
    ("<a href='/{x}'>", {"x": "javascript:f()"}, "<a href='/javascript:f()'>"),
    ("<a href='{x}'>", {"x": Markup("javascript:f()")}, "<a href='javascript:f()'>"),
    ("<img src='{x}'>", {"x": "data:image/png,A"}, "<img src='data:image/png,A'>"),
    ("plain", {}, "plain"),
    ("", {}, ""),
    ("{x}{x}", {"x": None}, "NoneNone"),
]


@pytest.mark.parametrize(("template", "values", "expected"), MADE)
def test_values_are_escaped(template: str, values: dict[str, Any], expected: str) -> None:
    """By where they stand; what says that it is HTML stands as it is."""
    made = html(template, **values)
    assert (str(made), type(made)) == (expected, Markup)


@pytest.mark.parametrize(
    "template",
    [
        "<a class={x}>",
        "<script>f('{x}')</script>",
        "<style>a {{ color: {x} }}</style>",
        "<a onclick=\"f('{x}')\">",
        "<iframe srcdoc='{x}'>",
    ],
)
def test_a_place_that_escapes_do_not_make_safe_is_refused(template: str) -> None:
    """The error names the value, what can happen and what to write."""
    with pytest.raises(UnsafePlace, match=r"\{x\} stands in .*data- attribute"):
        html(template, x="harmless")


@pytest.mark.parametrize("template", ["{}", "{0}"])
def test_values_have_names(template: str) -> None:
    """A value without a name cannot be given."""
    with pytest.raises(UnsafePlace, match="has no name"):
        html(template)


def test_a_missing_value_is_an_error() -> None:
    """As in `str.format`."""
    with pytest.raises(KeyError):
        html("{name}")


def test_only_text_is_taken() -> None:
    """Other things are told by name."""
    with pytest.raises(TypeError, match="not bytes"):
        html(b"<p>")


def test_a_view_may_return_it() -> None:
    """It is a page like any other."""
    app = Kolba("shop")
    app.add_url_rule("/<name>", "hello", lambda name: html("<p>Hello {name}</p>", name=name))
    response = app.test_client().get("/<b>")
    assert (response.text, response.mimetype) == ("<p>Hello &lt;b&gt;</p>", "text/html")


@given(st.text(), st.sampled_from(["<p>{x}</p>", "<p title='{x}'>", '<p a="{x}" b>', "<!--{x}-->"]))
def test_no_value_adds_markup(value: str, template: str) -> None:
    """Whatever the value: as many brackets and quotes as the text itself has."""
    made = html(template, x=value)
    for mark in "<>\"'":
        assert made.count(mark) == template.count(mark)


# PEP 750's objects, as far as `html` looks at them; with the real ones on 3.14 below.
def template_string(strings: list[str], *values: Any) -> Any:
    parts = [SimpleNamespace(value=v, conversion=None, format_spec="") for v in values]
    return SimpleNamespace(strings=tuple(strings), interpolations=tuple(parts))


def test_template_strings_are_taken() -> None:
    """Their values are escaped, and their places judged."""
    assert html(template_string(["<p>", "</p>"], EVIL)) == f"<p>{escape(EVIL)}</p>"
    assert html(template_string(["<a href='", "'>"], "javascript:f()")) == f"<a href='{NEUTRAL}'>"
    with pytest.raises(UnsafePlace):
        html(template_string(["<script>", "</script>"], "x"))


@pytest.mark.skipif(sys.version_info < (3, 14), reason="template strings came with Python 3.14")
def test_real_template_strings() -> None:
    """Python's own."""
    made = eval("html(t'<p>{name} {n:.1f}</p>')", {"html": html, "name": "<", "n": 1.26})
    assert made == "<p>&lt; 1.3</p>"
