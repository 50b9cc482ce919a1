"""A person's sessions: listed, and ended."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from flask import session
from flask.testing import FlaskClient

from kolba import Kolba
from kolba.errors import ConfigError
from kolba.sessions import Device, for_user
from tests.sessions.conftest import STATES
from tests.sessions.views import seen, visit, write

pytestmark = pytest.mark.parametrize("state", STATES, indirect=True)


def log_in(
    app: Kolba, user: Any = "anna", device: str = "Firefox", key: str = "user"
) -> FlaskClient:
    """A browser that has logged in."""
    client = app.test_client()
    visit(client, lambda: session.__setitem__(key, user), headers={"User-Agent": device})
    return client


def devices(client: FlaskClient, user: Any = "anna") -> list[Device]:
    """What that person sees."""
    found: list[Device] = []
    visit(client, lambda: found.extend(for_user(user)))
    return found


def test_all_devices_are_listed_newest_use_first(app: Kolba) -> None:
    """With when they began and were last used, address, device, and which one is this."""
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        first = log_in(app, device="Firefox")
        clock.shift(100)
        second = log_in(app, device="Chrome " + "x" * 500)
        log_in(app, user="boris")
        clock.shift(100)
        found = devices(second)
        assert [one.device[:8].strip() for one in found] == ["Chrome x", "Firefox"]
        assert [one.current for one in found] == [True, False]
        assert [one.address for one in found] == ["127.0.0.1"] * 2
        assert len(found[0].device) == 200
        assert found[1].created.timestamp() == 1_800_000_000
        clock.shift(61)
        seen(first)
        assert [one.current for one in devices(second)] == [False, True]


def test_a_log_in_to_a_session_that_was_there_is_listed(app: Kolba) -> None:
    """Rotation puts the session under its owner, and logging out takes it away."""
    client = app.test_client()
    write(client, cart=[1])
    assert devices(client) == []
    write(client, user="anna")
    assert len(devices(client)) == 1
    visit(client, lambda: session.pop("user"))
    assert devices(client) == []


def test_one_the_others_or_all_can_be_ended(app: Kolba) -> None:
    """What was ended is empty in its next request; others' sessions are not touched."""
    here, *there = [log_in(app, device=f"d{n}") for n in range(4)]
    boris = log_in(app, user="boris")
    lost = next(one.key for one in devices(here) if one.device == "d1")
    results: list[Any] = []
    visit(here, lambda: results.append(for_user("boris").revoke(lost)))
    visit(here, lambda: results.append(for_user("anna").revoke(lost)))
    assert results == [False, True]
    assert seen(there[0]) == {} and seen(there[1]) == {"user": "anna"}
    visit(here, lambda: results.append(for_user("anna").revoke_others()))
    assert results[-1] == 2
    assert [seen(client) for client in there] == [{}] * 3
    assert seen(here) == {"user": "anna"}
    visit(boris, lambda: results.append(for_user("anna").revoke_all()))
    assert results[-1] == 1
    assert seen(here) == {} and seen(boris) == {"user": "boris"}


def test_a_session_that_was_revoked_while_a_request_ran_stays_ended(app: Kolba) -> None:
    """A password change that logs out everywhere is final for requests in flight."""
    client = log_in(app)

    def view() -> None:
        session["late"] = 1
        for_user("anna").revoke_all()

    visit(client, view)
    assert seen(client) == {}


@pytest.mark.parametrize(
    ("stored", "asked"),
    [(7, "7"), ("7", 7), ({"sub": "abc", "name": "Anna"}, "abc"), ({"id": 7}, 7), ("чай", "чай")],
)
def test_an_identity_is_what_names_it(app: Kolba, stored: Any, asked: Any) -> None:
    """Numbers and texts are one user's; of a dict it is the id in it."""
    client = log_in(app, user=stored)
    assert len(devices(client, asked)) == 1


def test_flask_logins_users_are_listed(app: Kolba) -> None:
    """Its key is one of identity, and goes before others."""
    client = log_in(app, user="42", key="_user_id")
    write(client, username="anna")
    assert len(devices(client, 42)) == 1


def test_where_there_is_nothing_to_list_it_says_so(make_app: Any) -> None:
    """Sessions in cookies cannot be listed: an error that names the setting."""
    app = make_app()
    app.config["KOLBA_STATE"] = "cookie:"
    app.secret_key = "x"
    app.test_client().get("/")
    with pytest.raises(ConfigError, match="KOLBA_STATE"):
        for_user("anna", app=app)
