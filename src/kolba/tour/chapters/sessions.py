"""Chapter 7: a dict that outlives the request; the browser holds no more than its number."""

from __future__ import annotations

from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from kolba import (
    Blueprint,
    Form,
    Input,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from kolba.tour import exercises, languages, recorder, signed
from kolba.tour.lab import sessions as lab
from kolba.tour.languages import label
from kolba.tour.login import Person

bp = Blueprint("sessions", __name__, url_prefix="/sessions")


class Letter(BaseModel):
    """A letter that can be sent."""

    subject: Annotated[str, Input(autocomplete="off")] = Field(
        title=label("sessions.subject"), min_length=1, max_length=60
    )
    message: Annotated[str, Input("textarea", rows=3)] = Field(
        title=label("sessions.message"), min_length=1, max_length=200
    )


class Draft(BaseModel):
    """The same letter, not finished yet: nothing of it needs to be there."""

    subject: str = Field("", max_length=60)
    message: str = Field("", max_length=200)


class Secret(BaseModel):
    """The answer to the exercise."""

    drink: Annotated[str, Input(autocomplete="off", autocapitalize="off")] = Field(
        title=label("sessions.exercise_drink"), min_length=1, max_length=60
    )


def check(answer: Secret) -> str | None:
    """Compare with what was put into that session."""
    right = answer.drink.strip().strip("'\"").casefold() == lab.DRINK
    return None if right else "sessions.exercise_wrong"


@bp.route("/", methods=["GET", "POST"])
def index(letter: Form[Letter], exercise: Form[Secret]) -> ResponseReturnValue:
    """Show the session, what of it the browser holds, and what it would hold with Flask."""
    if letter.valid:
        session.pop("draft", None)
        flash(languages.current().plain("sessions.sent"), "info")
        return redirect(url_for("sessions.index", _anchor="draft"))
    if exercises.is_solved(bp.name, exercise, check):
        return redirect(url_for("sessions.index", _anchor="exercise"))
    letter.fill(session.get("draft", {}))
    contents = recorder.contents()
    return render_template(
        "sessions.html",
        letter=letter,
        exercise=exercise,
        login=Form(Person, "login", one_of_several=True),
        contents=contents,
        session_number=request.cookies.get(current_app.config["SESSION_COOKIE_NAME"], ""),
        parts=signed.take_apart(lab.flask_cookie(contents)),
        riddle=lab.flask_cookie({"drink": lab.DRINK}),
    )


@bp.post("/draft")
def keep_draft(draft: Form[Draft]) -> ResponseReturnValue:
    """Keep a form that is not finished yet."""
    if draft.valid:
        session["draft"] = draft.value.model_dump()
    return redirect(url_for("sessions.index", _anchor="draft"))


@bp.post("/clear")
def clear() -> ResponseReturnValue:
    """Empty the session: its record ends, here and for every copy of its cookie."""
    session.clear()
    return redirect(url_for("sessions.index", _anchor="contents"))
