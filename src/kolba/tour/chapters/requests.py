"""Chapter 3: GET asks, POST sends, and no field is sure to come."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request
from werkzeug.datastructures import MultiDict

from kolba.tour import fields

bp = Blueprint("requests", __name__, url_prefix="/requests")
FORMS = ("full", "short", "extra")
EXPECTED = ("name", "city")


@bp.get("/")
def index() -> str:
    """Show the form that the visitor chose: whole, without a field, or with one too many."""
    form = fields.choice(request.args, "form", FORMS, "full")
    routes = [
        rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith("requests.")
    ]
    return render_template("requests.html", form=form, forms=FORMS, routes=routes)


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


def arrived(source: str, sent: MultiDict[str, str]) -> str:
    """Return the page that says what `.get(key)` and `[key]` find in what was sent."""
    extra = [key for key in sent if key not in EXPECTED]
    return render_template("order.html", source=source, sent=sent, expected=EXPECTED, extra=extra)
