"""What clients send as a session id is judged before the store is asked."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import flash, get_flashed_messages, session

from kolba import Kolba
from kolba.sessions import ids
from kolba.stores import Measured, Record, store_of
from kolba.stores.memory import MemoryStore
from kolba.stores.moments import moment
from tests.sessions.test_migration import flask_cookie, holding, moved
from tests.sessions.views import cookie_of, seen, visit, write
from tests.stores.collisions import colliding

pytestmark = pytest.mark.parametrize("state", ["sqlite"], indirect=True)

MALFORMED = [
    "x", "A" * 7, "A" * 42, "A" * 44, "A" * 4096, "../../../../etc/passwd", "a\\015\\012FLUSHALL",
    "....", ".eJx.x.x", "e30.AAAA.BBBB", "A" * 42 + "=", "A" * 42 + "/", "A" * 42 + " ", "é" * 43,
    "A" * 42 + "\n", "\x00" * 43, "Ａ" * 43, "=__Host-session=evil", "null", "0", "'; --" * 8,
    "A" * 53, "6B087C5AF6" + "A" * 43, "6b087c5af6-" + "A" * 43, "6b087c5af6" + "A" * 42,
    "6b087c5af6" + "A" * 44, "6b087c5af" + "A" * 43, "٦b087c5af6" + "A" * 43,
]  # fmt: skip


@pytest.mark.parametrize("sent", MALFORMED)
def test_what_is_no_id_is_an_empty_session(app: Kolba, sent: str) -> None:
    """Malformed ids are an ordinary visit: 200, empty, nothing stored (L02, E18-E29)."""
    client = app.test_client(use_cookies=False)
    header = f"session={sent}".encode().decode("latin1").replace("\n", "").replace("\x00", "")
    answer = visit(client, lambda: str(dict(session)), headers={"Cookie": header})
    assert (answer.status_code, answer.text) == (200, "{}")
    assert _records(app) == 0


INVENTED = ["A" * 43, "0" * 53, "f" * 53, "6b087c5af6" + "A" * 43]


@pytest.mark.parametrize("invented", INVENTED)
def test_an_invented_id_is_never_taken_over(app: Kolba, invented: str) -> None:
    """A well-formed id that we did not make gets another on the first write (L01)."""
    client = app.test_client()
    client.set_cookie("session", invented)
    assert seen(client) == {}
    assert _records(app) == 0
    write(client, a=1)
    assert cookie_of(client) not in INVENTED
    assert seen(client) == {"a": 1}


def test_the_time_of_an_id_opens_nothing(app: Kolba) -> None:
    """The time of a session with another secret finds nothing, nor its secret with another
    time or with none."""
    client = app.test_client()
    write(client, a=1)
    good = cookie_of(client) or ""
    assert seen(holding(app, good)) == {"a": 1}
    for changed in (good[:10] + "A" * 43, "0" * 10 + good[10:], good[10:]):
        assert ids.is_id(changed) and seen(holding(app, changed)) == {}


def test_an_id_tells_when_it_was_made(app: Kolba) -> None:
    """Its time is that of the answer that brought it, as `Date` says it, and nothing else."""
    with time_machine.travel(1_800_000_000.5, tick=False):
        client = app.test_client()
        write(client, a=1)
        assert int((cookie_of(client) or "")[:10], 16) == 1_800_000_000.5 * 256


def test_an_id_of_an_older_kolba_is_its_session(app: Kolba) -> None:
    """Ids without a time, and their names in the store, are what they were: an update logs
    nobody out, and a log-in gives an id of today."""
    old = "x" * 43
    record = Record({"a": b"1"}, time.time(), time.time(), time.time() + 99)
    assert store_of(app).create(hashlib.sha256(old.encode()).hexdigest(), record)
    client = holding(app, old)
    assert seen(client) == {"a": 1}
    write(client, a=2)
    assert (seen(client), cookie_of(client)) == ({"a": 2}, old)
    write(client, user="anna")
    assert len(cookie_of(client) or "") == 53
    assert seen(client) == {"a": 2, "user": "anna"}


@pytest.fixture
def same_numbers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clock stands still, and of every two ids the second meets the first one's number."""
    with time_machine.travel(1_800_000_000.0, tick=False):

        def made(n: int) -> str:
            return f"{moment(time.time())}{n:043d}"

        first, second = colliding(lambda n: ids.key_of(made(n)))
        free = iter(range(second + 1, 10**9))
        numbers = (n for one in free for n in (first, second, one))
        monkeypatch.setattr(ids, "_text", lambda secret: f"{next(numbers):043d}")
        yield


@pytest.mark.usefixtures("same_numbers")
def test_an_id_whose_number_is_taken_is_not_given_out(app: Kolba) -> None:
    """Visitors whose ids would meet in the file get others, when they come and when they log
    in, with messages or without; and each has a session of their own."""
    clients = [app.test_client() for _ in range(4)]
    for n, client in enumerate(clients):
        visit(client, lambda n=n: session.update(n=n) or flash(f"m{n}"))
    for n, client in enumerate(clients):
        write(client, user=f"u{n}")
    for n, client in enumerate(clients):
        assert seen(client) == {"n": n, "user": f"u{n}"}
        assert visit(client, lambda: str(get_flashed_messages())).text == f"['m{n}']"
    assert len({cookie_of(client) for client in clients}) == 4


@pytest.mark.usefixtures("same_numbers")
def test_an_import_whose_number_is_taken_is_done_once(make_app: Any) -> None:
    """What is remembered of a signed cookie is the session that was made of it in the end."""
    app = moved(make_app)
    for n in range(3):
        value = flask_cookie({"n": n})
        client, copy = holding(app, value), holding(app, value)
        assert seen(client) == seen(copy) == {"n": n}
        assert "Set-Cookie" not in write(copy, x=1).headers
        write(client, x=2)
        assert seen(copy)["x"] == 2


def test_a_store_that_takes_no_id_is_an_error(make_app: Any) -> None:
    """A store that says that every key is taken is asked a few times, and not for ever."""

    class Full(MemoryStore):
        asked = 0

        def create(self, key: str, record: Record, *, durable: bool = False) -> bool:
            self.asked += 1
            return False

    store = Full()
    app = make_app()
    app.config.update(KOLBA_STATE=store, PROPAGATE_EXCEPTIONS=True)
    with pytest.raises(AssertionError, match="8 random ids of 256 bits are taken"):
        write(app.test_client(), a=1)
    assert store.asked == ids.TRIES == 8


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
    for bad in ("session=bad", f"session={'B' * 43}", f"session={'0' * 53}", "session="):
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
    assert re.match(r"__Host-session=[0-9a-f]{10}[\w-]{43};", set_cookie), "an id alone"
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
