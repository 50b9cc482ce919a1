"""Chapter 7: a dict that outlives the request; in Flask, inside a signed cookie."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kolba.tour import fields, signed

bp = Blueprint("sessions", __name__, url_prefix="/sessions")
DRAFT_LIMITS = {"subject": 60, "message": 200}


@bp.get("/")
def index() -> str:
    """Show the session, and the cookie that it came in."""
    cookie = request.cookies.get(current_app.config["SESSION_COOKIE_NAME"], "")
    return render_template(
        "sessions.html",
        limits=DRAFT_LIMITS,
        contents=dict(session),
        parts=signed.take_apart(cookie),
        refused=bool(cookie) and not session,
        sent="sent" in request.args,
    )


@bp.post("/draft")
def keep_draft() -> ResponseReturnValue:
    """Keep a form that is not finished yet."""
    session["draft"] = {
        name: fields.text(request.form, name, limit=limit) for name, limit in DRAFT_LIMITS.items()
    }
    return redirect(url_for("sessions.index", _anchor="draft"))


@bp.post("/send")
def send() -> ResponseReturnValue:
    """Take the finished form; nothing of it needs to be kept."""
    for name, limit in DRAFT_LIMITS.items():
        fields.required(request.form, name, limit=limit)
    session.pop("draft", None)
    return redirect(url_for("sessions.index", sent=1, _anchor="draft"))


@bp.post("/clear")
def clear() -> ResponseReturnValue:
    """Empty the session; its cookie is deleted."""
    session.clear()
    return redirect(url_for("sessions.index", _anchor="contents"))


@bp.post("/forge")
def forge() -> ResponseReturnValue:
    """Do what an attacker would: put another name into the cookie, keep the signature."""
    name = current_app.config["SESSION_COOKIE_NAME"]
    response = redirect(url_for("sessions.index", _anchor="cookie"))
    forged = signed.forge(request.cookies.get(name, ""), {"user": "admin"})
    response.set_cookie(name, forged, httponly=True, samesite="Lax")
    return response
