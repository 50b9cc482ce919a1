"""Atomic operations, failed requests, and bodies that are made while they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from time import time
from typing import Any

import pytest
from flask import Response, abort, flash, session, stream_with_context

from kolba import Kolba
from kolba.sessions import TooLate
from kolba.stores import store_of
from tests.sessions.views import cookie_of, seen, visit, write


def test_increment_and_append_return_what_the_store_holds(app: Kolba) -> None:
    """They start at nothing, make the session if there is none, and give the new value."""
    client = app.test_client()

    def view() -> str:
        got = [session.increment("n"), session.increment("n", 5), session.increment("n", -2)]
        got += [session.append("log", "a"), session.append("log", {"b": (1,)})]
        assert session["n"] == 4 and session["log"] == ["a", {"b": (1,)}]
        return repr(got)

    assert visit(client, view).text == "[1, 6, 4, ['a'], ['a', {'b': (1,)}]]"
    assert seen(client) == {"n": 4, "log": ["a", {"b": (1,)}]}


def test_they_see_what_this_request_has_assigned(app: Kolba) -> None:
    """Assigned, changed and removed values are what an increment or append goes on from."""
    client = app.test_client()
    write(client, n=1, log=["old"], gone=7)

    def view() -> str:
        session["n"] = 10
        session["log"] = ["new"]
        del session["gone"]
        return repr([session.increment("n"), session.append("log", 1), session.increment("gone")])

    assert visit(client, view).text == "[11, ['new', 1], 1]"
    assert seen(client) == {"n": 11, "log": ["new", 1], "gone": 1}


@pytest.mark.parametrize("had", [{}, {"n": 5, "log": ["old"], "user": "anna"}])
@pytest.mark.parametrize("reads", [False, True])
def test_they_add_up_after_a_clear(app: Kolba, reads: bool, had: dict[str, Any]) -> None:
    """Each goes on from the one before, in one new session, which later values join."""
    client = app.test_client()
    write(client, **had)

    def view() -> str:
        assert not reads or dict(session) == had
        session.clear()
        session["before"] = 1
        got = [session.increment("n"), session.increment("n"), session.append("log", 1)]
        got += [session.append("log", 2)]
        session["after"] = 2
        return repr(got)

    assert visit(client, view).text == "[1, 2, [1], [1, 2]]"
    assert seen(client) == {"before": 1, "n": 2, "log": [1, 2], "after": 2}
    assert store_of(app).stats(now=time())["records"] == 1 + bool(had)  # type: ignore[attr-defined]


def test_a_list_that_was_changed_in_place_and_appended_keeps_both(app: Kolba) -> None:
    """What was changed inside the list in this request is not lost by an append."""
    client = app.test_client()
    write(client, log=["old"])

    def view() -> str:
        session["log"].append("inside")
        return repr(session.append("log", "appended"))

    assert visit(client, view).text == "['old', 'inside', 'appended']"
    assert seen(client) == {"log": ["old", "inside", "appended"]}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: session.increment("text"),
        lambda: session.increment("flag"),
        lambda: session.increment("n", 1.5),  # type: ignore[arg-type]
        lambda: session.append("text", 1),
        lambda: session.append("log", object()),
        lambda: session.increment("user"),
    ],
)
def test_a_wrong_kind_is_refused_and_nothing_changes(app: Kolba, wrong: Any) -> None:
    """An increment of no number, an append to no list: a TypeError that names the key."""
    client = app.test_client()
    before = {"text": "a", "flag": True, "n": 1, "log": [], "user": 3}
    write(client, **before)

    def view() -> str:
        with pytest.raises(TypeError, match=r"session\['|by is"):
            wrong()
        return "ok"

    assert visit(client, view).text == "ok"
    assert seen(client) == before


def test_a_failed_request_changes_nothing(app: Kolba) -> None:
    """What a request that ends in 5xx assigned, removed or changed inside is not saved (L18)."""
    client = app.test_client()
    write(client, a=1, gone=1, cart=[1])

    def view() -> Any:
        session["a"] = 2
        session["new"] = 1
        del session["gone"]
        session["cart"].append(2)
        abort(500)

    assert visit(client, view).status_code == 500
    assert seen(client) == {"a": 1, "gone": 1, "cart": [1]}


def test_a_first_request_that_fails_sets_no_cookie(app: Kolba) -> None:
    """There is nothing to keep, so there is no session."""
    client = app.test_client()

    def view() -> Any:
        session["a"] = 1
        flash("done")
        raise RuntimeError

    assert "Set-Cookie" not in visit(client, view).headers


def test_save_on_error_can_be_switched_on(make_app: Any) -> None:
    """`SESSION_SAVE_ON_ERROR` saves what a failed request assigned."""
    client = make_app(SESSION_SAVE_ON_ERROR=True).test_client()

    def view() -> Any:
        session["a"] = 2
        abort(500)

    visit(client, view)
    assert seen(client) == {"a": 2}


def test_what_has_happened_is_kept_though_the_request_fails(app: Kolba) -> None:
    """Increments, appends and log-ins are not taken back by a 5xx."""
    client = app.test_client()

    def view() -> Any:
        session["lost"] = 1
        session.increment("n")
        session.append("log", 1)
        session["user"] = "anna"
        abort(503)

    assert visit(client, view).status_code == 503
    assert seen(client) == {"n": 1, "log": [1], "user": "anna"}


@pytest.mark.parametrize("how", [lambda: session.clear(), lambda: session.pop("user")])
def test_logging_out_is_kept_though_the_request_fails(app: Kolba, how: Any) -> None:
    """A log-out that ended in 5xx has logged out."""
    client = app.test_client()
    write(client, user="anna", a=1)
    old = cookie_of(client)

    def view() -> Any:
        how()
        raise RuntimeError

    visit(client, view)
    assert "user" not in seen(client)
    other = app.test_client()
    other.set_cookie("session", old or "")
    assert "user" not in seen(other)


def test_a_clear_without_identity_is_taken_back_by_a_failure(app: Kolba) -> None:
    """It is an ordinary change."""
    client = app.test_client()
    write(client, a=1)

    def view() -> Any:
        session.clear()
        raise RuntimeError

    visit(client, view)
    assert seen(client) == {"a": 1}


def test_a_4xx_saves(app: Kolba) -> None:
    """A refused form is no failure: what the view wrote is kept."""
    client = app.test_client()

    def view() -> Any:
        session["a"] = 1
        abort(404)

    visit(client, view)
    assert seen(client) == {"a": 1}


def streamed(*steps: Any) -> Response:
    """A body that takes a step before each part."""

    def parts() -> Iterator[str]:
        for step in steps:
            yield str(step())

    return Response(stream_with_context(parts()))


def test_what_a_streamed_body_writes_is_saved(app: Kolba) -> None:
    """Assignments at once, changes inside values when the body ends."""
    client = app.test_client()
    write(client, cart=[1], gone=1)

    def view() -> Response:
        len(session)
        return streamed(
            lambda: session.__setitem__("a", 1),
            lambda: session["cart"].append(2),
            lambda: session.pop("gone"),
            lambda: session.increment("n"),
            lambda: session.append("log", 1),
        )

    assert visit(client, view).text == "NoneNone11[1]"
    assert seen(client) == {"a": 1, "cart": [1, 2], "n": 1, "log": [1]}


def test_a_streamed_body_may_be_the_first_to_touch_the_session(app: Kolba) -> None:
    """The session of a visitor who has one can be opened and written in the stream."""
    client = app.test_client()
    write(client, cart=[1])
    visit(client, lambda: streamed(lambda: session["cart"].append(2)))
    assert seen(client) == {"cart": [1, 2]}


@pytest.mark.parametrize(
    "late",
    [
        lambda: session.__setitem__("a", 1),
        lambda: session.increment("n"),
        lambda: session.append("log", 1),
        lambda: flash("message"),
    ],
)
def test_a_first_write_in_a_streamed_body_raises(app: Kolba, late: Any) -> None:
    """Without a session there is no cookie to send any more: an error that says what to do."""
    client = app.test_client()

    def step() -> str:
        with pytest.raises(TooLate, match="before the response begins"):
            late()
        return "raised"

    assert visit(client, lambda: streamed(step)).text == "raised"


def test_an_identity_in_a_streamed_body_raises(app: Kolba) -> None:
    """The id cannot change any more: an error, and no half log-in."""
    client = app.test_client()
    write(client, a=1)

    def step() -> str:
        with pytest.raises(TooLate, match="identity"):
            session["user"] = "anna"
        return "raised"

    assert visit(client, lambda: streamed(step)).text == "raised"
    assert seen(client) == {"a": 1}


def test_clear_in_a_streamed_body_ends_the_session(app: Kolba) -> None:
    """It is final at once."""
    client = app.test_client()
    write(client, user="anna")
    visit(client, lambda: streamed(lambda: session.clear()))
    assert seen(client) == {}


def test_saving_twice_saves_once(app: Kolba) -> None:
    """A signal receiver that fails after the session was saved does not undo or double it."""
    from flask import request_finished

    client = app.test_client()
    write(client, n=1)

    def fail(sender: Any, **extra: Any) -> None:
        raise RuntimeError

    with request_finished.connected_to(fail, app):
        assert write(client, n=2, first=1).status_code == 500
    assert seen(client) == {"n": 2, "first": 1}


def test_a_session_made_before_the_answer_was_replaced_still_reaches_the_browser(
    app: Kolba,
) -> None:
    """Its cookie is in the error page that goes out instead."""
    from flask import request_finished

    client = app.test_client()

    def fail(sender: Any, **extra: Any) -> None:
        raise RuntimeError

    with request_finished.connected_to(fail, app):
        answer = write(client, a=1)
    assert answer.status_code == 500 and "Set-Cookie" in answer.headers
    assert seen(client) == {"a": 1}


def test_the_test_clients_transactions_read_and_write(app: Kolba) -> None:
    """`session_transaction` works as with Flask."""
    client = app.test_client()
    with client.session_transaction() as transaction:
        transaction["a"] = 1
        transaction["_flashes"] = [("info", "one")]
    with client.session_transaction() as transaction:
        assert transaction["a"] == 1
        assert transaction["_flashes"] == [("info", "one")]
        assert dict(transaction["_flashes"]) == {"info": "one"}
        assert "_flashes" in transaction
        transaction["cart"] = []
    with client.session_transaction() as transaction:
        assert transaction.pop("_flashes") == [("info", "one")]
        transaction["cart"].append(1)
    with client.session_transaction() as transaction:
        assert "_flashes" not in transaction
        assert dict(transaction) == {"a": 1, "cart": [1]}
