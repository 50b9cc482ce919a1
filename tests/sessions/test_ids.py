"""What clients send as a session id is judged before the store is asked."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from flask import session

from kolba import Kolba
from kolba.stores import Measured, store_of
from tests.sessions.views import cookie_of, seen, visit, write

pytestmark = pytest.mark.parametrize("state", ["sqlite"], indirect=True)

MALFORMED = [
    "x", "A" * 7, "A" * 42, "A" * 44, "A" * 4096, "../../../../etc/passwd", "a\\015\\012FLUSHALL",
    "....", ".eJx.x.x", "e30.AAAA.BBBB", "A" * 42 + "=", "A" * 42 + "/", "A" * 42 + " ", "é" * 43,
    "A" * 42 + "\n", "\x00" * 43, "Ａ" * 43, "=__Host-session=evil", "null", "0", "'; --" * 8,
]  # fmt: skip


@pytest.mark.parametrize("sent", MALFORMED)
def test_what_is_no_id_is_an_empty_session(app: Kolba, sent: str) -> None:
    """Malformed ids are an ordinary visit: 200, empty, nothing stored (L02, E18-E29)."""
    client = app.test_client(use_cookies=False)
    header = f"session={sent}".encode().decode("latin1").replace("\n", "").replace("\x00", "")
    answer = visit(client, lambda: str(dict(session)), headers={"Cookie": header})
    assert (answer.status_code, answer.text) == (200, "{}")
    assert _records(app) == 0


def test_an_invented_id_is_never_taken_over(app: Kolba) -> None:
    """A well-formed id that we did not make gets another on the first write (L01)."""
    client = app.test_client()
    client.set_cookie("session", "A" * 43)
    assert seen(client) == {}
    assert _records(app) == 0
    write(client, a=1)
    assert cookie_of(client) != "A" * 43
    assert seen(client) == {"a": 1}


def test_a_thousand_invented_ids_make_no_record(app: Kolba) -> None:
    """A flood of random ids stores nothing (L16)."""
    client = app.test_client(use_cookies=False)
    for n in range(1000):
        visit(client, lambda: session.get("a", ""), headers={"Cookie": f"session={n:043d}"})
    assert _records(app) == 0


@pytest.mark.parametrize("order", ["bad first", "good first"])
def test_a_bad_cookie_does_not_hide_a_good_one(app: Kolba, order: str) -> None:
    """Of several cookies of the name, the first that is a session of ours counts (E11)."""
    client = app.test_client()
    write(client, a=1)
    good = f"session={cookie_of(client)}"
    for bad in ("session=bad", f"session={'B' * 43}", "session="):
        header = "; ".join([bad, good] if order == "bad first" else [good, bad])
        answer = visit(
            app.test_client(use_cookies=False), lambda: session.get("a"), headers={"Cookie": header}
        )
        assert answer.text == "1"


COOKIES = [
    "abc", "=", "=__Host-sid=evil", 'a="b; {}', "a=1,b=2; {}", "$Version=1; {}; $Path=/",
    "bad:cookie=yes; {}", "SESSION=x; {}", "a=caf\xe9; {}", "a=\xe2\x98\x83; {}",
    ";" * 20_000 + " {}", "; ".join(f"c{n}=1" for n in range(2000)) + "; {}",
    "a=" + "b" * 30_000 + "; {}", 'a="' + '\\a="' * 2000 + "; {}",
]  # fmt: skip


@pytest.mark.parametrize("header", COOKIES, ids=lambda header: header[:24])
def test_strange_cookies_beside_it_do_not_harm_the_session(app: Kolba, header: str) -> None:
    """Whatever else a Cookie header holds, the answer is 200 and the session is read (E01-E19)."""
    client = app.test_client()
    write(client, a=1)
    sent = header.format(f"session={cookie_of(client)}")
    answer = visit(
        app.test_client(use_cookies=False), lambda: str(session.get("a")), headers={"Cookie": sent}
    )
    assert answer.status_code == 200
    if "{}" in header and 'a="' not in header:
        assert answer.text == "1"


def test_over_https_the_cookie_belongs_to_this_host_alone(app: Kolba) -> None:
    """On https its name begins with `__Host-`, it is Secure, HttpOnly and SameSite=Lax."""
    client = app.test_client()
    answer = visit(client, lambda: session.update(a=1), base_url="https://localhost")
    set_cookie = answer.headers["Set-Cookie"]
    assert re.match(r"__Host-session=[\w-]{43};", set_cookie)  # an id, and nothing of the session
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in set_cookie
    assert "Domain" not in set_cookie
    answer = visit(client, lambda: session.get("a"), base_url="https://localhost")
    assert answer.text == "1"


def test_over_https_a_cookie_without_the_prefix_is_not_ours(app: Kolba) -> None:
    """What plain http may have planted is not read over https."""
    client = app.test_client()
    write(client, user="attacker")
    header = {"Cookie": f"session={cookie_of(client)}"}
    answer = visit(
        app.test_client(use_cookies=False),
        lambda: session.get("user", "nobody"),
        base_url="https://localhost",
        headers=header,
    )
    assert answer.text == "nobody"


@pytest.mark.parametrize(
    ("config", "start", "parts"),
    [
        ({"SESSION_COOKIE_DOMAIN": "example.test"}, "session=", ["Domain=example.test", "Secure"]),
        ({"SESSION_COOKIE_PATH": "/shop"}, "session=", ["Path=/shop", "Secure"]),
        ({"APPLICATION_ROOT": "/shop"}, "session=", ["Path=/shop"]),
        ({"SESSION_COOKIE_NAME": "shop"}, "__Host-shop=", ["Secure"]),
        ({"SESSION_COOKIE_NAME": "__Secure-shop"}, "__Secure-shop=", ["Secure"]),
        ({"SESSION_COOKIE_SAMESITE": "Strict"}, "__Host-session=", ["SameSite=Strict"]),
        ({"SESSION_COOKIE_PARTITIONED": True}, "__Host-session=", ["Partitioned"]),
    ],
)
def test_flasks_cookie_settings_hold(
    make_app: Any, config: dict[str, Any], start: str, parts: list[str]
) -> None:
    """Name, path, domain and flags are as Flask's settings say; the prefix only where it may be."""
    client = make_app(**config).test_client()
    answer = visit(client, lambda: session.update(a=1), base_url="https://www.example.test")
    assert answer.headers["Set-Cookie"].startswith(start)
    for part in parts:
        assert part in answer.headers["Set-Cookie"]


def test_secure_by_setting_holds_behind_a_proxy_that_says_nothing(make_app: Any) -> None:
    """`SESSION_COOKIE_SECURE` alone gives the secure cookie, also where the app sees http."""
    client = make_app(SESSION_COOKIE_SECURE=True).test_client()
    answer = visit(client, lambda: session.update(a=1))
    assert answer.headers["Set-Cookie"].startswith("__Host-session=")
    assert "Secure" in answer.headers["Set-Cookie"]


def _records(app: Kolba) -> int:
    store = store_of(app)
    assert isinstance(store, Measured)
    return store.stats(now=time.time())["records"]
