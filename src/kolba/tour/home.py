"""The first page, and the health of the site."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template

bp = Blueprint("home", __name__)


@bp.get("/")
def index() -> str:
    """Show the seven chapters."""
    return render_template("home.html")


def init_app(app: Flask) -> None:
    """Put the page at the root."""
    app.register_blueprint(bp)
