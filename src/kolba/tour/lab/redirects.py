"""Chapter 4 under attack: a `next` that leads to another site."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from kolba.tour.lab.attack import Attack
from kolba.tour.lab.browser import Browser


def entrance(kind: type[Flask]) -> Flask:
    """A login page that goes wherever `next` says."""
    app = kind("shop", static_folder=None, template_folder=None)

    @app.post("/login")
    def login() -> Response:
        return redirect(request.args.get("next", "/"))

    return app


def leads_out(browser: Browser, target: str) -> bool:
    """Log in by a link of somebody else's, and go where a browser would go."""
    location = browser.post(f"/login?next={target}", {"user": "anna"}).location
    # Browsers read a backslash as a slash.
    way = urljoin(browser.base, location.replace("%5C", "\\").replace("\\", "/"))
    return urlsplit(way).netloc == "evil.example"


def go_to_another_site(browser: Browser) -> bool:
    """The plain way out."""
    return leads_out(browser, "//evil.example/login")


def go_with_a_whole_address(browser: Browser) -> bool:
    """The same with a scheme, as it stands in the address bar."""
    return leads_out(browser, "https://evil.example/login")


ATTACKS = (
    Attack("next", entrance, go_to_another_site, "refused"),
    Attack("scheme", entrance, go_with_a_whole_address, "refused"),
)
