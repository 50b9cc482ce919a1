"""Chapter 2: what a visitor typed becomes text, never a part of the page's code."""

from __future__ import annotations

import re

from flask import Blueprint, render_template, request
from markupsafe import Markup, escape

from kolba.tour import fields, languages

bp = Blueprint("escaping", __name__, url_prefix="/escaping")
LIMIT = 1000
REPLACED = re.compile(r"&amp;(?:lt|gt|amp|#34|#39);")


@bp.get("/")
def index() -> str:
    """Show the answer that greets the visitor: its bytes, and how a browser draws them."""
    name = fields.text(request.args, "name", limit=LIMIT)
    if not name:
        return render_template("escaping.html", name=name, limit=LIMIT)
    return render_template(
        "escaping.html", name=name, limit=LIMIT, answer=greet(), places=places(name)
    )


@bp.get("/greet")
def greet() -> str:
    """Greet the visitor; `escape` is what makes any name harmless."""
    hello = languages.current().plain("escaping.hello")
    name = fields.text(request.args, "name", limit=LIMIT)
    return f"<p>{hello}, {escape(name)}!</p>"


def places(name: str) -> dict[str, str]:
    """Return the escaped name in the places of a page where it may stand."""
    return {
        "text": f"<p>{escape(name)}</p>",
        "quoted": f'<input value="{escape(name)}">',
        "unquoted": f"<input value={escape(name)}>",
        "link": f'<a href="{escape(name)}">',
    }


@bp.app_template_filter()
def marked(answer: str) -> Markup:
    """Return an answer to be read as text, with a mark on all that `escape` replaced."""
    return Markup(REPLACED.sub(r"<mark>\g<0></mark>", str(escape(answer))))
