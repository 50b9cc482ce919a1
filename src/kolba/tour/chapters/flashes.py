"""Chapter 5: a message that waits for the next page, and is shown once."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field, StringConstraints

from kolba import Blueprint, Form, Input, Query, flash, redirect, render_template, url_for
from kolba.tour import exercises
from kolba.tour.lab import flashes as lab
from kolba.tour.languages import label

bp = Blueprint("flashes", __name__, url_prefix="/flashes")

Category = Literal["success", "info", "warning", "error"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
NAMES = {name: label(f"flashes.category_{name}") for name in CATEGORIES}
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Note(BaseModel):
    """A message to be left, and whether the next page is to show it."""

    message: Annotated[Text, Input(autocomplete="off")] = Field(title=label("flashes.message"))
    category: Annotated[Category, Input("select", labels=NAMES)] = Field(
        "success", title=label("flashes.category")
    )
    then: Literal["show", "wait"] = "show"


class Filter(BaseModel):
    """Which messages to show."""

    only: Annotated[
        Literal["", "success", "info", "warning", "error"],
        Input("select", labels={"": label("flashes.only_all"), **NAMES}),
    ] = Field("", title=label("flashes.only"))


class Left(BaseModel):
    """The answer to the exercise."""

    left: int = Field(title=label("flashes.exercise_left"), ge=0, le=9)


def check(answer: Left) -> str | None:
    """Really leave three messages with a small app, filter them, and count what is left."""
    return None if answer.left == lab.left_by_filter() else "flashes.exercise_wrong"


@bp.route("/", methods=["GET", "POST"])
def index(say: Form[Note], exercise: Form[Left]) -> ResponseReturnValue:
    """Flash the visitor's message; send on to the page that shows it, or let it wait."""
    if say.valid:
        flash(say.value.message, say.value.category)
        if say.value.then == "show":
            return redirect(url_for("flashes.show", _anchor="shown"))
        return redirect(url_for("flashes.index", _anchor="show"))
    if exercises.is_solved(bp.name, exercise, check):
        return redirect(url_for("flashes.show", _anchor="exercise"))
    return page(say=say, exercise=exercise, filter=Query(Filter, "filter"), shows=False)


@bp.get("/show")
def show(filter: Query[Filter], say: Form[Note], exercise: Form[Left]) -> str:
    """Show the messages that waited, of all categories or of one; the others wait on."""
    return page(say=say, exercise=exercise, filter=filter, shows=True)


def page(filter: Query[Filter], **values: object) -> str:
    """Return the chapter's page."""
    only = filter.value.only if filter.valid else ""
    return render_template(
        "flashes.html", categories=CATEGORIES, filter=filter, only=only, **values
    )
