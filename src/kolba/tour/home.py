"""The first page, and the icon of the site."""

from __future__ import annotations

from werkzeug.wrappers import Response

from kolba import Blueprint, Kolba, current_app, render_template

bp = Blueprint("home", __name__)


@bp.get("/")
def index() -> str:
    """Show the chapters, and which exercises are solved."""
    return render_template("home.html")


@bp.get("/favicon.ico")
def icon() -> Response:
    """Give the icon to browsers that ask for it here: those that show an answer without a page."""
    return current_app.send_static_file("icon.svg")


def init_app(app: Kolba) -> None:
    """Put the page at the root."""
    app.register_blueprint(bp)
