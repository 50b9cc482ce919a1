"""The Flask app with Flask-Session, its sessions on the Redis that `BENCH_REDIS` names."""

from __future__ import annotations

import os

from flask import Flask
from flask_session import Session
from redis import Redis

from bench.apps.flask_app import create_app as create_flask_app


def create_app(variant: str = "plain") -> Flask:
    """Build the app."""
    app = create_flask_app(variant)
    app.config["SESSION_TYPE"] = "redis"
    app.config["SESSION_REDIS"] = Redis.from_url(os.environ["BENCH_REDIS"])
    Session(app)
    return app
