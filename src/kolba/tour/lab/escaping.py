"""Chapter 2 under attack: a script in a name, in the places where Flask does not look."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, render_template, request
from jinja2 import DictLoader

from kolba.tour.lab.attack import Attack
from kolba.tour.lab.browser import Browser

SCRIPT = "<script>alert(document.cookie)</script>"


def greeting(kind: type[Flask]) -> Flask:
    """A template whose name does not end in `.html`."""
    app = kind("shop", static_folder=None, template_folder=None)
    app.jinja_loader = DictLoader({"hello.jinja": "<p>Hello, {{ name }}!</p>"})

    @app.get("/hello")
    def hello() -> str:
        return render_template("hello.jinja", name=request.args["name"])

    return app


def profile(kind: type[Flask]) -> Flask:
    """A link that a visitor has typed."""
    app = kind("shop", static_folder=None, template_folder=None)
    app.jinja_loader = DictLoader({"me.html": '<a href="{{ page }}">My home page</a>'})

    @app.get("/me")
    def me() -> str:
        return render_template("me.html", page=request.args["page"])

    return app


def unescaped(kind: type[Flask]) -> Flask:
    """A view that has forgotten `escape`, on its author's machine."""
    app = kind("shop", static_folder=None, template_folder=None)
    app.debug = True

    @app.get("/hello")
    def hello() -> str:
        return f"<p>Hello, {request.args['name']}!</p>"

    return app


def send_a_script(browser: Browser) -> bool:
    """Greet a script by its name."""
    return SCRIPT in browser.get(f"/hello?name={quote(SCRIPT)}").text


def send_a_link(browser: Browser) -> bool:
    """Give an address that runs code."""
    return "javascript:" in browser.get("/me?page=javascript:alert(document.cookie)").text


ATTACKS = (
    Attack("script", greeting, send_a_script, "recovered"),
    Attack("link", profile, send_a_link, "recovered"),
    Attack("unescaped", unescaped, send_a_script, "reported"),
)
