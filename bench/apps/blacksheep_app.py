"""The jobs as a BlackSheep app: its own sessions and templates, links written by hand."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from blacksheep import Application, Cookie, Request, Response
from blacksheep.server.rendering.jinja2 import JinjaRenderer
from blacksheep.server.responses import html, redirect, status_code, view
from blacksheep.settings.html import html_settings
from jinja2 import FileSystemLoader

from bench.apps import OTHER_ROUTES, PASSWORD, ROWS

TEMPLATES = Path(__file__).parent / "templates" / "blacksheep"


def take_flashes(session: Any) -> list[list[str]]:
    """The messages for this page, which are shown once."""
    flashes = session.get("flashes", [])
    if flashes:
        del session["flashes"]
    return list(flashes)


def add_pages(app: Application) -> None:
    """The pages of the journey."""

    @app.router.get("/")
    async def hello() -> Response:
        return html("Hello")

    @app.router.get("/login")
    async def login_form(request: Request) -> Response:
        return view("login", flashes=take_flashes(request.session))

    @app.router.post("/login")
    async def login(request: Request) -> Response:
        form = await request.form() or {}
        if form["password"] != PASSWORD:
            return status_code(403)
        request.session["user"] = form["user"]
        request.session["flashes"] = [["success", f"Welcome {form['user']}"]]
        return redirect("/page")

    @app.router.get("/page")
    async def page(request: Request) -> Response:
        user = request.session.get("user")
        if user is None:
            return redirect("/login")
        return view("page", user=user, rows=ROWS, flashes=take_flashes(request.session))

    @app.router.post("/prefs")
    async def prefs(request: Request) -> Response:
        form = await request.form() or {}
        response = redirect("/page")
        response.set_cookie(Cookie("theme", form["theme"], path="/", max_age=365 * 24 * 3600))
        return response

    @app.router.post("/logout")
    async def logout(request: Request) -> Response:
        request.session.clear()
        return redirect("/")


def add_other_routes(app: Application) -> None:
    """A hundred dynamic routes to look past."""

    def add(i: int) -> None:
        async def other(x: str) -> Response:
            return html(f"{i} {escape(x)}")

        app.router.add_get(f"/r{i}/{{x}}/b{i}", other)

    for i in range(OTHER_ROUTES):
        add(i)


def add_item(app: Application) -> None:
    """The last route."""

    @app.router.get("/item/{int:n}")
    async def item(n: int, q: str = "") -> Response:
        return html(f"<p>Item {n}: {escape(q)}</p>")


def create_app() -> Application:
    """Build the app."""
    app = Application()
    app.use_sessions("a key for measuring, of enough length")
    html_settings.use(JinjaRenderer(loader=FileSystemLoader(TEMPLATES)))
    add_pages(app)
    add_other_routes(app)
    add_item(app)
    return app
