"""Every template is escaped whatever its name, except a declared list of text types."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask, render_template, render_template_string

from kolba import Kolba
from kolba.escaping.autoescape import TEXT_TYPES

EVIL = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"

HTML = ["a.html", "a.jinja", "a.html.j2", "a.tpl", "a", "a.mail", "a.svg", "a.xml", "A.HTML.J2"]
TEXT = [
    "a.txt",
    "a.txt.j2",
    "a.csv",
    "a.md",
    "mail/a.text.jinja",
    "a.js",
    "a.css",
    "a.json",
    "A.TXT",
]


def rendered(app: Flask, folder: Path, name: str) -> str:
    file = folder / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{{ x }}", "utf-8")
    with app.test_request_context():
        return render_template(name, x=EVIL)


@pytest.mark.parametrize("name", HTML)
def test_every_template_is_escaped(tmp_path: Path, name: str) -> None:
    """Markup in a value is text, whatever the template is called."""
    assert rendered(Kolba("x", root_path=str(tmp_path)), tmp_path, name) == ESCAPED


@pytest.mark.parametrize("name", TEXT)
def test_text_is_not_escaped(tmp_path: Path, name: str) -> None:
    """In a text, HTML's escapes would be mistakes."""
    assert rendered(Kolba("x", root_path=str(tmp_path)), tmp_path, name) == EVIL


@pytest.mark.parametrize("name", ["a.jinja", "a.html.j2", "a.tpl", "a"])
def test_flask_goes_by_five_file_types(tmp_path: Path, name: str) -> None:
    """Plain Flask writes the markup of a value into the page."""
    assert rendered(Flask("x", root_path=str(tmp_path)), tmp_path, name) == EVIL


def test_the_list_of_text_types_is_declared(tmp_path: Path) -> None:
    """`KOLBA_TEXT_TEMPLATES` replaces the list."""
    app = Kolba("x", root_path=str(tmp_path))
    app.config["KOLBA_TEXT_TEMPLATES"] = (".letter",)
    assert rendered(app, tmp_path, "a.letter") == EVIL
    assert rendered(app, tmp_path, "a.txt") == ESCAPED


def test_a_template_without_a_name_is_escaped() -> None:
    """`render_template_string` escapes, as in Flask."""
    with Kolba("x").test_request_context():
        assert render_template_string("{{ x }}", x=EVIL) == ESCAPED


def test_the_page_lists_the_text_types() -> None:
    """docs/escaping.md names each type of the default list, and no other."""
    page = (Path(__file__).parents[2] / "docs" / "escaping.md").read_text("utf-8")
    listed = page.split("Kolba escapes all, except")[1].split(", with ")[0]
    assert set(re.findall(r"`(\.\w+)`", listed)) == set(TEXT_TYPES)
