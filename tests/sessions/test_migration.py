"""Moving from Flask's class to ours, and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask, flash, get_flashed_messages, session
from flask.sessions import SecureCookieSessionInterface
from markupsafe import Markup

from kolba import Kolba
from kolba.errors import ConfigError
from kolba.sessions import for_user
from kolba.stores import StoreDown
from kolba.stores.memory import MemoryStore
from tests.sessions.views import cookie_of, seen, visit, write

KEY = "k" * 32
NOW = 1_800_000_000
VALUES = {"user": "anna", "cart": [1, (2, 3)], "when": datetime(2026, 1, 2), "_permanent": True}


def flask_cookie(values: dict[str, Any] = VALUES, key: str = KEY) -> str:
    """The signed cookie that an app of Flask's own class gave its visitor."""
    app = Flask("shop")
    app.secret_key = key
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer
    return str(serializer.dumps(values))


def moved(make_app: Any, **config: Any) -> Kolba:
    """The same app after its class was changed."""
    app: Kolba = make_app(SECRET_KEY=KEY, KOLBA_IMPORT_UNTIL="2099-01-01", **config)
    return app


def holding(app: Flask, value: str) -> Any:
    """A browser that holds a cookie."""
    client = app.test_client()
    client.set_cookie("session", value)
    return client


def test_visitors_stay_logged_in(make_app: Any) -> None:
    """A valid cookie of Flask's becomes a session of ours with the same values and types."""
    app = moved(make_app)
    client = holding(app, flask_cookie())
    assert seen(client) == VALUES | {"when": seen(client)["when"]}
    assert len(cookie_of(client) or "") == 53
    write(client, more=1)
    assert seen(client)["more"] == 1 and seen(client)["user"] == "anna"


@pytest.mark.parametrize("touched", [True, False], ids=["shown", "shown later"])
def test_messages_that_waited_come_along(make_app: Any, touched: bool) -> None:
    """What Flask had flashed before the class was changed is shown, once."""
    waiting = [("error", "one"), ("message", Markup("<b>two</b>"))]
    client = holding(moved(make_app), flask_cookie({"user": "anna", "_flashes": waiting}))
    if not touched:
        assert seen(client) == {"user": "anna"}
    shown: list[Any] = []

    def page() -> None:
        shown.extend((c, m) for c, m in get_flashed_messages(with_categories=True))

    visit(client, page)
    visit(client, page)
    assert shown == waiting and isinstance(shown[1][1], Markup)


def test_a_cookie_is_imported_once(make_app: Any) -> None:
    """A copy shows what it held to requests in flight, for seconds, and then nothing."""
    app = moved(make_app)
    value = flask_cookie()
    with time_machine.travel(datetime.now(), tick=False) as clock:
        first = holding(app, value)
        seen(first)
        parallel = holding(app, value)
        assert seen(parallel)["user"] == "anna"
        assert "Set-Cookie" not in write(parallel, x=1).headers
        assert "x" not in seen(first)
        clock.shift(11)
        assert seen(holding(app, value)) == {}
        assert seen(first)["user"] == "anna"


def test_a_stolen_copy_does_not_come_back_after_log_out(make_app: Any) -> None:
    """Logging out ends what was imported, for every copy, at once."""
    app = moved(make_app)
    value = flask_cookie()
    client = holding(app, value)
    seen(client)
    visit(client, lambda: session.clear())
    assert seen(holding(app, value)) == {}


def test_only_valid_cookies_are_imported(make_app: Any) -> None:
    """Forged, damaged, foreign and expired ones are an empty session, and 200 (E27-E29)."""
    app = moved(make_app)
    good = flask_cookie()
    bad = [good[:-1], good + "x", "x" + good, good.replace(".", "..", 1), flask_cookie(key="other")]
    bad += [good.rsplit(".", 1)[0], ".", "e30.AAAA.BBBB", ".eJx.x.x", "a" * 5000 + ".b.c"]
    for value in bad:
        assert seen(holding(app, value)) == {}
    with time_machine.travel(datetime.now().replace(year=2020)):
        old = flask_cookie()
    assert seen(holding(app, old)) == {}


def test_every_key_of_the_ring_imports(make_app: Any) -> None:
    """Cookies signed with a fallback key are valid."""
    app = make_app(SECRET_KEY="n" * 32, SECRET_KEY_FALLBACKS=[KEY], KOLBA_IMPORT_UNTIL="2099-01-01")
    assert seen(holding(app, flask_cookie()))["user"] == "anna"


@pytest.mark.parametrize("until", [None, "2020-01-01", date(2020, 1, 1)])
def test_without_or_after_the_date_nothing_is_imported(make_app: Any, until: Any) -> None:
    """Importing ends by itself."""
    app = make_app(SECRET_KEY=KEY, KOLBA_IMPORT_UNTIL=until)
    assert seen(holding(app, flask_cookie())) == {}


@pytest.mark.parametrize("until", ["soon", 5, True])
def test_a_date_that_is_none_is_a_start_up_error(make_app: Any, until: Any) -> None:
    """The error names the setting and shows a date."""
    app = make_app(KOLBA_IMPORT_UNTIL=until)
    with pytest.raises(ConfigError, match=r"KOLBA_IMPORT_UNTIL.*2027-03-01"):
        app.test_client().get("/")


def test_over_https_the_old_cookie_is_taken_away(make_app: Any) -> None:
    """The new cookie has another name there; the imported one is deleted."""
    client = moved(make_app).test_client()
    client.set_cookie("session", flask_cookie())
    answer = visit(client, lambda: session.get("user"), base_url="https://localhost")
    assert answer.text == "anna"
    names = [line.split("=")[0] for line in answer.headers.getlist("Set-Cookie")]
    assert sorted(names) == ["__Host-session", "session"]
    assert client.get_cookie("session") is None
    assert visit(client, lambda: session.get("user"), base_url="https://localhost").text == "anna"


def test_the_way_back_loses_only_the_state(make_app: Any) -> None:
    """With Flask's class again, our cookie is an empty session, and everything works."""
    app = moved(make_app)
    client = app.test_client()
    write(client, user="anna")
    back = Flask("shop")
    back.secret_key = KEY
    returned = holding(back, cookie_of(client) or "")
    assert seen(returned) == {}
    write(returned, user="anna")
    visit(returned, lambda: flash("hello"))
    assert visit(returned, lambda: str(get_flashed_messages())).text == "['hello']"
    assert seen(returned) == {"user": "anna"}
    assert seen(holding(app, cookie_of(returned) or ""))["user"] == "anna"


def test_cookie_state_is_exactly_flasks(make_app: Any) -> None:
    """`KOLBA_STATE=cookie:`: Flask's interface, its cookies, its answers, byte for byte.

    The cookie guard would add SameSite to this cookie as to any other: it is off here.
    """
    answers = []
    for app in (make_app(), Flask("shop")):
        app.config.update(SECRET_KEY=KEY, KOLBA_STATE="cookie:", KOLBA_COOKIES="off")
        with time_machine.travel(NOW, tick=False):
            client = app.test_client()
            first = visit(client, lambda: (session.update(VALUES), flash("one"))[0])
            second = visit(client, lambda: str(get_flashed_messages()))
            mine = [(r.status, r.data, r.headers.getlist("Set-Cookie")) for r in (first, second)]
        answers.append((mine, [r.headers.get("Vary") for r in (first, second)]))
        assert type(app.session_interface) is SecureCookieSessionInterface
    assert answers[0] == answers[1]


class Eventful(MemoryStore):
    """A store to which something happens before its nth verb of those that write."""

    happens: dict[int, Callable[[], Any]]
    verbs = 0

    def _written(self) -> None:
        self.verbs += 1
        self.happens.get(self.verbs, str)()

    def create_with(self, *args: Any, **kwargs: Any) -> bool:
        self._written()
        return super().create_with(*args, **kwargs)

    def once(self, *args: Any, **kwargs: Any) -> bytes | None:
        self._written()
        return super().once(*args, **kwargs)


def on(store: Eventful) -> Kolba:
    """The app that was moved, on that store."""
    app = Kolba("shop")
    app.config.update(SECRET_KEY=KEY, KOLBA_IMPORT_UNTIL="2099-01-01", KOLBA_STATE=store)
    return app


def fail() -> None:
    raise StoreDown("away")


@pytest.mark.parametrize("verb", [1, 2, 3])
def test_a_store_that_fails_uses_no_cookie_up(verb: int) -> None:
    """Whenever the import is cut short, the next request does it, messages too."""
    store = Eventful()
    store.happens = {verb: fail}
    client = holding(on(store), flask_cookie({"user": "anna", "_flashes": [("error", "one")]}))
    assert visit(client, lambda: str(session["user"])).status_code == 503
    assert seen(client) == {"user": "anna"}
    assert visit(client, lambda: str(get_flashed_messages())).text == "['one']"


@pytest.mark.parametrize("verb", [1, 2, 3])
def test_two_that_import_one_cookie_make_one_session(verb: int) -> None:
    """Whoever comes later, at any moment of the other's import, reads along and keeps nothing."""
    store, found = Eventful(), []
    app = on(store)
    value = flask_cookie({"user": "anna", "_flashes": [("error", "one")]})
    one, other = holding(app, value), holding(app, value)
    store.happens = {verb: lambda: found.append(seen(other))}
    found.append(seen(one))
    assert found == [{"user": "anna"}] * 2
    assert len(for_user("anna", app=app)) == 1
    assert sorted(len(cookie_of(client) or "") > 60 for client in (one, other)) == [False, True]
    made = one if len(cookie_of(one) or "") == 53 else other
    assert visit(made, lambda: str(get_flashed_messages())).text == "['one']"


def test_messages_that_waited_outlive_a_page_that_failed(make_app: Any) -> None:
    """They are the next page's, as any other that was not shown."""
    client = holding(moved(make_app), flask_cookie({"user": "anna", "_flashes": [("m", "one")]}))
    assert visit(client, lambda: (str(get_flashed_messages()), 500)).status_code == 500
    assert visit(client, lambda: str(get_flashed_messages())).text == "['one']"
    assert visit(client, lambda: str(get_flashed_messages())).text == "[]"
