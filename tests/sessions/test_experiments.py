"""What went wrong with sessions and messages elsewhere, tried with Kolba and with plain Flask.

Each guarantee is tried with both classes. With Flask it is expected to fail; where
it holds there too, `on_flask` says why.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import (
    Flask,
    Response,
    flash,
    get_flashed_messages,
    redirect,
    request,
    session,
    stream_with_context,
)
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from kolba import Kolba
from tests.sessions.steps import Request, orders, play
from tests.sessions.views import cookie_of, seen, visit, write

Test = Callable[..., None]


def guarantee(*, on_flask: str = "") -> Callable[[Test], Test]:
    """A claim that holds with Kolba, and with Flask only for the reason given."""
    mark = () if on_flask else pytest.mark.xfail(strict=True, reason="Flask does not promise it")
    return pytest.mark.parametrize("cls", [Kolba, pytest.param(Flask, marks=mark)])


@pytest.fixture
def app(cls: type[Flask], tmp_path: Path) -> Flask:
    """An app of the class that is tried."""
    made = cls("shop")
    made.secret_key = "k" * 32
    made.config["KOLBA_STATE"] = f"sqlite:///{tmp_path}/state.sqlite3"
    return made


def shown(client: Any, path: str = "/page", **options: Any) -> str:
    """The messages that a page shows."""
    return visit(client, lambda: " ".join(get_flashed_messages()), path, **options).text


def say(client: Any, *messages: str) -> None:
    """A form that flashes and redirects to `/page`."""
    visit(client, lambda: ([flash(m) for m in messages], redirect("/page"))[1], method="POST")


@guarantee()
def test_m1_large_values_are_kept_or_refused_aloud(app: Flask) -> None:
    """More than a cookie holds is there in the next request (a browser drops a cookie so large)."""
    client = app.test_client()
    big = "".join(f"{n * n:x}" for n in range(2000))
    answer = write(client, big=big)
    assert all(len(line) < 4093 for line in answer.headers.getlist("Set-Cookie"))
    assert seen(client) == {"big": big}


@guarantee()
def test_m2_a_poll_does_not_lose_a_message(app: Flask) -> None:
    """A poll whose answer comes last does not undo what the form flashed."""
    client = app.test_client()
    write(client, polls=0)
    form = Request(app, cookie_of(client), lambda: flash("saved"), method="POST")
    poll = Request(app, cookie_of(client), lambda: session.update(polls=1))
    play("ABABABAB", form, poll)
    client.set_cookie("session", poll.cookie or form.cookie or cookie_of(client) or "")
    assert shown(client) == "saved"


@guarantee()
def test_m3_another_tab_does_not_take_the_message(app: Flask) -> None:
    """The page that the form led to shows it, though another tab asked first."""
    client = app.test_client()
    say(client, "saved")
    assert shown(client, "/other") == ""
    assert shown(client, "/page") == "saved"


@guarantee()
def test_m4_a_filter_destroys_nothing(app: Flask) -> None:
    """What `category_filter` passed over is shown by another page."""
    client = app.test_client()
    visit(client, lambda: (flash("a", "info"), flash("b", "error"))[0])
    answer = visit(client, lambda: str(get_flashed_messages(category_filter=["error"])))
    assert answer.text == "['b']"
    assert shown(client) == "a"


@guarantee()
@pytest.mark.parametrize(
    "options",
    [{"method": "HEAD"}, {"headers": {"Sec-Purpose": "prefetch"}}],
    ids=["head", "prefetch"],
)
def test_m5_what_nobody_sees_takes_no_message(app: Flask, options: dict[str, Any]) -> None:
    """HEAD and prefetch leave it where it is."""
    client = app.test_client()
    say(client, "saved")
    shown(client, **options)
    assert shown(client) == "saved"


@guarantee()
def test_m6_a_stream_does_not_show_it_twice(app: Flask) -> None:
    """What a streamed body has shown is not shown again."""
    client = app.test_client()
    say(client, "saved")

    def parts() -> Any:
        yield " ".join(get_flashed_messages())

    assert visit(client, lambda: Response(stream_with_context(parts())), "/page").text == "saved"
    assert shown(client) == ""


@guarantee()
def test_m7_what_a_stream_writes_is_kept(app: Flask) -> None:
    """An assignment in a streamed body is there in the next request."""
    client = app.test_client()
    write(client, a=1)

    def parts() -> Any:
        session["late"] = 1
        yield ""

    visit(client, lambda: Response(stream_with_context(parts())))
    assert seen(client).get("late") == 1


@guarantee()
def test_m8_a_list_that_grew_is_saved(app: Flask) -> None:
    """`session["cart"].append(2)` is enough."""
    client = app.test_client()
    write(client, cart=[1])
    visit(client, lambda: session["cart"].append(2))
    assert seen(client) == {"cart": [1, 2]}


@guarantee()
@pytest.mark.parametrize("value", [{1: "one"}, {1, 2}], ids=["int keys", "set"])
def test_m9_values_keep_their_types(app: Flask, value: Any) -> None:
    """Int keys stay ints, a set stays a set."""
    client = app.test_client()
    assert write(client, kept=value).status_code == 200
    assert seen(client) == {"kept": value}


@guarantee()
def test_m10_a_copied_cookie_is_not_logged_in_after_log_out(app: Flask) -> None:
    """Logging out ends the session, not only this browser's cookie."""
    client = app.test_client()
    write(client, user="anna")
    copied = cookie_of(client) or ""
    visit(client, lambda: session.clear())
    client.set_cookie("session", copied)
    assert seen(client) == {}


@guarantee(on_flask="a request that only read sends no cookie")
def test_m11_a_slow_read_erases_nothing(app: Flask) -> None:
    """A read that ends last does not bring back what it found."""
    client = app.test_client()
    write(client, a=1)
    for order in orders():
        reader = Request(app, cookie_of(client), lambda: session.get("x"))
        writer = Request(app, cookie_of(client), lambda: session.update(x=2))
        play(order, reader, writer)
        assert reader.cookie is None
        client.set_cookie("session", writer.cookie or cookie_of(client) or "")
        assert seen(client)["x"] == 2


def with_flask_login(app: Flask) -> Flask:
    """The app with Flask-Login, unmodified."""

    class User(UserMixin):
        id = "7"

    manager = LoginManager(app)
    manager.user_loader(lambda _: User())
    app.add_url_rule("/in", "in", lambda: str(login_user(User(), "remember" in request.args)))
    app.add_url_rule("/out", "out", lambda: str(logout_user()))
    return app


@guarantee()
@pytest.mark.parametrize("reads", [True, False], ids=["reader", "writer"])
def test_a_log_out_is_not_undone_by_a_request_in_flight(app: Flask, reads: bool) -> None:
    """Whatever a slow request does, nobody is logged in again."""
    with_flask_login(app)
    for order in orders():
        client = app.test_client()
        client.get("/in")
        old = cookie_of(client)
        view = (lambda: session.get("_user_id")) if reads else (lambda: session.update(a=1))
        slow = Request(app, old, view)
        leaving = Request(app, old, logout_user)
        play(order, slow, leaving)
        for cookie in (old, slow.cookie, leaving.cookie):
            assert "_user_id" not in Request(app, cookie, lambda: "").run().found


@guarantee(on_flask="a request that writes nothing sets no cookie")
def test_a_log_out_is_not_undone_by_what_a_cookie_remembers(app: Flask) -> None:
    """A poll that was under way with the cookies of before gives the browser no session."""
    with_flask_login(app)
    app.add_url_rule("/poll", "poll", lambda: str(current_user.get_id()))
    browser, under_way = app.test_client(), app.test_client()
    browser.get("/in?remember=1")
    for cookie in ("session", "remember_token"):
        held = browser.get_cookie(cookie)
        assert held
        under_way.set_cookie(cookie, held.value)
    browser.get("/out")
    for line in under_way.get("/poll").headers.getlist("Set-Cookie"):
        name, value = line.split(";")[0].split("=", 1)
        browser.set_cookie(name, value)
    assert browser.get("/poll").text == "None"


@guarantee()
def test_clearing_takes_no_cookie_of_a_log_in_away(app: Flask) -> None:
    """A request that began before the log-in and clears its session leaves the new one alone."""
    client = app.test_client()
    write(client, cart=[1])
    clearing = Request(app, cookie_of(client), lambda: session.clear())
    log_in = Request(app, cookie_of(client), lambda: session.update(user="anna"))
    play("ABABBABA", clearing, log_in)
    client.set_cookie("session", log_in.cookie if clearing.cookie is None else clearing.cookie)
    assert seen(client) == {"cart": [1], "user": "anna"}


@guarantee(on_flask="its cookie is the whole session, so there is no id to plant")
def test_a_planted_id_is_not_logged_in(app: Flask) -> None:
    """Who gave the victim an id of his own does not share the log-in (fixation)."""
    with_flask_login(app)
    attacker, victim = app.test_client(), app.test_client()
    write(attacker, a=1)
    victim.set_cookie("session", cookie_of(attacker) or "")
    victim.get("/in")
    assert seen(victim)["_user_id"] == "7"
    assert "_user_id" not in seen(attacker)


@guarantee(on_flask="what it did not sign is an empty session")
def test_m14_an_invented_id_is_not_taken_over(app: Flask) -> None:
    """The browser gets another one."""
    client = app.test_client()
    client.set_cookie("session", "A" * 43)
    write(client, a=1)
    assert cookie_of(client) != "A" * 43
    client.set_cookie("session", "A" * 43)
    assert seen(client) == {}


@guarantee()
def test_m17_writers_of_different_keys_both_win(app: Flask) -> None:
    """Two requests at once write two keys: both are there."""
    client = app.test_client()
    write(client, kept=1)
    a = Request(app, cookie_of(client), lambda: session.update(a=1))
    b = Request(app, cookie_of(client), lambda: session.update(b=1))
    play("ABABABAB", a, b)
    client.set_cookie("session", b.cookie or a.cookie or cookie_of(client) or "")
    assert seen(client) == {"kept": 1, "a": 1, "b": 1}


@guarantee(on_flask="it saves by sending a cookie, which cannot fail")
def test_m18_saving_after_the_session_was_ended_is_no_error(app: Flask) -> None:
    """Nobody sees a 400 because a session ended while a request ran."""
    client = app.test_client()
    write(client, user="anna")
    old = cookie_of(client)
    slow = Request(app, old, lambda: session.update(a=1))
    slow.load()
    visit(client, lambda: session.clear())
    slow.view()
    slow.save()
    assert slow.response.status_code == 200


@guarantee()
def test_m29_a_read_of_a_permanent_session_sends_no_cookie(app: Flask) -> None:
    """Answers to reads can be cached by the browser and do not undo others' cookies."""
    client = app.test_client()
    write(client, _permanent=True, a=1)
    assert "Set-Cookie" not in visit(client, lambda: str(session.get("a"))).headers


@guarantee()
def test_m30_the_session_cookie_is_safe_by_default(app: Flask) -> None:
    """HttpOnly, SameSite=Lax; on https Secure and bound to this host."""
    answer = visit(app.test_client(), lambda: session.update(a=1), base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Secure"))


@guarantee()
def test_m31_background_fetches_take_no_message(app: Flask) -> None:
    """`Sec-Fetch-*` tells a page from a fetch."""
    client = app.test_client()
    say(client, "saved")
    fetch = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}
    assert shown(client, headers=fetch) == ""
    assert shown(client) == "saved"


@guarantee()
def test_m32_a_page_that_failed_gives_its_messages_back(app: Flask) -> None:
    """A template that raises after it has read them has not shown them."""
    client = app.test_client()
    say(client, "saved")

    def fail() -> Any:
        get_flashed_messages()
        raise RuntimeError

    assert visit(client, fail, "/page").status_code == 500
    assert shown(client) == "saved"


@guarantee(on_flask="it sends a cookie only when something was assigned")
def test_m33_visitors_who_store_nothing_have_nothing(app: Flask) -> None:
    """No cookie for a visitor or a bot that only reads."""
    answer = visit(app.test_client(), lambda: str(session.get("a")))
    assert "Set-Cookie" not in answer.headers


@guarantee()
def test_messages_flashed_at_once_are_all_shown(app: Flask) -> None:
    """Two requests flash at once: both messages come (L09)."""
    client = app.test_client()
    write(client, a=1)
    a = Request(app, cookie_of(client), lambda: flash("a"))
    b = Request(app, cookie_of(client), lambda: flash("b"))
    play("ABABABAB", a, b)
    client.set_cookie("session", b.cookie or a.cookie or cookie_of(client) or "")
    assert sorted(shown(client).split()) == ["a", "b"]


@guarantee()
def test_a_failed_request_changes_nothing(app: Flask) -> None:
    """What a request assigned before it failed is not kept (L18)."""
    client = app.test_client()

    def fail() -> Any:
        session["a"] = 1
        raise RuntimeError

    visit(client, fail)
    assert seen(client) == {}


@guarantee()
def test_flash_after_reading_is_readable_at_once(app: Flask) -> None:
    """In the same request, in order."""

    def view() -> str:
        get_flashed_messages()
        flash("late")
        return " ".join(get_flashed_messages())

    assert visit(app.test_client(), view).text == "late"
