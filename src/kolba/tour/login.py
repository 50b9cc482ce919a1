"""Logging in and out: the gate of chapter 4, the visitor's name of chapter 7.

There is no password: the tour is about what a session keeps, not about who you are.
"""

from __future__ import annotations

from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field, StringConstraints

from kolba import (
    Blueprint,
    Form,
    Input,
    Kolba,
    current_identity,
    log_in,
    log_out,
    redirect_back,
    render_template,
    session,
    url_for,
)
from kolba.tour import exercises
from kolba.tour.languages import label

bp = Blueprint("login", __name__, url_prefix="/login")

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40),
    Input(autocomplete="username"),
]


class Person(BaseModel):
    """Who logs in."""

    user: Name = Field(title=label("login.user"))
    remember: bool = Field(False, title=label("login.remember"))


@bp.route("/", methods=["GET", "POST"])
def page(login: Form[Person]) -> ResponseReturnValue:
    """Ask for a name, then go to the page that met the gate, or where `next` says.

    Neither `next` nor the page that the browser came from is believed: `redirect_back`
    follows only what stays within the site.
    """
    if login.valid:
        with exercises.kept():
            log_in(login.value.user)
            session.permanent = login.value.remember
        return redirect_back(url_for("sessions.index"))
    return render_template("login.html", login=login)


@bp.post("/out")
def leave() -> ResponseReturnValue:
    """End the session, for good and wherever its cookie has been copied to."""
    with exercises.kept():
        log_out()
    return redirect_back(url_for("sessions.index"))


def init_app(app: Kolba) -> None:
    """Put the login page on the site, and tell templates who is logged in."""
    app.register_blueprint(bp)
    app.add_template_global(current_identity, "current_identity")  # type: ignore[arg-type]
