"""The jobs as a Falcon app, as far as Falcon itself goes: it has no sessions and no templates."""

from __future__ import annotations

from html import escape

import falcon

from bench.apps import OTHER_ROUTES


class Hello:
    """J1."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Say hello."""
        resp.text = "Hello"


class Other:
    """One of the routes to look past."""

    def __init__(self, number: int) -> None:
        self.number = number

    def on_get(self, req: falcon.Request, resp: falcon.Response, x: str) -> None:
        """Answer with what was asked."""
        resp.text = f"{self.number} {escape(x)}"


class Item:
    """J2."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, n: int) -> None:
        """Show a path parameter and an escaped query value."""
        resp.text = f"<p>Item {n}: {escape(req.get_param('q') or '')}</p>"


def create_app() -> falcon.App:
    """Build the app."""
    app = falcon.App(media_type=falcon.MEDIA_HTML)
    app.add_route("/", Hello())
    for i in range(OTHER_ROUTES):
        app.add_route(f"/r{i}/{{x}}/b{i}", Other(i))
    app.add_route("/item/{n:int}", Item())
    return app
