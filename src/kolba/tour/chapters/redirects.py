"""Chapter 4: a redirect after a form, and to the login page and back."""

from __future__ import annotations

from typing import Annotated, Literal

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from kolba import (
    Blueprint,
    Form,
    Input,
    Query,
    is_safe_target,
    login_required,
    redirect,
    render_template,
    session,
    url_for,
)
from kolba.tour import exercises
from kolba.tour.languages import label

bp = Blueprint("redirects", __name__, url_prefix="/redirects")

Tea = Literal["black", "green", "herbal"]
TEAS = {tea: label(f"redirects.tea_{tea}") for tea in ("black", "green", "herbal")}
CODES = {code: label(f"redirects.code_{code}") for code in ("303", "302")}


class Order(BaseModel):
    """What is ordered, and with which status the browser is sent on."""

    tea: Annotated[Tea, Input("select", labels=TEAS)] = Field("black", title=label("redirects.tea"))
    code: Annotated[Literal["303", "302"], Input("select", labels=CODES)] = Field(
        "303", title=label("redirects.code")
    )


class Wanted(BaseModel):
    """A target to be judged."""

    target: Annotated[str, Input(autocapitalize="off", autocomplete="off", class_="mono")] = Field(
        "", title=label("redirects.target"), max_length=2000
    )


class Way(BaseModel):
    """The answer to the exercise."""

    next: Annotated[str, Input(autocapitalize="off", autocomplete="off", class_="mono")] = Field(
        title=label("redirects.exercise_next"), min_length=1, max_length=200
    )


def check(answer: Way) -> str | None:
    """Ask the guard itself, then look where the target leads."""
    if not is_safe_target(answer.next):
        return "redirects.exercise_refused"
    here = answer.next.partition("?")[0].partition("#")[0]
    return None if here == url_for("redirects.secret") else "redirects.exercise_elsewhere"


@bp.route("/", methods=["GET", "POST"])
def index(order: Form[Order], wanted: Query[Wanted], exercise: Form[Way]) -> ResponseReturnValue:
    """Take an order and send the browser on; judge a target without following it."""
    if order.valid:
        keep(order.value.tea)
        target = url_for("redirects.index", _anchor="orders")
        return redirect(target, code=int(order.value.code))
    if exercises.is_solved(bp.name, exercise, check):
        return redirect(url_for("redirects.index", _anchor="exercise"))
    return page(order=order, wanted=wanted, exercise=exercise)


@bp.post("/unsafe")
def order_without_redirect(order: Form[Order]) -> ResponseReturnValue:
    """Take an order and answer with a page at once: reload it, and there is one more order."""
    if order.valid:
        keep(order.value.tea)
    exercise = Form(Way, "exercise", one_of_several=True)
    return page(order=order, wanted=Query(Wanted, "wanted"), exercise=exercise)


@bp.post("/forget")
def forget() -> ResponseReturnValue:
    """Forget all orders."""
    session.pop("orders", None)
    return redirect(url_for("redirects.index", _anchor="orders"))


@bp.get("/secret")
@login_required
def secret() -> ResponseReturnValue:
    """Show what only those who are logged in may see."""
    return render_template("secret.html")


def keep(tea: str) -> None:
    """Add an order to the session: its number goes on, its list keeps the last five."""
    orders = session.setdefault("orders", {"count": 0, "last": []})
    orders["count"] += 1
    orders["last"] = [*orders["last"], tea][-5:]


def page(wanted: Query[Wanted], **forms: object) -> str:
    """Return the chapter's page."""
    target = wanted.value.target if wanted.valid else ""
    return render_template(
        "redirects.html", wanted=wanted, target=target, accepted=is_safe_target(target), **forms
    )
