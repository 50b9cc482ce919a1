"""`/healthz` and `/readyz`: what they say, and what they do not depend on."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask

from kolba import Kolba, log_in, require_login, session
from kolba.health import health
from tests.stores.servers import running

SECRET = "a key of the tests, long enough"


def app_with(state: str, **config: Any) -> Kolba:
    """An app whose every request writes to the session, in a hook."""
    app = Kolba(__name__)
    app.config.update(KOLBA_STATE=state, SECRET_KEY=SECRET, **config)

    @app.before_request
    def count() -> None:
        session["visits"] = session.get("visits", 0) + 1

    @app.get("/")
    def index() -> str:
        return "page"

    @app.get("/by-hand")
    def by_hand() -> str:
        return "alive"

    app.register_blueprint(health())
    return app


def status(app: Flask, path: str, **options: Any) -> tuple[int, Any]:
    """What the path answers: the status and the JSON."""
    answer = app.test_client().get(path, **options)
    return answer.status_code, answer.json


READY = (200, {"ready": True, "missing": []})
STORE = (503, {"ready": False, "missing": ["store"]})


@pytest.mark.slow
def test_a_stopped_redis_makes_it_unready_but_not_dead(
    require: Callable[[str], str], tmp_path: Path
) -> None:
    """With Redis gone `/readyz` names the store and `/healthz` stays 200; it recovers by itself."""
    with running(require("redis-server"), tmp_path) as server:
        app = app_with(server.url)
        assert status(app, "/readyz") == READY
        server.kill()
        assert status(app, "/readyz") == STORE
        assert status(app, "/healthz") == (200, {"alive": True})
        # What a view of one's own would answer, behind the app's hooks.
        assert app.test_client().get("/by-hand").status_code == 503
        server.start()
        deadline = time.monotonic() + 60
        while status(app, "/readyz") != READY:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_state_file_that_is_gone_makes_it_unready(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the folder of the SQLite file `/readyz` is 503; the path is in the log alone."""
    folder = tmp_path / "state"
    app = app_with(f"sqlite:///{folder}/kolba.sqlite3")
    assert status(app, "/readyz") == READY
    shutil.rmtree(folder)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == STORE
    assert answer.headers["Retry-After"] == "5"
    assert str(folder) not in answer.text and str(folder) in caplog.text
    assert status(app, "/healthz")[0] == 200


@pytest.mark.slow
def test_a_missing_key_makes_it_unready(require: Callable[[str], str], tmp_path: Path) -> None:
    """On Redis the key is the owner's to give; without one `/readyz` says `keys`."""
    with running(require("redis-server"), tmp_path) as server:
        app = Kolba(__name__)
        app.config["KOLBA_STATE"] = server.url
        app.register_blueprint(health())
        assert status(app, "/readyz") == (503, {"ready": False, "missing": ["keys"]})


def test_own_checks_are_named_and_their_errors_are_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A check that raises is named in the answer; what it raised is for the log."""

    def database() -> None:
        raise ConnectionError("no answer of db.internal")

    app = app_with("memory:")
    app.register_blueprint(
        health(checks={"database": database, "queue": lambda: None}, name="inner"),
        url_prefix="/inner",
    )
    answer = app.test_client().get("/inner/readyz")
    assert answer.json == {"ready": False, "missing": ["database"]}
    assert "db.internal" not in answer.text and "db.internal" in caplog.text
    assert status(app, "/readyz") == READY


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_any_host_may_ask(path: str) -> None:
    """A probe that knows only the address is answered; the site's own pages are not for it."""
    app = app_with("memory:", KOLBA_ORIGINS=["https://shop.example"])
    probe = {"Host": "10.0.0.7:8000"}
    assert status(app, path, headers=probe)[0] == 200
    assert app.test_client().get("/", headers=probe).status_code == 421


@pytest.mark.parametrize("early", [True, False])
def test_a_login_gate_lets_it_through(early: bool) -> None:
    """`require_login` for the whole app leaves both open, whichever was first."""
    app = Kolba(__name__)
    app.config["KOLBA_STATE"] = "memory:"
    if early:
        require_login(app)
    app.register_blueprint(health())
    if not early:
        require_login(app)
    assert status(app, "/readyz") == READY
    assert status(app, "/healthz")[0] == 200
    assert app.test_client().get("/static/x").status_code == 404


def test_nothing_is_kept_or_told_to_the_prober() -> None:
    """No cookie, no session, nothing that a cache may keep, for a browser with a login either."""
    app = app_with("memory:")

    @app.post("/in")
    def enter() -> str:
        log_in("anna")
        return "in"

    client = app.test_client()
    client.post("/in")
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers and "Vary" not in answer.headers


def test_it_can_be_asked_of_a_plain_flask_app() -> None:
    """An app of class `Flask` has no store and needs no key: ready when its own checks are."""
    app = Flask(__name__)

    @app.before_request
    def broken() -> None:
        raise RuntimeError

    app.register_blueprint(health(checks={"it": lambda: None}))
    assert status(app, "/readyz") == READY
    assert status(app, "/healthz")[0] == 200


def test_inside_of_another_blueprint() -> None:
    """A prefix from a parent counts: the host guard and the hooks know the whole path."""
    app = app_with("memory:", KOLBA_ORIGINS=["https://shop.example"])
    parent = Blueprint("ops", __name__, url_prefix="/ops")
    parent.register_blueprint(health(name="nested"))
    app.register_blueprint(parent)
    assert status(app, "/ops/readyz", headers={"Host": "10.0.0.7"}) == READY


def test_other_methods_are_refused() -> None:
    """A POST is 405, as of any view that takes GET."""
    assert app_with("memory:").test_client().post("/readyz").status_code == 405
