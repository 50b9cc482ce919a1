"""Requests that come with the id that a session had before: what they may end, and what not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Response, flash, get_flashed_messages, session, stream_with_context

from kolba import Kolba
from kolba.sessions import for_user
from tests.sessions.conftest import STATES
from tests.sessions.steps import Request, later_to, orders, play
from tests.sessions.test_identity import with_cookie
from tests.sessions.views import cookie_of, seen, visit, write

pytestmark = pytest.mark.parametrize("state", STATES, indirect=True)


def clear_unread() -> None:
    session.clear()


def clear_read() -> None:
    dict(session)
    session.clear()


def pop() -> None:
    session.pop("user", None)
    session.pop("username", None)


def clear_and_write() -> None:
    session.clear()
    session["note"] = 1


def clear_and_count() -> None:
    session.clear()
    session.increment("n")
    session.append("list", 1)


def clear_and_say() -> None:
    session.clear()
    flash("bye")


def clear_in_a_stream() -> Response:
    def parts() -> Any:
        session.clear()
        yield "x"

    return Response(stream_with_context(parts()))


def clear_read_in_a_stream() -> Response:
    dict(session)
    return clear_in_a_stream()


CLEARS = [
    clear_unread,
    clear_read,
    clear_and_write,
    clear_and_count,
    clear_and_say,
    clear_in_a_stream,
    clear_read_in_a_stream,
]


def before(client: Any, **values: Any) -> Any:
    """A browser with the id that another has had until it wrote these values."""
    old = with_cookie(client.application, cookie_of(client))
    write(client, **values)
    assert cookie_of(client) != cookie_of(old)
    return old


@pytest.mark.parametrize("clear", CLEARS)
def test_clearing_before_a_log_in_logs_nobody_out(
    app: Kolba, clear: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    """The new session lives, its cookie stays, and the old id shows for seconds what it held."""
    client = app.test_client()
    write(client, cart=[1])
    old = before(client, user="anna")
    assert "Set-Cookie" not in visit(old, clear).headers
    assert seen(client) == {"cart": [1], "user": "anna"}
    assert seen(old) == {"cart": [1]}
    assert visit(client, lambda: str(get_flashed_messages())).text == "[]"
    assert "got a new id while it ran" in caplog.text


@pytest.mark.parametrize("log_out", [pop, *CLEARS])
def test_who_logs_out_while_the_session_moves_on_is_out(
    app: Kolba, log_out: Callable[[], Any]
) -> None:
    """A log-out that comes with the id of before ends what is still the same person's session."""
    client = app.test_client()
    write(client, user="anna")
    old = before(client, username="Anna")
    other_device = app.test_client()
    write(other_device, user="anna")
    visit(old, log_out)
    assert seen(client) == {}
    assert "user" not in seen(old)
    assert seen(other_device) == {"user": "anna"}


@pytest.mark.parametrize("log_out", [pop, *CLEARS])
def test_another_persons_session_is_not_ended(app: Kolba, log_out: Callable[[], Any]) -> None:
    """Who logs out with an id that has become another's is out, and nobody else."""
    client = app.test_client()
    write(client, user="anna")
    old = before(client, user="boris")
    assert "Set-Cookie" not in visit(old, log_out).headers
    assert seen(client) == {"user": "boris"}
    assert seen(old) == {}


@pytest.mark.parametrize("second", [{"username": "Anna"}, {"user": "boris"}])
@pytest.mark.parametrize("log_out", [pop, clear_unread, clear_read])
def test_a_log_out_ends_every_id_that_led_to_it(
    app: Kolba, second: dict[str, str], log_out: Callable[[], Any]
) -> None:
    """A copy of an older cookie shows nobody, though its seconds are not over."""
    client = app.test_client()
    write(client, cart=[1])
    first = before(client, user="anna")
    after = before(client, **second)
    last = with_cookie(app, cookie_of(client))
    visit(client, log_out)
    for copy in (first, after, last, client):
        assert not {"user", "username"} & seen(copy).keys()


def test_after_a_log_out_what_is_in_flight_changes_nothing(app: Kolba) -> None:
    """It finds an empty session, and does not take away the cookie that goes on."""
    client = app.test_client()
    write(client, user="anna", cart=[1])
    old = with_cookie(app, cookie_of(client))
    visit(client, pop)
    assert seen(old) == {}
    assert "Set-Cookie" not in write(old, late=1).headers
    assert seen(client) == {"cart": [1]}


def test_a_log_out_is_never_undone_by_a_change_of_name(app: Kolba) -> None:
    """In every order of the two, nobody is in afterwards, under any id."""
    for log_out in (pop, clear_unread, clear_and_say):
        for order in orders():
            cookie = Request(app, None, lambda: session.update(user="anna")).run().cookie
            a = Request(app, cookie, lambda: "user" in session and session.update(username="A"))
            b = Request(app, cookie, log_out)
            play(order, a, b)
            for identifier in (cookie, a.cookie, b.cookie):
                found = Request(app, identifier, lambda: "").run().found
                assert "user" not in found, (log_out, order)


def test_clearing_never_takes_the_cookie_of_a_log_in(app: Kolba) -> None:
    """In every order of the two, the browser is in whichever answer comes last."""
    for clear in (clear_unread, clear_and_say):
        for order in orders():
            cookie = Request(app, None, lambda: session.update(cart=[1])).run().cookie
            a = Request(app, cookie, lambda: session.update(user="anna"))
            b = Request(app, cookie, clear)
            play(order, a, b)
            assert Request(app, a.cookie, lambda: "").run().found["user"] == "anna", order
            if later_to("save", order) == "B":
                assert b.cookie is None, order


def begin_anew() -> None:
    """What apps do against fixation where nobody does it for them."""
    values = dict(session)
    session.clear()
    session.update(values)


def test_a_session_that_begins_anew_keeps_its_values(app: Kolba) -> None:
    """The values go along, the id does not."""
    client = app.test_client()
    write(client, user="anna", cart=[1])
    old = with_cookie(app, cookie_of(client))
    visit(client, begin_anew)
    assert cookie_of(client) != cookie_of(old)
    assert (seen(client), seen(old)) == ({"user": "anna", "cart": [1]}, {})


@pytest.mark.parametrize("end", [clear_read, lambda: for_user("anna").revoke_all()])
def test_a_session_that_has_ended_does_not_begin_anew(app: Kolba, end: Callable[[], Any]) -> None:
    """Who puts back what was there before the end brings nobody back; a log-in is one."""
    for user in ("anna", "boris"):
        cookie = Request(app, None, lambda: session.update(user="anna")).run().cookie

        def view() -> None:
            Request(app, cookie, lambda: str(end())[:0]).run()  # noqa: B023
            begin_anew()
            session["user"] = user  # noqa: B023

        late = Request(app, cookie, view)
        late.run()
        found = Request(app, late.cookie or cookie, lambda: "").run().found
        assert found == ({} if user == "anna" else {"user": "boris"})


def test_the_second_click_on_a_log_out_takes_no_cookie(app: Kolba) -> None:
    """By then its browser may have been given another."""
    client = app.test_client()
    for clear in (clear_unread, clear_read):
        write(client, cart=[1])
        old = with_cookie(app, cookie_of(client))
        visit(client, lambda: (session.clear(), session.update(user="anna"))[0])
        assert "Set-Cookie" not in visit(old, clear).headers
        assert seen(client) == {"user": "anna"}
        visit(client, clear)


def test_who_ends_the_other_sessions_stays(app: Kolba) -> None:
    """A request with the id of before keeps its own session, which has moved on."""
    client, elsewhere = app.test_client(), app.test_client()
    for one in (client, elsewhere):
        write(one, user="anna")
    old = before(client, username="Anna")
    visit(old, lambda: str(for_user("anna").revoke_others()))
    assert seen(client) == {"user": "anna", "username": "Anna"}
    assert seen(elsewhere) == {}


def test_who_ends_the_other_sessions_while_their_own_moves_on_stays(app: Kolba) -> None:
    """Also if that happens after the request has looked at its session."""
    client = app.test_client()
    write(client, user="anna")
    old = with_cookie(app, cookie_of(client))

    def view() -> str:
        name = session["user"]
        moving = Request(app, cookie_of(old), lambda: session.update(username="Anna")).run()
        client.set_cookie("session", moving.cookie or "")
        return str(for_user(name).revoke_others())

    assert visit(old, view).text == "0"
    assert seen(client) == {"user": "anna", "username": "Anna"}
