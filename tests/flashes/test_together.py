"""A first message and the session that names its queue are kept together."""

from __future__ import annotations

import gc
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import flash, get_flashed_messages, redirect, request, send_file, session
from flask.testing import FlaskClient
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


def trips_of(app: Kolba) -> list[Any]:
    """What the app's Redis is asked from now on."""
    server = app.session_interface.home.store._server  # type: ignore[attr-defined]
    plain, trips = server._exchange, []

    def exchange(*args: Any) -> Any:
        trips.append(args)
        return plain(*args)

    server._exchange = exchange
    return trips


def test_a_page_without_messages_asks_redis_once(redis_server: RedisServer) -> None:
    """A page that reads its session and finds no message is one question to the server."""
    app = greeter(f"{redis_server.url}?prefix={prefix()}&timeout=60")
    client = app.test_client()
    client.post("/login")
    assert client.get("/page", buffered=True).text == "ada: ['Welcome']"
    trips = trips_of(app)
    assert client.get("/page").text == "ada: []"
    assert len(trips) == 1


def test_a_log_out_asks_redis_once(redis_server: RedisServer) -> None:
    """A session that ends is not asked for before."""
    app = greeter(f"{redis_server.url}?prefix={prefix()}&timeout=60")
    client = app.test_client()
    client.post("/login")
    client.post("/logout")  # from now on the server knows the scripts
    client.post("/login")
    trips = trips_of(app)
    client.post("/logout")
    assert len(trips) == 1
    assert client.get_cookie("session") is None


def on_redis(redis_server: RedisServer, name: str) -> Kolba:
    """The greeter, with pages that show no messages or fail, as a process of its own."""
    app = greeter(f"{redis_server.url}?prefix={name}&timeout=60")

    @app.get("/quiet")
    def quiet() -> str:
        return str(session["user"])

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError(session["user"])

    @app.get("/all")
    def everything() -> str:
        return str([message for _, message in session["_flashes"]])

    @app.route("/form", methods=["GET", "POST"])
    def form() -> Any:
        if request.method == "POST":
            return redirect(f"/{session['user']}")
        return str(get_flashed_messages())

    @app.get("/file")
    def file() -> Any:
        assert session["user"]
        return send_file(__file__)

    @app.post("/say")
    def say() -> Any:
        flash(request.form["text"])
        return redirect(request.form["to"])

    return app


def logged_in(app: Kolba) -> FlaskClient:
    client = app.test_client()
    client.post("/login")
    assert client.get("/page", buffered=True).text == "ada: ['Welcome']"
    return client


def say(client: FlaskClient, text: str, to: str) -> None:
    client.post("/say", data={"text": text, "to": to})


@pytest.mark.parametrize("before", ["/quiet", "/broken"])
def test_a_page_that_shows_none_leaves_its_messages(redis_server: RedisServer, before: str) -> None:
    """A page that shows no messages, or fails, leaves those that were made for it."""
    client = logged_in(on_redis(redis_server, prefix()))
    say(client, "Saved", before)
    client.get(before, buffered=True)
    assert client.get("/page").text == "ada: []", "it is for the other page, for ten seconds"
    say(client, "Again", before)
    say(client, "Then", "/all")
    client.get(before, buffered=True)
    assert client.get("/all").text == "['Saved', 'Again', 'Then']"


@pytest.mark.parametrize(
    "how",
    [
        {"method": "HEAD"},
        {"headers": {"Sec-Purpose": "prefetch"}},
        {"headers": {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}},
    ],
)
def test_what_nobody_looks_at_takes_none(redis_server: RedisServer, how: dict[str, Any]) -> None:
    """HEAD, prefetch and a fetch leave the message to the page that comes after them."""
    client = logged_in(on_redis(redis_server, prefix()))
    say(client, "Saved", "/page")
    client.open("/page", buffered=True, **how)
    assert client.get("/page").text == "ada: ['Saved']"


def test_extensions_see_what_is_for_other_pages_too(redis_server: RedisServer) -> None:
    """`session["_flashes"]` holds what is for other pages, beside what is for this one."""
    client = logged_in(on_redis(redis_server, prefix()))
    say(client, "Here", "/all")
    say(client, "There", "/page")
    say(client, "Here again", "/all")
    texts = client.get("/all", buffered=True).text
    assert sorted(texts.strip("[]").split(", ")) == ["'Here again'", "'Here'", "'There'"]


def test_a_post_to_the_page_leaves_its_message(redis_server: RedisServer) -> None:
    """A message for a page is not sent on by a form that is posted there meanwhile."""
    client = logged_in(on_redis(redis_server, prefix()))
    say(client, "Fill in", "/form")
    client.post("/form", buffered=True)
    assert client.get("/all").text == "['Fill in']"
    say(client, "Again", "/form")
    client.post("/form", buffered=True)
    assert client.get("/form").text == "['Fill in', 'Again']"


def test_a_page_that_raises_leaves_its_message(redis_server: RedisServer) -> None:
    """So does one whose exception goes on to the server, as when the app is debugged."""
    app = on_redis(redis_server, prefix())
    app.testing = True
    client = logged_in(app)
    say(client, "Saved", "/broken")
    with pytest.raises(RuntimeError):
        client.get("/broken")
    assert client.get("/all").text == "['Saved']"


def test_a_file_leaves_its_message(redis_server: RedisServer) -> None:
    """A download that an answer redirects to shows nothing, and holds nothing back."""
    client = logged_in(on_redis(redis_server, prefix()))
    say(client, "Here it is", "/file")
    sent = client.get("/file", buffered=True)
    assert sent.data and not sent.cache_control.no_store
    assert client.get("/all").text == "['Here it is']"


def test_two_processes_show_a_message_once(redis_server: RedisServer) -> None:
    """Of a page that two processes make at once, one shows its message."""
    name = prefix()
    apps = [on_redis(redis_server, name) for _ in range(2)]
    first = logged_in(apps[0])
    second = apps[1].test_client()
    cookie = first.get_cookie("session")
    assert cookie is not None
    second.set_cookie("session", cookie.value)
    for n in range(20):
        say(first, str(n), "/page")
        texts: list[str] = []

        def load(client: FlaskClient, into: list[str] = texts) -> None:
            into.append(client.get("/page", buffered=True).text)

        others = Thread(target=load, args=(second,))
        others.start()
        load(first)
        others.join()
        assert sorted(texts, key=len) == ["ada: []", f"ada: ['{n}']"]


def test_a_session_that_ended_elsewhere_brings_nothing(redis_server: RedisServer) -> None:
    """A message for a session that another process has ended meanwhile is shown to nobody."""
    name = prefix()
    apps = [on_redis(redis_server, name) for _ in range(2)]
    first, second = logged_in(apps[0]), apps[1].test_client()
    cookie = first.get_cookie("session")
    assert cookie is not None
    second.set_cookie("session", cookie.value)
    say(first, "Saved", "/all")
    second.post("/logout")
    with first:
        assert first.get("/all", buffered=True).status_code == 500, "it has no messages"
        assert not session


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
