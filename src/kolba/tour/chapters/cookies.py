"""Chapter 6: small texts that the browser keeps and sends back; here, two preferences."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kolba.tour import fields, languages, targets, themes
from kolba.tour.texts.tables import LANGUAGES

bp = Blueprint("cookies", __name__, url_prefix="/cookies")
LIVES = {"browser": None, "hour": 60 * 60, "year": 365 * 24 * 60 * 60}
PURPOSES = {
    themes.COOKIE: "theme",
    languages.COOKIE: "language",
    "tour_session": "session",
    "tour_visitor": "visitor",
}


@bp.get("/")
def index() -> str:
    """Show the cookies of this request, and the header that would keep the theme."""
    preview = Response()
    remember(preview, themes.COOKIE, themes.current(), "year")
    name, *attributes = preview.headers["Set-Cookie"].split("; ")
    return render_template(
        "cookies.html",
        languages=LANGUAGES,
        lives=LIVES,
        purposes=PURPOSES,
        pair=name,
        attributes=[attribute.partition("=")[::2] for attribute in attributes],
    )


@bp.post("/")
def keep() -> ResponseReturnValue:
    """Keep the preferences that came, and go back to the page where they were chosen."""
    life = fields.choice(request.form, "life", LIVES, "year")
    target = request.form.get("next", "")
    response = redirect(
        targets.within_site(target, otherwise=url_for("cookies.index", _anchor="keep"))
    )
    if "theme" in request.form:
        theme = fields.choice(request.form, "theme", themes.THEMES, "auto")
        remember(response, themes.COOKIE, theme, life)
    if "language" in request.form:
        language = fields.choice(request.form, "language", LANGUAGES, "en")
        remember(response, languages.COOKIE, language, life)
    return response


@bp.post("/forget")
def forget() -> ResponseReturnValue:
    """Delete both preferences: a cookie is deleted by one that has already expired."""
    response = redirect(url_for("cookies.index", _anchor="keep"))
    response.delete_cookie(themes.COOKIE, samesite="Lax", httponly=True)
    response.delete_cookie(languages.COOKIE, samesite="Lax", httponly=True)
    return response


def remember(response: Response, name: str, value: str, life: str) -> None:
    """Set a cookie that no script reads and no other site's form sends."""
    response.set_cookie(name, value, max_age=LIVES[life], httponly=True, samesite="Lax")
