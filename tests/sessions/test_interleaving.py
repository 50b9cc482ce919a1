"""Every order of two requests: nothing is lost, nothing comes back, nobody sees an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import flash, get_flashed_messages, redirect, session

from kolba import Kolba
from tests.sessions.conftest import STATES
from tests.sessions.steps import Request, later_to, orders, play

pytestmark = pytest.mark.parametrize("state", STATES, indirect=True)


class Both:
    """Two requests of one browser, in every order, each time from a fresh session."""

    def __init__(self, app: Kolba) -> None:
        self.app = app

    def begin(self, view: Callable[[], Any]) -> str:
        """A session that a first request has made; its id."""
        cookie = Request(self.app, None, view).run().cookie
        assert cookie
        return cookie

    def look(self, cookie: str | None) -> dict[str, Any]:
        """What a later request with an id finds."""
        return Request(self.app, cookie, lambda: "").run().found

    def messages(self, cookie: str | None) -> list[str]:
        """The messages that a later page shows."""
        shown: list[str] = []
        Request(self.app, cookie, lambda: str(shown.extend(get_flashed_messages())), "/page").run()
        return shown


@pytest.fixture
def both(app: Kolba) -> Both:
    """See `Both`."""
    return Both(app)


def no_error(*requests: Request) -> None:
    """Nobody sees an error because of a race."""
    assert [request.response.status_code for request in requests] == [200] * len(requests)


def test_different_keys_both_survive(both: Both) -> None:
    """Two writers of different keys: assigned, changed inside, removed, all is there."""
    for order in orders():
        cookie = both.begin(lambda: session.update(cart=[1], gone=1, kept=1))
        a = Request(both.app, cookie, lambda: [session.update(a=1), session["cart"].append(2)])
        b = Request(both.app, cookie, lambda: [session.update(b=2), session.pop("gone")])
        play(order, a, b)
        no_error(a, b)
        assert both.look(cookie) == {"cart": [1, 2], "a": 1, "b": 2, "kept": 1}, order


def test_of_the_same_key_the_last_to_finish_wins(both: Both) -> None:
    """Also when it assigns what it had found."""
    for order in orders():
        cookie = both.begin(lambda: session.update(theme="light"))
        a = Request(both.app, cookie, lambda: session.update(theme="light"))
        b = Request(both.app, cookie, lambda: session.update(theme="dark"))
        play(order, a, b)
        no_error(a, b)
        wins = {"A": "light", "B": "dark"}[later_to("save", order)]
        assert both.look(cookie) == {"theme": wins}, order


def test_increments_and_appends_add_up(both: Both) -> None:
    """Both happen, whatever else the requests assign."""
    for order in orders():
        cookie = both.begin(lambda: session.update(n=0))
        view = lambda: (session.increment("n"), session.append("log", 1), "")[2]  # noqa: E731
        a, b = Request(both.app, cookie, view), Request(both.app, cookie, view)
        play(order, a, b)
        no_error(a, b)
        assert both.look(cookie) == {"n": 2, "log": [1, 1]}, order


def read() -> str:
    return str(session.get("user"))


def write() -> None:
    session["note"] = 1
    session["cart"].append(2)


def count() -> None:
    session.increment("n")
    session.append("log", 1)


def log_out_by_pop() -> None:
    session.pop("user", None)


def log_out_by_clear() -> None:
    session.clear()


@pytest.mark.parametrize("other", [read, write, count, log_out_by_pop])
@pytest.mark.parametrize("log_out", [log_out_by_pop, log_out_by_clear])
def test_a_log_out_is_never_undone(
    both: Both, other: Callable[[], Any], log_out: Callable[[], Any]
) -> None:
    """A request in flight brings no identity back, under no id that any browser was given."""
    for order in orders():
        cookie = both.begin(lambda: session.update(user="anna", cart=[1]))
        a = Request(both.app, cookie, lambda: log_out())
        b = Request(both.app, cookie, lambda: other() if "cart" in session else "")
        play(order, a, b)
        no_error(a, b)
        for identifier in (cookie, a.cookie, b.cookie):
            assert "user" not in both.look(identifier), order
        if b.cookie:
            assert later_to("load", order) == "B" or other is log_out_by_pop, order


@pytest.mark.parametrize("other", [read, write, count])
@pytest.mark.parametrize("clear_first", [False, True])
def test_a_log_in_is_never_lost_and_never_shared(
    both: Both, other: Callable[[], Any], clear_first: bool
) -> None:
    """The new id is logged in; the old one never is, and sets no cookie over the new one."""

    def log_in() -> None:
        if clear_first:
            session.clear()
        session["user"] = "anna"

    for order in orders():
        cookie = both.begin(lambda: session.update(cart=[1]))
        a = Request(both.app, cookie, log_in)
        b = Request(both.app, cookie, lambda: other() if "cart" in session else session.update(x=1))
        play(order, a, b)
        no_error(a, b)
        assert a.cookie and a.cookie != cookie
        assert both.look(a.cookie)["user"] == "anna", order
        assert "user" not in both.look(cookie), order
        assert "user" not in b.found and b.cookie is None, order


def test_two_log_ins_at_once_are_both_logged_in(both: Both) -> None:
    """Whichever answer the browser keeps, it is logged in."""
    for order in orders():
        cookie = both.begin(lambda: session.update(cart=[1]))
        log_in = lambda: session.update(user="anna")  # noqa: E731
        a, b = Request(both.app, cookie, log_in), Request(both.app, cookie, log_in)
        play(order, a, b)
        no_error(a, b)
        for request in (a, b):
            assert both.look(request.cookie) == {"cart": [1], "user": "anna"}, order


def test_two_log_ins_at_once_have_each_its_own_message(both: Both) -> None:
    """What a log-in flashes is in its own session, and in no other's that came of the old id."""

    def log_in(name: str) -> Callable[[], Any]:
        return lambda: [session.update(user=name), flash(f"Welcome {name}")]

    for order in orders():
        cookie = both.begin(lambda: session.update(cart=[1]))
        requests = {name: Request(both.app, cookie, log_in(name)) for name in ("anna", "boris")}
        play(order, *requests.values())
        no_error(*requests.values())
        for name, request in requests.items():
            assert both.messages(request.cookie) == [f"Welcome {name}"], order


def test_messages_that_are_flashed_at_once_are_all_shown_once(both: Both) -> None:
    """Two requests flash: both messages are there, and shown once (L09)."""
    for order in orders(4):
        cookie = both.begin(lambda: session.update(a=1))
        a = Request(both.app, cookie, lambda: flash("a"))
        b = Request(both.app, cookie, lambda: flash("b"))
        play(order, a, b)
        no_error(a, b)
        assert sorted(both.messages(cookie)) == ["a", "b"], order
        assert both.messages(cookie) == [], order


def test_a_message_is_shown_by_exactly_one_of_two_pages(both: Both) -> None:
    """Two pages ask for the same message: one has it."""
    for order in orders(4):
        cookie = both.begin(lambda: (flash("one"), redirect("/page"))[1])
        show = lambda: "".join(get_flashed_messages())  # noqa: E731
        a, b = Request(both.app, cookie, show, "/page"), Request(both.app, cookie, show, "/page")
        play(order, a, b)
        no_error(a, b)
        assert sorted((a.body, b.body)) == ["", "one"], order
        assert both.messages(cookie) == [], order


def test_a_failing_page_and_another_show_a_message_once(both: Both) -> None:
    """What the failing page took is given back, to the other or to a later page."""

    def fail() -> str:
        get_flashed_messages()
        raise RuntimeError

    for order in orders(4):
        cookie = both.begin(lambda: (flash("one"), redirect("/page"))[1])
        a = Request(both.app, cookie, fail, "/page")
        b = Request(both.app, cookie, lambda: "".join(get_flashed_messages()), "/page")
        play(order, a, b)
        assert [b.body, *both.messages(cookie)].count("one") == 1, order
        assert both.messages(cookie) == [], order


def test_a_poll_does_not_lose_a_message(both: Both) -> None:
    """A form that flashes, and a poll that writes the session at the same time (M2)."""
    for order in orders(4):
        cookie = both.begin(lambda: session.update(polls=0))
        a = Request(both.app, cookie, lambda: (flash("saved"), redirect("/page"))[1], method="POST")
        b = Request(both.app, cookie, lambda: session.update(polls=1), "/poll")
        play(order, a, b)
        assert both.messages(cookie) == ["saved"], order


def test_two_first_visits_at_once_harm_nobody(both: Both) -> None:
    """Without a cookie there is nothing to merge: each answer has a session of its own."""
    for order in orders():
        a = Request(both.app, None, lambda: session.update(a=1))
        b = Request(both.app, None, lambda: session.update(b=1))
        play(order, a, b)
        no_error(a, b)
        assert both.look(a.cookie) == {"a": 1} and both.look(b.cookie) == {"b": 1}, order
