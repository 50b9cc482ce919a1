"""Chapter 1: URLs are built from endpoints, never written by hand."""

from __future__ import annotations

from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from kolba import (
    Blueprint,
    Form,
    Input,
    Query,
    redirect,
    render_template,
    url_for,
)
from kolba.tour import building, exercises
from kolba.tour.languages import label

bp = Blueprint("urls", __name__, url_prefix="/urls")
CODE = {"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false", "class_": "mono"}


class Call(BaseModel):
    """The call of `url_for` that a visitor puts together."""

    view: Annotated[str, Input(list="endpoints", **CODE)] = Field(
        "urls.item", title=label("urls.endpoint"), max_length=80
    )
    arguments: Annotated[str, Input("textarea", rows=3, lang="en", **CODE)] = Field(
        "number=7",
        title=label("urls.arguments"),
        description=label("urls.arguments_hint"),
        max_length=400,
    )
    external: bool = Field(False, title=label("urls.external"))
    build: bool = False


class Address(BaseModel):
    """The answer to the exercise."""

    path: Annotated[str, Input(**CODE)] = Field(
        title=label("urls.exercise_path"), min_length=1, max_length=200
    )


def check(answer: Address) -> str | None:
    """Compare with what `url_for` itself makes of it."""
    if answer.path == url_for("urls.person", name="Anna Maria"):
        return None
    return "urls.exercise_space" if "Anna Maria" in answer.path else "urls.exercise_wrong"


@bp.route("/", methods=["GET", "POST"])
def index(call: Query[Call], exercise: Form[Address]) -> ResponseReturnValue:
    """Build a URL from the visitor's endpoint and arguments."""
    if exercises.is_solved(bp.name, exercise, check):
        return redirect(url_for("urls.index", _anchor="exercise"))
    built = None
    if call.valid and call.value.build:
        value = call.value
        built = building.build(value.view, value.arguments, external=value.external)
    return render_template("urls.html", call=call, exercise=exercise, built=built)


@bp.get("/items/<int:number>")
def item(number: int) -> str:
    """Answer the URLs whose last part is a whole number."""
    return render_template("matched.html", arguments={"number": number})


@bp.get("/people/<name>")
def person(name: str) -> str:
    """Answer the URLs whose last part is a text without slashes."""
    return render_template("matched.html", arguments={"name": name})


@bp.get("/files/<path:path>")
def file(path: str) -> str:
    """Answer the URLs that end in a path, slashes and all."""
    return render_template("matched.html", arguments={"path": path})
