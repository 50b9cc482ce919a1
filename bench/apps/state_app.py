"""The Flask app with its class changed to `kolba.Kolba`, and nothing else.

State is in a SQLite file of its own, on the server that `BENCH_REDIS` or `BENCH_POSTGRES` names, or
in memory.
"""

from __future__ import annotations

import os
import tempfile

import flask
from flask import Flask

from bench.apps.flask_app import create_app as create_flask_app
from kolba import Kolba, install


def unguarded() -> type[Kolba]:
    """The class without all that guards: the door, and what redirects, URLs and cookies ask."""
    if os.environ.get("KOLBA_ENGINE") != "off":
        install()  # then Flask's methods are the engine's

    class Unguarded(Kolba):
        response_class = flask.Response
        redirect = Flask.redirect
        url_for = Flask.url_for
        wsgi_app = Flask.wsgi_app

    return Unguarded


def create_app(variant: str = "plain") -> Flask:
    """Build the app: `unguarded` is without guards, the others have their state where they say."""
    if variant == "unguarded":
        app = create_flask_app("state", unguarded())
        app.request_class = flask.Request
        app.safety = "off"  # type: ignore[attr-defined]
    else:
        app = create_flask_app(
            "plain" if variant in ("redis", "postgres", "memory") else variant, Kolba
        )
    if variant in ("redis", "postgres"):
        app.config["KOLBA_STATE"] = os.environ[f"BENCH_{variant.upper()}"]
    elif variant == "memory":
        app.config["KOLBA_STATE"] = "memory:"
    else:
        app.config["KOLBA_STATE"] = f"sqlite:///{tempfile.mkdtemp()}/state.sqlite3"
    return app
