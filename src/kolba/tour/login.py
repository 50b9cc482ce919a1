"""Logging in and out: the gate of chapter 4, the visitor's name of chapter 7.

There is no password: the tour is about what a session keeps, not about who you are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, Flask, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kolba.tour import fields, targets

bp = Blueprint("login", __name__, url_prefix="/login")
P = ParamSpec("P")


def login_required(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Send visitors who are not logged in to the login page, and note where they wanted to go."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if "user" not in session:
            return redirect(url_for("login.page", next=request.path))
        return view(*args, **kwargs)

    return guarded


@bp.get("/")
def page() -> str:
    """Ask for a name; say at once what will become of `next`."""
    target = request.args.get("next", "")
    return render_template("login.html", target=target, refusal=targets.examine(target))


@bp.post("/")
def log_in() -> ResponseReturnValue:
    """Remember the visitor, and go where they wanted to; a foreign target is explained instead."""
    session["user"] = fields.required(request.form, "user", limit=40)
    if "remember" in request.form:
        session.permanent = True
    target = request.form.get("next", "")
    if target and targets.examine(target):
        shown = target[: targets.LIMIT + 1]
        return redirect(url_for("redirects.index", target=shown, _anchor="next"))
    return redirect(target or url_for("sessions.index"))


@bp.post("/out")
def log_out() -> ResponseReturnValue:
    """Forget the visitor, and keep the rest of the session."""
    session.pop("user", None)
    target = request.form.get("next", "")
    return redirect(targets.within_site(target, otherwise=url_for("sessions.index")))


def init_app(app: Flask) -> None:
    """Put the login page on the site."""
    app.register_blueprint(bp)
