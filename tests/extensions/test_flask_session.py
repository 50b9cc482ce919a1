"""Flask-Session: sessions on the server, in a real Redis and in cachelib's files."""

from __future__ import annotations

import os
import tempfile

import pytest
from cachelib import FileSystemCache
from flask import Flask, flash, render_template_string, request, session
from flask_session import Session
from redis import Redis

from tests.extensions.redis_server import running_redis
from tests.journey import WAYS, compare
from tests.journey.player import Visitor

PAGE = """{% for message in get_flashed_messages() %}[{{ message }}]{% endfor %}
{{ session.user or "nobody" }} {{ session.basket or {} }}"""
IN_REDIS = "REDIS_URL" in os.environ


def create_app() -> Flask:
    app = Flask(__name__)
    app.secret_key = "of the tests"
    if IN_REDIS:
        # A database each: seeded chance gives all ways of playing the same session ids.
        way = WAYS.index(os.environ["JOURNEY_WAY"])
        app.config.update(SESSION_TYPE="redis", SESSION_REDIS=Redis.from_url(f"{url()}/{way}"))
    else:
        files = FileSystemCache(tempfile.mkdtemp(), mode=0o600)
        app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=files)
    Session(app)
    add_views(app)
    return app


def url() -> str:
    return os.environ["REDIS_URL"]


def add_views(app: Flask) -> None:
    @app.get("/")
    def show() -> str:
        return render_template_string(PAGE)

    @app.get("/plain")
    def plain() -> str:
        return "no session touched"

    @app.post("/login")
    def log_in() -> str:
        app.session_interface.regenerate(session)
        session["user"] = request.form["user"]
        session.permanent = "remember" in request.form
        flash(f"Здравствуйте, {session['user']}")
        return ""

    @app.post("/basket/<item>")
    def put(item: str) -> str:
        session.setdefault("basket", {})[item] = 1
        return ""

    @app.post("/basket/<item>/announced")
    def put_announced(item: str) -> str:
        session.setdefault("basket", {})[item] = 1
        session.modified = True
        return ""

    @app.post("/logout")
    def log_out() -> str:
        session.clear()
        return ""


def stored(app: Flask) -> list[object]:
    """What the store holds, as the store says it."""
    if not IN_REDIS:
        cache: FileSystemCache = app.config["SESSION_CACHELIB"]
        return sorted(os.path.basename(name) for name in cache._list_dir())
    server: Redis = app.config["SESSION_REDIS"]
    return sorted((key, server.get(key)) for key in server.scan_iter())


def journey(visitor: Visitor) -> None:
    visitor.get("/plain")
    visitor.get("/")
    visitor.note("nothing stored", stored(visitor.app))
    visitor.post("/login", data={"user": "anna"})
    assert "[Здравствуйте, anna]" in visitor.get("/").text
    assert "[" not in visitor.get("/").text
    for path in ("/basket/tea", "/basket/milk", "/basket/bread/announced"):
        visitor.post(path)
        visitor.get("/")
    visitor.note("stored", stored(visitor.app))
    visitor.post("/login", data={"user": "boris", "remember": "on"})
    assert "boris" in visitor.get("/").text
    visitor.get("/plain")
    visitor.note("moved", stored(visitor.app))
    visitor.post("/logout")
    assert "nobody" in visitor.get("/").text
    visitor.note("gone", stored(visitor.app))
    visitor.set_cookie("session", "of-my-own-choice")
    visitor.get("/")
    visitor.post("/basket/tea")
    visitor.note("not of my choice", stored(visitor.app))


def test_flask_session_in_files() -> None:
    """Sessions in files are found, moved, changed and dropped on the engine as on Flask."""
    compare(__name__)


@pytest.mark.slow
def test_flask_session_in_redis() -> None:
    """Sessions in Redis hold the same bytes under the same keys on the engine and on Flask."""
    with running_redis() as address:
        played = compare(__name__, {"REDIS_URL": address})
    assert any(line.startswith("= stored: [(b'session:") for line in played["flask"].lines)
