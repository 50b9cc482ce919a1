"""Flask-DebugToolbar: in debug mode the toolbar is put into pages, and only into pages."""

from __future__ import annotations

from flask import Flask, jsonify, redirect, render_template_string, session, url_for
from flask_debugtoolbar import DebugToolbarExtension

from tests.journey import compare
from tests.journey.player import Visitor

# All but those that show the machine and its processor's time.
PANELS = (
    "headers.HeaderDebugPanel",
    "request_vars.RequestVarsDebugPanel",
    "template.TemplateDebugPanel",
    "logger.LoggingPanel",
    "route_list.RouteListDebugPanel",
    "g.GDebugPanel",
)
PAGE = "<!doctype html><html><body><h1>{{ title }}</h1></body></html>"


def create_app() -> Flask:
    app = Flask(__name__)
    panels = [f"flask_debugtoolbar.panels.{panel}" for panel in PANELS]
    app.config.update(SECRET_KEY="of the tests", DEBUG_TB_PANELS=panels)
    app.debug = True
    DebugToolbarExtension(app)
    add_views(app)
    return app


def add_views(app: Flask) -> None:
    @app.get("/")
    def index() -> str:
        session["seen"] = True
        app.logger.warning("a line for the panel")
        return render_template_string(PAGE, title="Страница")

    @app.get("/go")
    def go() -> object:
        return redirect(url_for("index"))

    @app.get("/data")
    def data() -> object:
        return jsonify(page=False)

    @app.get("/bare")
    def bare() -> str:
        return "no body to put a toolbar into"


def journey(visitor: Visitor) -> None:
    assert "flDebug" in visitor.get("/?q=1").text
    assert "/?q=1" not in visitor.get("/go").headers.get("Location", "")
    for path in ("/data", "/bare", "/missing", "/_debug_toolbar/static/css/toolbar.css"):
        visitor.get(path)
    visitor.set_cookie("fldt_active", "RequestVarsDebugPanel")
    visitor.get("/")
    visitor.app.config["DEBUG_TB_INTERCEPT_REDIRECTS"] = False
    visitor.get("/go")
    visitor.app.config["DEBUG_TB_ENABLED"] = False
    visitor.get("/")


def test_flask_debugtoolbar() -> None:
    """The toolbar stands in the same pages, with the same panels, on the engine as on Flask."""
    compare(__name__)
