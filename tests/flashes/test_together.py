"""A first message and the session that names its queue are kept together."""

from __future__ import annotations

import gc
from pathlib import Path
from threading import Thread
from typing import Any

from flask import flash, get_flashed_messages, redirect, request, session
from werkzeug.test import EnvironBuilder

from kolba import Kolba
from tests.stores.conftest import prefix
from tests.stores.servers import RedisServer


def greeter(state: str) -> Kolba:
    """An app that greets who logs in, on the next page."""
    app = Kolba(__name__)
    app.config["KOLBA_STATE"] = state

    @app.post("/login")
    def login() -> Any:
        session["user"] = "ada"
        flash("Welcome")
        return redirect("/page")

    @app.get("/page")
    def page() -> str:
        return f"{session['user']}: {get_flashed_messages()}"

    @app.post("/logout")
    def logout() -> Any:
        session.clear()
        return redirect("/")

    return app


def written_by(app: Kolba) -> list[str]:
    """The names of what is written to the app's file from now on, but for its purge."""
    database = app.session_interface.home.store._database  # type: ignore[attr-defined]
    plain: Any = database.write
    written: list[str] = []

    def write(work: Any, *args: Any, **how: Any) -> Any:
        if work.__name__ != "_purge":
            written.append(work.__name__)
        return plain(work, *args, **how)

    database.write = write
    return written


def test_a_log_in_with_a_message_is_one_write(tmp_path: Path) -> None:
    """A visitor's first session and message are one transaction, and both are there after it."""
    app = greeter(f"sqlite:///{tmp_path}/state.sqlite3")
    client = app.test_client()
    written = written_by(app)
    client.post("/login")
    assert written == ["_create_with"]
    assert client.get("/page").text == "ada: ['Welcome']"
    assert client.get("/page").text == "ada: []"


def test_a_log_out_is_one_write(tmp_path: Path) -> None:
    """A session ends, and its id answers as an empty one for a while, in one transaction."""
    app = greeter(f"sqlite:///{tmp_path}/state.sqlite3")
    client = app.test_client()
    client.post("/login")
    cookie = client.get_cookie("session")
    written = written_by(app)
    client.post("/logout")
    assert written == ["_delete_leaving"]
    assert cookie is not None
    client.set_cookie("session", cookie.value)
    with client:
        client.post("/logout")
        assert not session


def test_a_page_without_messages_asks_redis_once(redis_server: RedisServer) -> None:
    """A page that reads its session and finds no message is one question to the server."""
    app = greeter(f"{redis_server.url}?prefix={prefix()}&timeout=60")
    client = app.test_client()
    client.post("/login")
    assert client.get("/page", buffered=True).text == "ada: ['Welcome']"
    server = app.session_interface.home.store._server  # type: ignore[attr-defined]
    plain, trips = server._exchange, []

    def exchange(converse: Any, said: Any) -> Any:
        trips.append(said)
        return plain(converse, said)

    server._exchange = exchange
    assert client.get("/page").text == "ada: []"
    assert len(trips) == 1


def test_a_message_after_the_look_is_not_lost(redis_server: RedisServer) -> None:
    """What another request flashes while a page is made is shown by that page or by the next."""
    app = Kolba(__name__)
    app.config["KOLBA_STATE"] = f"{redis_server.url}?prefix={prefix()}&timeout=60"
    first, second = app.test_client(), app.test_client()

    @app.get("/start")
    def start() -> str:
        session["user"] = "ada"
        return "started"

    @app.get("/say")
    def say() -> str:
        flash("Welcome")
        return "said"

    @app.get("/page")
    def page() -> str:
        assert session["user"] == "ada"
        if "meanwhile" in request.args:
            other = Thread(target=second.get, args=("/say",))
            other.start()
            other.join()
        return "".join(get_flashed_messages())

    first.get("/start")
    cookie = first.get_cookie("session")
    assert cookie is not None
    second.set_cookie("session", cookie.value)
    texts = [first.get(path).text for path in ("/page?meanwhile", "/page", "/page")]
    assert "".join(texts) == "Welcome"


def test_messages_leave_no_cyclic_garbage(tmp_path: Path) -> None:
    """Requests that flash and that show messages leave nothing of Kolba's to the collector."""
    app = Kolba(__name__)
    app.config["KOLBA_STATE"] = f"sqlite:///{tmp_path}/state.sqlite3"

    @app.get("/say")
    def say() -> str:
        flash("Welcome")
        return "said"

    @app.get("/page")
    def page() -> str:
        return str(get_flashed_messages())

    def ask(path: str, cookie: str) -> dict[str, str]:
        environ = EnvironBuilder(path, headers={"Cookie": cookie}).get_environ()
        answered: dict[str, str] = {}
        for _ in app(environ, lambda status, headers: answered.update(headers)):
            pass
        return answered

    cookie = ask("/say", "")["Set-Cookie"].partition(";")[0]
    for path in ("/page", "/say"):  # the first of each compiles and opens what is kept
        ask(path, cookie)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        ask("/page", cookie)
        ask("/say", cookie)
        ask("/say", "")
        gc.collect()
        left = {type(thing).__module__ for thing in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    # Flask's own dispatch leaves its own.
    assert not {name for name in left if name.startswith("kolba.")}
