"""Chapter 6: small texts that the browser keeps and sends back; here, two preferences."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from kolba import Blueprint, Form, Input, redirect, redirect_back, render_template, request, url_for
from kolba.tour import exercises, preferences
from kolba.tour.languages import label

bp = Blueprint("cookies", __name__, url_prefix="/cookies")
THEMES = {name: label(f"common.theme_{name}") for name in preferences.THEMES}
LANGUAGES = {"auto": label("cookies.language_auto"), "en": "English", "ru": "Русский"}
PURPOSES = {
    preferences.theme.name: "theme",
    preferences.language.name: "language",
    "tour_session": "session",
    "tour_visitor": "visitor",
    "last_login": "last_login",
}
DAY = 24 * 60 * 60


class Preferences(BaseModel):
    """What may be kept: either, or both. The buttons on top of each page send one."""

    theme: Annotated[preferences.Theme | None, Input("select", labels=THEMES)] = Field(
        None, title=label("common.theme")
    )
    language: Annotated[preferences.Language | None, Input("select", labels=LANGUAGES)] = Field(
        None, title=label("common.language")
    )


class Header(BaseModel):
    """The answer to the exercise."""

    header: Annotated[
        str,
        Input(
            "textarea", rows=2, lang="en", autocapitalize="off", spellcheck="false", class_="mono"
        ),
    ] = Field(title=label("cookies.exercise_header"), min_length=1, max_length=200)


def check(answer: Header) -> str | None:
    """Read the header as Python's own parser does, and say what it still lacks."""
    try:
        cookies = SimpleCookie(answer.header.partition("Set-Cookie:")[2] or answer.header)
    except CookieError:
        return "cookies.exercise_wrong"
    city = cookies.get("city")
    if city is None or city.value != "Moscow":
        return "cookies.exercise_wrong"
    if city["max-age"] != str(DAY):
        return "cookies.exercise_age"
    if not city["httponly"]:
        return "cookies.exercise_scripts"
    return None if city["samesite"].lower() in {"lax", "strict"} else "cookies.exercise_foreign"


@bp.route("/", methods=["GET", "POST"])
def index(keep: Form[Preferences], exercise: Form[Header]) -> ResponseReturnValue:
    """Keep the preferences that came, and go back to the page where they were chosen."""
    if keep.valid:
        if keep.value.theme:
            preferences.theme.set(keep.value.theme)
        if keep.value.language:
            preferences.language.set(keep.value.language)
        return redirect_back(url_for("cookies.index", _anchor="keep"))
    if exercises.is_solved(bp.name, exercise, check):
        return redirect(url_for("cookies.index", _anchor="exercise"))
    keep.fill(theme=preferences.theme.get(), language=preferences.language.get())
    declared = (preferences.theme.facts(), preferences.language.facts())
    return render_template(
        "cookies.html", keep=keep, exercise=exercise, purposes=PURPOSES, declared=declared
    )


@bp.post("/forget")
def forget() -> ResponseReturnValue:
    """Delete both: a cookie is deleted by one that has already expired."""
    preferences.theme.delete()
    preferences.language.delete()
    return redirect(url_for("cookies.index", _anchor="keep"))


@bp.app_template_global()
def cookies_of_request() -> list[tuple[str, str]]:
    """Return what the browser has sent, in its order."""
    return list(request.cookies.items(multi=True))
