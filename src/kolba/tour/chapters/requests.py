"""Chapter 3: GET asks, POST sends, and no field is sure to come."""

from __future__ import annotations

from typing import Annotated, Literal

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from werkzeug.datastructures import MultiDict

from kolba import (
    Blueprint,
    Form,
    Input,
    Query,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from kolba.tour import exercises
from kolba.tour.languages import label

bp = Blueprint("requests", __name__, url_prefix="/requests")
FORMS = ("full", "short", "extra")
EXPECTED = ("name", "city")


class Choice(BaseModel):
    """Which form the page shows: whole, without a field, or with one too many."""

    form: Literal["full", "short", "extra"] = "full"


class Order(BaseModel):
    """The same two fields, as a model: what is missing or too much never gets to the view."""

    name: str = Field(title=label("requests.name"), min_length=1, max_length=80)
    city: str = Field(title=label("requests.city"), min_length=1, max_length=80)


class Default(BaseModel):
    """The answer to the exercise."""

    call: Annotated[str, Input(autocomplete="off", autocapitalize="off", class_="mono")] = Field(
        title=label("requests.exercise_call"), min_length=1, max_length=80
    )


def check(answer: Default) -> str | None:
    """Take the call apart; it is read, never run."""
    written = answer.call.replace(" ", "").replace('"', "'")
    if written == "request.form.get('city','Moscow')":
        return None
    if "[" in written:
        return "requests.exercise_brackets"
    return "requests.exercise_default" if "get('city')" in written else "requests.exercise_wrong"


@bp.route("/", methods=["GET", "POST"])
def index(choice: Query[Choice], exercise: Form[Default]) -> ResponseReturnValue:
    """Show the form that the visitor chose, and the routes of this chapter."""
    if exercises.is_solved(bp.name, exercise, check):
        return redirect(url_for("requests.index", _anchor="exercise"))
    form = choice.value.form if choice.valid else "full"
    routes = [
        rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith("requests.")
    ]
    return render_template(
        "requests.html", form=form, forms=FORMS, routes=routes, exercise=exercise
    )


@bp.get("/order")
def show_order() -> str:
    """Answer the form sent by GET: its fields are in the URL, in `request.args`."""
    return arrived("args", request.args)


@bp.post("/order")
def take_order() -> str:
    """Answer the form sent by POST: its fields are in the body, in `request.form`."""
    return arrived("form", request.form)


@bp.post("/strict")
def strict_order() -> str:
    """Read the form with `[]`: a missing key ends in 400 before the page is made."""
    name, city = request.form["name"], request.form["city"]
    return render_template("strict.html", name=name, city=city)


@bp.route("/typed", methods=["GET", "POST"])
def typed_order(order: Form[Order]) -> str:
    """Have the form judged by its model: refused, it comes back filled (422)."""
    return render_template("typed.html", order=order)


def arrived(source: str, sent: MultiDict[str, str]) -> str:
    """Return the page that says what `.get(key)` and `[key]` find in what was sent."""
    extra = [key for key in sent if key not in EXPECTED]
    return render_template("order.html", source=source, sent=sent, expected=EXPECTED, extra=extra)
