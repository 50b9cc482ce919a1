"""Chapter 4: a redirect after a form, and to the login page and back."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kolba.tour import fields, targets
from kolba.tour.login import login_required

bp = Blueprint("redirects", __name__, url_prefix="/redirects")
CODES = ("302", "303")
TEAS = ("black", "green", "herbal")


@bp.get("/")
def index() -> str:
    """Show the orders so far, and what would become of a target of the visitor's."""
    target = fields.text(request.args, "target", limit=targets.LIMIT + 1)
    return page(target=target, refusal=targets.examine(target))


@bp.post("/orders")
def order() -> ResponseReturnValue:
    """Take an order, then send the browser to the page that shows it."""
    keep(fields.choice(request.form, "tea", TEAS, TEAS[0]))
    code = fields.choice(request.form, "code", CODES, CODES[0])
    return redirect(url_for("redirects.index", _anchor="orders"), code=int(code))


@bp.post("/orders/unsafe")
def order_without_redirect() -> ResponseReturnValue:
    """Take an order and answer with a page at once: reload it, and there is one more order."""
    keep(fields.choice(request.form, "tea", TEAS, TEAS[0]))
    return page(target="", refusal=None)


@bp.post("/orders/forget")
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
    orders = session.get("orders", {"count": 0, "last": []})
    session["orders"] = {"count": orders["count"] + 1, "last": [*orders["last"], tea][-5:]}


def page(**values: object) -> str:
    """Return the chapter's page."""
    return render_template("redirects.html", codes=CODES, teas=TEAS, **values)
