"""What is only read costs nothing, and caches are told the truth about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import get_flashed_messages, redirect, session

from kolba import Kolba
from kolba.sessions import no_activity
from kolba.stores import Measured, store_of
from tests.sessions.views import cookie_of, seen, visit, write

pytestmark = pytest.mark.parametrize("state", ["sqlite"], indirect=True)


def records(app: Kolba) -> int:
    """How many sessions the store holds."""
    store = store_of(app)
    assert isinstance(store, Measured)
    return store.stats(now=time.time())["records"]


READS: dict[str, Callable[[], Any]] = {
    "get": lambda: session.get("a"),
    "in": lambda: "a" in session,
    "len": lambda: len(session),
    "bool": lambda: bool(session),
    "iteration": lambda: list(session),
    "items": lambda: list(session.items()),
    "keys": lambda: list(session.keys()),
    "values": lambda: list(session.values()),
    "copy": lambda: dict(session),
    "equality": lambda: session == {},
    "permanent": lambda: session.permanent,
    "flashes": lambda: get_flashed_messages(),
    "the key of flashes": lambda: session.get("_flashes"),
    "new": lambda: session.new,
    "setdefault": lambda: session.setdefault("a", 1),
    "pop": lambda: session.pop("a", None),
}


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("stored", [False, True], ids=["empty", "stored"])
def test_every_look_makes_the_answer_private_and_vary(app: Kolba, read: str, stored: bool) -> None:
    """`Vary: Cookie` and `Cache-Control: private` follow each operation that looks."""
    client = app.test_client()
    if stored:
        write(client, a=1)
    answer = visit(client, lambda: str(READS[read]())[:0])
    assert answer.headers["Vary"] == "Cookie"
    assert answer.cache_control.private


def test_who_does_not_look_is_told_nothing(app: Kolba) -> None:
    """An answer that did not look at the session says nothing of cookies or caches."""
    client = app.test_client()
    write(client, a=1)
    answer = visit(client, lambda: "page")
    assert "Vary" not in answer.headers and "Cache-Control" not in answer.headers


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("public, max-age=60", {"private", "max-age=60"}),
        ("max-age=60", {"private", "max-age=60"}),
        ("private", {"private"}),
        ("no-store", {"no-store"}),
        ("s-maxage=60, public", {"private"}),
        ("Public", {"private"}),
        ('private="Set-Cookie", max-age=60', {'private="Set-Cookie"', "max-age=60", "private"}),
        ("private=Set-Cookie", {"private=Set-Cookie", "private"}),
        ('a="b, no-store, c"', {'a="b', "no-store", 'c"', "private"}),
    ],
)
def test_what_depends_on_the_visitor_is_never_public(
    app: Kolba, said: str, becomes: set[str]
) -> None:
    """A view's own Cache-Control is kept, except that no shared cache may keep the answer."""

    def view() -> Any:
        return session.get("a", ""), 200, {"Cache-Control": said, "Vary": "Accept"}

    answer = visit(app.test_client(), view)
    assert set(answer.headers["Cache-Control"].split(", ")) == becomes
    assert {part.strip() for part in answer.headers["Vary"].split(",")} == {"Accept", "Cookie"}


@pytest.mark.parametrize("last", ["private", "no-store", "max-age=60"])
def test_what_is_said_twice_is_not_public_either(app: Kolba, last: str) -> None:
    """A `public` in a first Cache-Control header is not left there because of a second one."""

    def view() -> Any:
        return session.get("a", ""), 200, [("Cache-Control", "public"), ("Cache-Control", last)]

    answer = visit(app.test_client(), view)
    parts = {part for said in answer.headers.getlist("Cache-Control") for part in said.split(", ")}
    assert parts == {last} | ({"private"} if last == "max-age=60" else set())


def test_reading_sets_no_cookie_and_makes_no_record(app: Kolba) -> None:
    """Visitors who store nothing have no record and no cookie, whatever they look at."""
    client = app.test_client()
    for read in ("get", "in", "items", "permanent", "flashes", "pop"):
        assert "Set-Cookie" not in visit(client, lambda read=read: str(READS[read]())).headers
    assert records(app) == 0


def test_a_read_of_a_permanent_session_sets_no_cookie(app: Kolba) -> None:
    """`permanent` said in every request is no change, and its cookie is not sent again."""
    client = app.test_client()

    def view() -> str:
        session.permanent = True
        return str(session.get("a"))

    first = visit(client, view)
    assert "Expires=" in first.headers["Set-Cookie"]
    assert "Set-Cookie" not in visit(client, view).headers


def test_the_cookie_of_a_permanent_session_lives_as_long_as_it_is_used(app: Kolba) -> None:
    """It is given anew when half its life is over, and with REFRESH off it is not."""
    client = app.test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        write(client, _permanent=True)
        clock.shift(14 * 86_400)
        assert "Set-Cookie" not in visit(client, lambda: session.get("a", "")).headers
        clock.shift(2 * 86_400)
        assert "Expires=" in visit(client, lambda: session.get("a", "")).headers["Set-Cookie"]
        assert "Set-Cookie" not in visit(client, lambda: session.get("a", "")).headers


def test_a_session_that_stops_being_permanent_ends_with_the_browser(app: Kolba) -> None:
    """The cookie is given again without an end."""
    client = app.test_client()
    write(client, _permanent=True)
    answer = visit(client, lambda: setattr(session, "permanent", False))
    assert "Expires=" not in answer.headers["Set-Cookie"]
    assert "Set-Cookie" not in visit(client, lambda: session.get("a", "")).headers


def test_use_is_noted_once_a_minute(app: Kolba) -> None:
    """Reads write nothing but one note of use a minute."""
    client = app.test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        write(client, a=1)
        key = _key(client)
        for seconds, noted in ((0, 0), (59, 0), (1, 60), (30, 60), (40, 130)):
            clock.shift(seconds)
            seen(client)
            record = store_of(app).load(key, now=time.time())
            assert record is not None
            assert record.seen == 1_800_000_000 + noted


def test_untouched_sessions_are_not_loaded(make_app: Any) -> None:
    """A view that ignores the session asks the store nothing, and does not open it."""
    app = make_app()
    client = app.test_client()
    client.set_cookie("session", "A" * 43)
    visit(client, lambda: "page")
    assert "kolba.store" not in app.extensions or records(app) == 0
    assert "store" not in vars(app.session_interface.home) or app.extensions["kolba.store"]


def test_idle_sessions_end_and_used_ones_do_not(make_app: Any) -> None:
    """A session ends after its idle time without use, and lives as long as it is used."""
    client = make_app(KOLBA_SESSION_IDLE=600).test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        write(client, a=1)
        for _ in range(5):
            clock.shift(400)
            assert seen(client) == {"a": 1}
        clock.shift(601)
        assert seen(client) == {}


def test_no_session_lives_longer_than_its_absolute_time(make_app: Any) -> None:
    """However much it is used, it ends `KOLBA_SESSION_ABSOLUTE` after it began."""
    client = make_app(KOLBA_SESSION_IDLE=600, KOLBA_SESSION_ABSOLUTE=1500).test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        write(client, a=1)
        for _ in range(3):
            clock.shift(490)
            assert seen(client) == {"a": 1}
        clock.shift(40)
        assert seen(client) == {}


def test_polling_does_not_keep_a_session_alive(make_app: Any) -> None:
    """Requests of passive paths and marked views are no use."""
    app = make_app(KOLBA_SESSION_IDLE=600, KOLBA_SESSION_PASSIVE=["/poll", "/api/*"])

    @app.get("/marked")
    @no_activity
    def marked() -> str:
        return str(session.get("a"))

    for path in ("/poll", "/api/x", "/marked"):
        client = app.test_client()
        with time_machine.travel(1_800_000_000, tick=False) as clock:
            write(client, a=1)
            clock.shift(400)
            assert visit(client, lambda: session.get("a"), path).text == "1"
            clock.shift(201)
            assert seen(client) == {}, path


def test_a_shorter_idle_time_holds_for_sessions_that_are_there(make_app: Any) -> None:
    """Sessions that began under a longer time end by the one that is configured now."""
    app = make_app()
    client = app.test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        write(client, a=1)
        app.session_interface.home.policy = _shorter(app)
        clock.shift(300)
        assert seen(client) == {}


def test_a_clock_that_jumps_back_revives_nothing(make_app: Any) -> None:
    """What was deleted stays deleted; what lives goes on."""
    app = make_app()
    ended, living = app.test_client(), app.test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        write(ended, a=1)
        write(living, a=1)
        old = cookie_of(ended)
        assert old
        visit(ended, lambda: session.clear())
        clock.move_to(1_800_000_000 - 86_400)
        ended.set_cookie("session", old)
        assert seen(ended) == {}
        assert seen(living) == {"a": 1}


def test_a_redirect_that_ignores_the_session_sets_nothing(app: Kolba) -> None:
    """Following messages over redirects touches no visitor without a session."""
    answer = visit(app.test_client(), lambda: redirect("/there"))
    assert "Set-Cookie" not in answer.headers and "Vary" not in answer.headers


def _key(client: Any) -> str:
    from kolba.sessions.ids import key_of

    return key_of(cookie_of(client) or "")


def _shorter(app: Kolba) -> Any:
    from dataclasses import replace

    interface: Any = app.session_interface
    return replace(interface.home.policy, idle=200.0)
