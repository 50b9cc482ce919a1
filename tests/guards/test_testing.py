"""The testing kit: visitors, tabs, what they saw, and a clock."""

from __future__ import annotations

from typing import Any

import pytest

from kolba import (
    Kolba,
    current_identity,
    flash,
    get_flashed_messages,
    login_required,
    redirect,
    request,
    session,
)
from kolba.testing import Tab, Visitor, flashes, log_in, refused_by, session_of

HOUR = 3600


@pytest.fixture
def app() -> Kolba:
    app = Kolba(__name__)
    app.config["KOLBA_SESSION_IDLE"] = 2 * HOUR

    @app.get("/")
    def index() -> str:
        return " ".join(get_flashed_messages())

    @app.get("/quiet")
    def quiet() -> str:
        return "shows no messages"

    @app.post("/order")
    def order() -> Any:
        session["item"] = request.form["item"]
        flash("Ordered", "success")
        return redirect("/")

    @app.get("/go")
    def go() -> Any:
        return redirect(request.args["next"])

    @app.get("/account")
    @login_required
    def account() -> str:
        return f"{current_identity}"

    return app


def test_a_form_and_its_message(tab: Tab) -> None:
    """A sent form leads to the next page, which shows the message; looking eats nothing."""
    sent = tab.send("/order", {"item": "tea"}, follow=False)
    assert (sent.status_code, flashes(sent)) == (303, [("success", "Ordered")])
    page = tab.get("/")
    assert (page.text, flashes(page)) == ("Ordered", [("success", "Ordered")])
    assert flashes(tab.get("/")) == []
    assert session_of(tab)["item"] == "tea"
    assert flashes(tab.send("/order", {"item": "tea"})) == [("success", "Ordered")]
    assert tab.url == "http://localhost/"


def test_messages_wait_for_their_tab(visitor: Visitor) -> None:
    """Tabs share the cookies, and a message goes to the tab that caused it (M3)."""
    first, second = visitor.tab(), visitor.tab()
    first.send("/order", {"item": "tea"}, follow=False)
    assert flashes(second.get("/quiet")) == []
    assert flashes(first.get("/")) == [("success", "Ordered")]


def test_refusals(tab: Tab) -> None:
    """What a guard has refused is known by the guard's name."""
    assert refused_by(tab.get("/go?next=//evil.test")) == "redirect"
    assert refused_by(tab.foreign("/order", {"item": "x"})) == "cross_origin"
    assert refused_by(tab.get("/go?next=/quiet")) is None
    assert refused_by(tab.send("/order", {"item": "x"})) is None


def test_logins(tab: Tab, app: Kolba) -> None:
    """`log_in` makes a session a person's, for tabs and for plain clients."""
    assert tab.get("/account").status_code == 401
    log_in(tab, "anna")
    assert tab.get("/account").text == "anna"
    client = app.test_client()
    log_in(client, 7)
    assert client.get("/account").text == "7"
    assert session_of(client) == {"_user_id": "7", "_fresh": True}


def test_the_clock(tab: Tab, clock: Any) -> None:
    """A session ends when its time has come, without a second of waiting."""
    log_in(tab, "anna")
    clock.shift(HOUR)
    assert tab.get("/account").text == "anna"
    clock.shift(3 * HOUR)
    assert tab.get("/account").status_code == 401


def test_fetches_are_no_pages(tab: Tab) -> None:
    """A script's request says that it is one: it gets no message."""
    tab.send("/order", {"item": "tea"}, follow=False)
    assert tab.fetch("/").text == ""
    assert tab.get("/").text == "Ordered"


def test_plain_answers_are_not_pages(app: Kolba) -> None:
    """What only a visitor's answers know is an error elsewhere."""
    with pytest.raises(TypeError, match="Visitor"):
        flashes(app.test_client().get("/"))


def test_endless_redirects_are_found(app: Kolba) -> None:
    """A redirect to itself ends as a failed test, not as an endless one."""
    app.add_url_rule("/loop", "loop", lambda: redirect("/loop"))
    with pytest.raises(AssertionError, match="redirects for ever"):
        Visitor(app).tab().get("/loop")
