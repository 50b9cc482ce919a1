"""Chapter 8: what is the same for every request is done once, before the first."""

from __future__ import annotations

from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from kolba import (
    Blueprint,
    Form,
    Input,
    Kolba,
    Query,
    current_app,
    redirect,
    render_template,
    url_for,
)
from kolba import engine as machine
from kolba.engine.report import RouteReport
from kolba.tour import exercises
from kolba.tour.languages import label

bp = Blueprint("engine", __name__, url_prefix="/engine")


class Chosen(BaseModel):
    """Whose way is to be shown."""

    endpoint: Annotated[str, Input(list="endpoints", autocomplete="off", class_="mono")] = Field(
        "redirects.secret", title=label("engine.endpoint"), max_length=80
    )


class Hooks(BaseModel):
    """The answer to the exercise."""

    hooks: int = Field(title=label("engine.exercise_hooks"), ge=0, le=99)


def check(answer: Hooks) -> str | None:
    """Count in the plan itself."""
    route = route_of("redirects.secret")
    right = len(route.before) if route else 0
    return None if answer.hooks == right else "engine.exercise_wrong"


@bp.route("/", methods=["GET", "POST"])
def index(chosen: Query[Chosen], exercise: Form[Hooks]) -> ResponseReturnValue:
    """Show how one route of the tour runs, as `kolba explain` would print it."""
    if exercises.is_solved(bp.name, exercise, check):
        return redirect(url_for("engine.index", _anchor="exercise"))
    route = route_of(chosen.value.endpoint) if chosen.valid else None
    return render_template(
        "engine.html", chosen=chosen, exercise=exercise, route=route, endpoints=endpoints()
    )


def route_of(endpoint: str) -> RouteReport | None:
    """Return what the plan says of a route; None when there is no such route."""
    app: Kolba = current_app._get_current_object()  # type: ignore[attr-defined]
    routes = machine.explain(app).routes
    return next((route for route in routes if route.endpoint == endpoint), None)


def endpoints() -> list[str]:
    """Return the endpoints of the tour."""
    return sorted({rule.endpoint for rule in current_app.url_map.iter_rules()})
