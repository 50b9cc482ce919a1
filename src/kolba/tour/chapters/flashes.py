"""Chapter 5: a message that waits in the session for the next page, and is shown once."""

from __future__ import annotations

from flask import (
    Blueprint,
    flash,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from kolba.tour import fields

bp = Blueprint("flashes", __name__, url_prefix="/flashes")
CATEGORIES = ("success", "info", "warning", "error")
WAITING_LIMIT = 5  # a session is a cookie, and browsers drop cookies above 4096 bytes


@bp.get("/")
def index() -> str:
    """Show how many messages wait, and leave them waiting."""
    return page(messages=None, only="")


@bp.post("/")
def say() -> ResponseReturnValue:
    """Flash the visitor's message; show it on the next page, or let it wait."""
    message = fields.required(request.form, "message", limit=100)
    category = fields.choice(request.form, "category", CATEGORIES, "success")
    if waiting() >= WAITING_LIMIT:
        return redirect(url_for("flashes.index", full=1, _anchor="say"))
    flash(message, category)
    view = fields.choice(request.form, "then", ("show", "index"), "show")
    return redirect(url_for(f"flashes.{view}", _anchor="shown" if view == "show" else "waiting"))


@bp.get("/show")
def show() -> str:
    """Show the messages that waited, of all categories or of one. All of them are used up."""
    only = fields.choice(request.args, "only", ("", *CATEGORIES), "")
    messages = get_flashed_messages(with_categories=True, category_filter=[only] if only else ())
    return page(messages=messages, only=only)


def waiting() -> int:
    """Return how many messages wait. A look into the session does not use them up."""
    return len(session.get("_flashes", ()))


def page(**values: object) -> str:
    """Return the chapter's page."""
    return render_template(
        "flashes.html",
        categories=CATEGORIES,
        waiting=waiting(),
        full="full" in request.args,
        limit=WAITING_LIMIT,
        **values,
    )
