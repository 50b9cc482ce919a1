"""The id changes with the identity, and what was ended stays ended."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import Any

import pytest
import time_machine
from flask import Flask, flash, request, session
from flask.testing import FlaskClient

from kolba import Kolba
from kolba.sessions.ids import new_id
from kolba.stores import store_of
from tests.sessions.steps import Request, orders, play
from tests.sessions.views import cookie_of, seen, visit, write


def with_cookie(app: Flask, identifier: str | None) -> Any:
    """Another browser that holds the same id."""
    client = app.test_client()
    client.set_cookie("session", identifier or "")
    return client


@pytest.mark.parametrize("key", ["_user_id", "user_id", "user", "username"])
def test_logging_in_changes_the_id(app: Kolba, key: str) -> None:
    """Whoever planted the id before the log-in is not logged in (fixation), and data goes along."""
    client = app.test_client()
    write(client, cart=[1])
    planted = cookie_of(client)
    answer = write(client, **{key: "anna"})
    assert "Set-Cookie" in answer.headers
    assert cookie_of(client) != planted
    assert seen(client) == {"cart": [1], key: "anna"}
    assert seen(with_cookie(app, planted)) == {"cart": [1]}  # for seconds, as it was before


def test_the_old_id_ends_after_the_grace_time(app: Kolba) -> None:
    """For ten seconds it shows what was there before; then it is dead."""
    client = app.test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        write(client, cart=[1])
        old = with_cookie(app, cookie_of(client))
        write(client, user="anna")
        clock.shift(9)
        assert seen(old) == {"cart": [1]}
        clock.shift(1)
        assert seen(old) == {}


def test_the_old_id_is_read_only_and_sets_no_cookie(app: Kolba, caplog: Any) -> None:
    """What a request with the old id writes is merged into nothing, and logged by key."""
    client = app.test_client()
    write(client, cart=[1])
    old = with_cookie(app, cookie_of(client))
    write(client, user="anna")

    def late() -> str:
        session["cart"].append(2)
        session["secret"] = "value"
        session.increment("n")
        return str(session["n"])

    answer = visit(old, late)
    assert (answer.status_code, answer.text) == (200, "1")
    assert "Set-Cookie" not in answer.headers
    assert seen(client) == {"cart": [1], "user": "anna"}
    assert "got a new id" in caplog.text and "'secret'" in caplog.text
    assert "value" not in caplog.text


def test_a_path_makes_no_line_of_the_log(app: Kolba, caplog: pytest.LogCaptureFixture) -> None:
    """What is said of such a request is one line, whatever its path holds."""
    client = app.test_client()
    write(client, a=1)
    old = with_cookie(app, cookie_of(client))
    write(client, user="anna")
    visit(old, lambda: str((session.update(b=1), flash("late"))), "/a%0dforged%1b[1m")
    assert sum("forged" in line for line in caplog.messages) == 2
    assert all(line.isprintable() for line in caplog.messages)


def test_another_user_in_the_same_session_changes_the_id(app: Kolba) -> None:
    """From one identity to another is a change as well."""
    client = app.test_client()
    write(client, user="anna")
    first = cookie_of(client)
    write(client, user="boris")
    assert cookie_of(client) != first
    assert seen(client) == {"user": "boris"}


def test_the_same_user_again_changes_nothing(app: Kolba) -> None:
    """Assigning the same identity keeps the id."""
    client = app.test_client()
    write(client, user="anna")
    first = cookie_of(client)
    assert "Set-Cookie" not in write(client, user="anna").headers
    assert cookie_of(client) == first


def test_whom_a_dict_names_is_its_identity(app: Kolba) -> None:
    """What else it holds may change without a new id, so that no parallel write is lost."""
    for order in orders():
        cookie = Request(app, None, lambda: session.update(user={"id": 7, "seen": 0})).run().cookie
        a = Request(app, cookie, lambda: session["user"].update(seen=1))
        b = Request(app, cookie, lambda: session.update(note=1))
        play(order, a, b)
        assert a.cookie is b.cookie is None
        found = Request(app, cookie, lambda: "").run().found
        assert found == {"user": {"id": 7, "seen": 1}, "note": 1}, order
    client = app.test_client()
    for user in ({"id": 7}, {"id": "8"}, {"role": "x"}, {"role": "y"}, "8"):
        before = cookie_of(client)
        write(client, user=user)
        assert cookie_of(client) != before


@pytest.mark.parametrize("nobody", [None, "", False, 0, {}, []])
def test_nobody_is_no_identity(app: Kolba, nobody: Any) -> None:
    """Apps that log out by assigning nothing have logged out."""
    client = app.test_client()
    write(client, user="anna")
    old = cookie_of(client)
    write(client, user=nobody)
    assert cookie_of(client) != old
    assert not seen(with_cookie(app, old)).get("user")


@pytest.mark.parametrize(
    "log_out",
    [
        lambda: session.clear(),
        lambda: session.pop("user"),
        lambda: session.__delitem__("user"),
        lambda: (session.pop("user"), session.update(theme="dark")),
        lambda: (session.clear(), session.update(note="bye")),
    ],
    ids=["clear", "pop", "del", "pop and write", "clear and write"],
)
def test_logging_out_is_final_for_every_copy(app: Kolba, log_out: Any) -> None:
    """A copied cookie shows no identity from that moment on, and never again."""
    client = app.test_client()
    write(client, cart=[1])
    before_log_in = cookie_of(client)
    write(client, user="anna")
    copied = cookie_of(client)
    visit(client, lambda: str(log_out())[:0])
    for identifier in (copied, before_log_in, cookie_of(client)):
        assert "user" not in seen(with_cookie(app, identifier))
    write(with_cookie(app, copied), more=1)
    assert "user" not in seen(with_cookie(app, copied))


def test_clear_takes_everything_and_the_cookie(app: Kolba) -> None:
    """After `clear` there is no cookie, and the old id knows nothing."""
    client = app.test_client()
    write(client, a=1, b=2)
    old = cookie_of(client)
    visit(client, lambda: session.clear())
    assert cookie_of(client) is None
    assert seen(with_cookie(app, old)) == {}


def test_a_session_that_is_cleared_unread_was_one(app: Kolba) -> None:
    """Whether a visitor had a session is told after `clear`, too, and what is new after it."""
    client = app.test_client()
    write(client, a=1, n=5)
    old = cookie_of(client)

    def view() -> str:
        session.clear()
        session["b"] = 2
        return f"{session.new} {session.increment('n')} {dict(session)}"

    assert visit(client, view).text == "False 1 {'b': 2, 'n': 1}"
    assert seen(client) == {"b": 2, "n": 1}
    assert seen(with_cookie(app, old)) == {}


def test_to_clear_what_never_was_leaves_nothing(app: Kolba) -> None:
    """Whoever sends ids that he has made up has the store keep nothing."""
    for view in (lambda: str(session.clear()), lambda: f"{session.clear()} {session.new}"):
        stranger = with_cookie(app, new_id())
        assert visit(stranger, view).text in ("None", "None True")
        assert cookie_of(stranger) is None
    found = store_of(app).stats(now=time())  # type: ignore[attr-defined]
    assert (found["records"], found["expired"]) == (0, 0)


def test_clear_and_log_in_in_one_request(app: Kolba) -> None:
    """Flask's tutorial clears the session before it assigns the user: a new session, at once."""
    client = app.test_client()
    write(client, cart=[1])
    old = cookie_of(client)

    def view() -> str:
        session.clear()
        session["user_id"] = 7
        return ""

    visit(client, view)
    assert seen(client) == {"user_id": 7}
    assert cookie_of(client) != old
    assert seen(with_cookie(app, old)) == {}


def test_a_request_in_flight_does_not_take_the_new_cookie_away(app: Kolba) -> None:
    """Who comes with the id from before `clear` and log-in writes in vain, and sets no cookie."""
    client = app.test_client()
    write(client, cart=[1])
    old = with_cookie(app, cookie_of(client))

    def view() -> str:
        session.clear()
        session["user_id"] = 7
        return ""

    visit(client, view)
    assert "Set-Cookie" not in write(old, late=1).headers
    assert seen(client) == {"user_id": 7}


def test_two_clicks_on_log_in_both_log_in(app: Kolba) -> None:
    """The second of two log-ins with the old id is a session of its own, not a lost one."""
    client = app.test_client()
    write(client, cart=[1])
    second = with_cookie(app, cookie_of(client))
    write(client, user="anna")
    assert "Set-Cookie" in write(second, user="anna").headers
    assert seen(second) == {"cart": [1], "user": "anna"}
    assert seen(client) == {"cart": [1], "user": "anna"}


def test_identity_keys_are_the_apps(make_app: Any) -> None:
    """`KOLBA_IDENTITY_KEYS` says whose change is one of identity."""
    client = make_app(KOLBA_IDENTITY_KEYS=["account"]).test_client()
    write(client, a=1)
    first = cookie_of(client)
    write(client, user="anna")
    assert cookie_of(client) == first
    write(client, account=7)
    assert cookie_of(client) != first


PASSWORD = {"name": "anna", "password": "correct horse"}
QUIET: dict[str, Callable[[FlaskClient, Callable[[], Any]], Any]] = {
    "no password": lambda client, view: visit(client, view, method="POST", data={"name": "anna"}),
    "a page": lambda client, view: visit(client, view, query_string=PASSWORD),
    "somebody is in": lambda client, view: (
        write(client, user="anna"),
        visit(client, view, method="POST", data=PASSWORD),
    ),
    "the app has named its keys": lambda client, view: (
        client.application.config.update(KOLBA_IDENTITY_KEYS=["user"]),
        visit(client, view, method="POST", data=PASSWORD),
    ),
}


def _logs_in_by_its_own_key() -> str:
    session["csrf_token"], session["account"] = "x", {"of": request.form.get("name")}
    return "in"


@pytest.mark.parametrize("has_session", [False, True])
def test_a_log_in_by_an_unknown_key_is_told_once(
    app: Kolba, has_session: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the key and the setting with which the id changes, and no value."""
    client = app.test_client()
    for _ in range(3):
        if has_session:
            write(client, theme="dark")
        visit(client, _logs_in_by_its_own_key, method="POST", data=PASSWORD)
    said = [line for line in caplog.messages if "KOLBA_IDENTITY_KEYS" in line]
    assert len(said) == 1 and "'account'. If that says who is logged in" in said[0]
    assert "'user', 'username', 'account']" in said[0]
    assert "anna" not in said[0] and "csrf" not in said[0] and "horse" not in said[0]


@pytest.mark.parametrize("case", QUIET)
def test_other_writes_are_no_log_in(
    app: Kolba, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is said of what has no password, nor where it is known who somebody is."""
    QUIET[case](app.test_client(), _logs_in_by_its_own_key)
    assert not [line for line in caplog.messages if "KOLBA_IDENTITY_KEYS" in line]


def test_the_store_never_holds_an_id(app: Kolba, state: str) -> None:
    """What is stored opens nothing: the id itself is nowhere in it."""
    client = app.test_client()
    write(client, user="anna")
    identifier = cookie_of(client)
    assert identifier
    store: Any = store_of(app)
    if state.startswith("sqlite"):
        path = store.path
        everything = b"".join(p.read_bytes() for p in path.parent.iterdir())
    else:
        everything = repr(vars(store)).encode()
    assert identifier.encode() not in everything
