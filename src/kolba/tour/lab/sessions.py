"""Chapter 7 under attack: a session's cookie read, changed, stolen; and two tabs at once."""

from __future__ import annotations

from threading import Barrier

from flask import Flask, redirect, session
from flask.sessions import SecureCookieSessionInterface
from werkzeug.wrappers import Response

from kolba.tour import signed
from kolba.tour.lab.attack import Attack
from kolba.tour.lab.browser import Browser
from kolba.tour.lab.flashes import TOGETHER, wait_for_the_other

DRINK = "green tea"


def account(kind: type[Flask]) -> Flask:
    """A login by hand, as the lesson writes it."""
    app = kind("shop", static_folder=None, template_folder=None)

    @app.post("/login/<name>")
    def login(name: str) -> Response:
        session["user"] = name
        return redirect("/me")

    @app.post("/logout")
    def logout() -> Response:
        session.clear()
        return redirect("/me")

    @app.get("/me")
    def me() -> str:
        return f"You are {session.get('user', 'nobody')}"

    return app


def cart(kind: type[Flask]) -> Flask:
    """Two requests under way at once, each with a key of its own."""
    app = kind("shop", static_folder=None, template_folder=None)
    both = Barrier(2, timeout=TOGETHER)

    @app.post("/visit")
    def visit() -> str:
        session["visits"] = 1
        return "Welcome"

    @app.post("/add/<what>")
    def add(what: str) -> str:
        session[what] = "in the cart"
        wait_for_the_other(both)
        return f"Added: {what}"

    @app.get("/")
    def index() -> str:
        return ", ".join(sorted(session))

    return app


def read(browser: Browser) -> bool:
    """Read the session out of the cookie, without any key."""
    browser.post("/login/anna")
    parts = signed.take_apart(browser.cookies.get("session", ""))
    return parts is not None and "anna" in parts.decoded


def tamper(browser: Browser) -> bool:
    """Change what the cookie says, and leave its signature as it was."""
    browser.post("/login/anna")
    browser.cookies["session"] = signed.forge(browser.cookies["session"], {"user": "admin"})
    return "admin" in browser.get("/me").text


def steal(browser: Browser) -> bool:
    """Copy the cookie; the owner logs out; come back with the copy."""
    browser.post("/login/anna")
    copy = dict(browser.cookies)
    browser.post("/logout")
    browser.cookies = copy
    return "anna" in browser.get("/me").text


def race(browser: Browser) -> bool:
    """Two tabs add something at the same moment; both must be in the cart."""
    browser.post("/visit")
    browser.together("/add/tea", "/add/sugar")
    cart = browser.get("/").text
    return not ("tea" in cart and "sugar" in cart)


def flask_cookie(contents: dict[str, object]) -> str:
    """Return the cookie that plain Flask would keep this session in."""
    app = Flask("shop")
    app.secret_key = "a key of the laboratory"  # kolba: ignore[secret-key-in-code]
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None, "it has a key"
    return str(serializer.dumps(contents))


ATTACKS = (
    Attack("read", account, read, "held"),
    Attack("tampered", account, tamper, "held"),
    Attack("stolen", account, steal, "refused"),
    Attack("race", cart, race, "recovered"),
)
