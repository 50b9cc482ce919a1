"""A store that is down: 503 where state is needed, nothing else harmed, nobody mistaken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import (
    Response,
    current_app,
    flash,
    get_flashed_messages,
    render_template_string,
    session,
)
from flask.testing import FlaskClient

from kolba import Kolba
from kolba.sessions import for_user
from kolba.stores import store_of
from tests.sessions.views import seen, visit, write
from tests.stores.servers import RedisServer, running

RUSSIAN = {"Accept-Language": "ru"}


@pytest.fixture
def server(require: Callable[[str], str], tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own, to be killed."""
    with running(require("redis-server"), tmp_path) as server:
        yield server


@pytest.fixture
def client(server: RedisServer) -> FlaskClient:
    """A browser that is logged in, on that Redis."""
    app = Kolba("shop")
    app.config["KOLBA_STATE"] = server.url
    made = app.test_client()
    write(made, user="anna", cart=[1])
    return made


NEEDS: dict[str, Callable[[], Any]] = {
    "read": lambda: str(session.get("user")),
    "write": lambda: str(session.update(a=1)),
    "clear": lambda: str(session.clear()),
    "clear and fail": lambda: session.clear() or ("failed", 500),
    "increment": lambda: session.increment("n"),
    "flash": lambda: str(flash("one")),
    "messages": lambda: str(get_flashed_messages()),
    "swallowed": lambda: _swallow(),
}


def _swallow() -> str:
    try:
        return str(session.get("user"))
    except Exception:
        return f"welcome {session.get('user', 'stranger')}"


@pytest.mark.parametrize("need", NEEDS)
def test_what_needs_state_is_503_and_soon_again(
    client: FlaskClient, server: RedisServer, need: str
) -> None:
    """503 with `Retry-After`, never a page for nobody; after the outage all is as it was."""
    server.kill()
    answer = visit(client, NEEDS[need])
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Set-Cookie" not in answer.headers
    assert "stranger" not in answer.text and "anna" not in answer.text
    assert "Traceback" not in answer.text and "redis" not in answer.text.lower()


LATER: dict[str, Callable[[], Any]] = {
    "increment": lambda: session.increment("n"),
    "increment after clear": lambda: (session.clear(), session.increment("n")),
    "append after clear": lambda: (session.clear(), session.append("list", 1)),
    "devices": lambda: list(for_user("anna")),
    "revoked devices": lambda: for_user("anna").revoke_all(),
    "a verb of the app's own": lambda: store_of(current_app).count("n", now=1.0, expires=2.0),
}


@pytest.mark.parametrize("need", LATER)
def test_a_store_that_fails_amid_a_view_is_503_too(server: RedisServer, need: str) -> None:
    """Whichever verb meets it first: the app's page of status 503, and not an error of the app."""
    app = Kolba("shop")
    app.config["KOLBA_STATE"] = server.url

    @app.errorhandler(503)
    def page(error: Any) -> Any:
        return "own page", 503, [("Retry-After", str(error.retry_after))]

    def view() -> str:
        str(session.get("user"))
        server.kill()
        return str(LATER[need]())

    client = app.test_client()
    write(client, user="anna")
    answer = visit(client, view)
    assert (answer.status_code, answer.text) == (503, "own page")
    assert int(answer.headers["Retry-After"]) > 0 and "Set-Cookie" not in answer.headers


def test_the_log_says_why_once_in_a_while(
    client: FlaskClient, server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads the log of such a site finds the server and the next step, and no flood."""
    server.kill()
    for _ in range(20):
        assert visit(client, NEEDS["read"]).status_code == 503
    said = [line for line in caplog.messages if "answered 503" in line]
    assert 1 <= len(said) <= 3
    assert all(f"127.0.0.1:{server.port}" in line and "Start it" in line for line in said)


def test_pages_that_need_no_state_are_served(client: FlaskClient, server: RedisServer) -> None:
    """Whoever does not look at the session is not affected."""
    server.kill()
    assert visit(client, lambda: "page").text == "page"


async def _asks_late() -> None:
    str(session.get("user"))


ENDS: dict[str, Callable[[], Any]] = {
    "reads": NEEDS["read"],
    "writes": NEEDS["write"],
    "clears": NEEDS["clear"],
    "counts": NEEDS["increment"],
    "is async": _asks_late,
}


@pytest.mark.parametrize("end", ENDS)
def test_a_teardown_that_meets_it_costs_no_answer(
    server: RedisServer, end: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer is made by then; functions after it run, and the log names the one that failed.

    Flask, whose cookie has no store, answers that page, too.
    """
    app = Kolba("shop")
    app.config["KOLBA_STATE"] = server.url
    ran: list[str] = []
    app.teardown_request(lambda error: ran.append("after it"))
    needs = ENDS[end]

    if end == "is async":

        @app.teardown_request
        async def audited(error: Any) -> None:
            await needs()
    else:

        @app.teardown_request
        def audited(error: Any) -> None:
            needs()

    @app.teardown_appcontext
    def counted(error: Any) -> None:
        store_of(app).count("n", now=1.0, expires=2.0)

    client = app.test_client()
    write(client, user="anna")
    ran.clear()
    caplog.clear()
    server.kill()
    answer = visit(client, lambda: "page")
    assert (answer.status_code, answer.text, ran) == (200, "page", ["after it"])
    for name in ("audited", "counted"):
        assert [line for line in caplog.messages if f"{name} failed" in line and "Start it" in line]
    assert visit(client, NEEDS["swallowed"]).status_code == 503
    assert not [record for record in caplog.records if record.exc_info]


def test_a_store_that_fails_at_the_end_takes_the_promise_back(
    client: FlaskClient, server: RedisServer
) -> None:
    """The view's answer is not sent when what it wrote could not be kept."""

    def view() -> Response:
        session["a"] = 1
        server.kill()
        return Response("saved", headers={"Location": "/done", "ETag": "x"})

    answer = visit(client, view)
    assert answer.status_code == 503 and "saved" not in answer.text
    assert "Location" not in answer.headers and "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_is_the_apps_own(client: FlaskClient, server: RedisServer) -> None:
    """`errorhandler(503)` makes it, and may look at the session, which is empty there."""
    app = client.application
    template = "{{ session.get('user') }} come back"
    app._got_first_request = False
    app.register_error_handler(503, lambda e: (render_template_string(template), 503))
    server.kill()
    answer = visit(client, lambda: session["user"])
    assert (answer.status_code, answer.text) == (503, "None come back")


def test_the_page_is_in_the_visitors_language(client: FlaskClient, server: RedisServer) -> None:
    """English, and Russian for who prefers it."""
    server.kill()
    assert "try again" in visit(client, lambda: session["user"]).text
    assert "Повторите" in visit(client, lambda: session["user"], headers=RUSSIAN).text


def test_it_recovers_without_a_restart(client: FlaskClient, server: RedisServer) -> None:
    """When the store is back, so are the pages; a Redis that kept nothing has logged out all."""
    server.kill()
    assert visit(client, lambda: str(session.get("user"))).status_code == 503
    server.start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = visit(client, lambda: str(session.get("user")))
        if answer.status_code == 200:
            break
        time.sleep(0.05)
    assert answer.text == "None"
    write(client, user="anna")
    assert seen(client) == {"user": "anna"}
