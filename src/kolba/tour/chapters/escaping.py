"""Chapter 2: what a visitor typed becomes text, never a part of the page's code."""

from __future__ import annotations

import re
from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from kolba import (
    Blueprint,
    Form,
    Input,
    Markup,
    Query,
    escape,
    html,
    redirect,
    render_template,
    url_for,
)
from kolba.tour import exercises, languages
from kolba.tour.languages import label

bp = Blueprint("escaping", __name__, url_prefix="/escaping")
LIMIT = 1000
RIDDLE = '<b>"Tea" & milk</b>'
REPLACED = re.compile(r"&amp;(?:lt|gt|amp|#34|#39);")
CODE = {"autocapitalize": "off", "spellcheck": "false", "class_": "mono"}


class Hello(BaseModel):
    """Whom to greet."""

    name: Annotated[str, Input("textarea", rows=2, lang="", **CODE)] = Field(
        "", title=label("escaping.name"), max_length=LIMIT
    )


class Escaped(BaseModel):
    """The answer to the exercise."""

    text: Annotated[str, Input(autocomplete="off", **CODE)] = Field(
        title=label("escaping.exercise_text"), min_length=1, max_length=200
    )


def check(answer: Escaped) -> str | None:
    """Compare with what `escape` makes of it; `&quot;` is as good as `&#34;`."""
    if answer.text.replace("&quot;", "&#34;") == escape(RIDDLE):
        return None
    return "escaping.exercise_amp" if "& " in answer.text else "escaping.exercise_wrong"


@bp.route("/", methods=["GET", "POST"])
def index(hello: Query[Hello], exercise: Form[Escaped]) -> ResponseReturnValue:
    """Show the answer that greets the visitor: its bytes, and how a browser draws them."""
    if exercises.is_solved(bp.name, exercise, check):
        return redirect(url_for("escaping.index", _anchor="exercise"))
    name = hello.value.name if hello.valid else ""
    return render_template(
        "escaping.html",
        hello=hello,
        exercise=exercise,
        riddle=RIDDLE,
        name=name,
        answer=greeting(name) if name else "",
        places=places(name) if name else {},
    )


@bp.get("/greet")
def greet(hello: Query[Hello]) -> ResponseReturnValue:
    """Greet the visitor, in an answer of its own."""
    return greeting(hello.value.name) if hello.valid else ("", 400)


def greeting(name: str) -> Markup:
    """Return the answer; `html` escapes what is put into it, so any name is harmless."""
    return html("<p>{hello}, {name}!</p>", hello=languages.current()("escaping.hello"), name=name)


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
    return Markup(REPLACED.sub(r"<mark>\g<0></mark>", str(escape(str(answer)))))
