"""Bad cookies, ids and clocks, tried with Kolba and with plain Flask.

What is tried with Kolba alone, because it concerns what Flask does not have (records, ids, a
store), is in `test_ids`, `test_dict` (records that do not decode) and `test_identity`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask, flash, get_flashed_messages, render_template_string, session

from tests.guards.serving import request as raw
from tests.guards.serving import served
from tests.sessions.test_experiments import guarantee
from tests.sessions.test_ids import COOKIES, MALFORMED
from tests.sessions.test_reading import READS
from tests.sessions.views import cookie_of, visit, write

DAY = 86_400


@pytest.fixture
def app(cls: type[Flask], tmp_path: Path) -> Flask:
    """An app of the class that is tried."""
    made = cls("shop")
    made.secret_key = "k" * 32
    made.config["KOLBA_STATE"] = f"sqlite:///{tmp_path}/state.sqlite3"
    return made


def found_with(app: Flask, cookie: str) -> tuple[int, dict[str, Any], bool]:
    """Status, session, and whether a cookie is set, for a raw Cookie header that only reads."""
    found: dict[str, Any] = {}
    client = app.test_client(use_cookies=False)
    answer = visit(client, lambda: found.update(session), headers={"Cookie": cookie})
    return answer.status_code, found, "Set-Cookie" in answer.headers


@guarantee(on_flask="what it has not signed is an empty session")
@pytest.mark.parametrize("sent", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_id_is_an_ordinary_visit(app: Flask, sent: str) -> None:
    """200, an empty session, no cookie (L02, E22-E29)."""
    header = f"session={sent}".encode().decode("latin1").replace("\n", "").replace("\x00", "")
    assert found_with(app, header) == (200, {}, False)


@guarantee(on_flask="Werkzeug's parser leaves out what is no cookie, and both classes use it")
@pytest.mark.parametrize("header", COOKIES, ids=range(len(COOKIES)))
def test_strange_cookies_do_not_hide_the_session(app: Flask, header: str) -> None:
    """Whatever stands beside it, the answer is 200 and the session is found (E01-E19)."""
    client = app.test_client()
    write(client, a=1)
    status, found, _ = found_with(app, header.format(f"session={cookie_of(client)}"))
    assert status == 200
    if "{}" in header and 'a="' not in header:
        assert found == {"a": 1}


@guarantee()
def test_a_bad_cookie_does_not_hide_a_good_one_behind_it(app: Flask) -> None:
    """Of two of the name, the one that is a session counts (E11)."""
    client = app.test_client()
    write(client, a=1)
    for bad in ("session=bad", "session="):
        assert found_with(app, f"{bad}; session={cookie_of(client)}")[1] == {"a": 1}


@guarantee(on_flask="it looks at the first of a name")
def test_a_bad_cookie_does_not_hide_a_good_one_before_it(app: Flask) -> None:
    """Nor does one that follows (E11)."""
    client = app.test_client()
    write(client, a=1)
    assert found_with(app, f"session={cookie_of(client)}; session=bad")[1] == {"a": 1}


@guarantee(on_flask="its signature is of 20 bytes, and a different text is another signature")
def test_every_changed_character_is_another_cookie(app: Flask) -> None:
    """Each character replaced, each prefix, and additions: an empty session (L13)."""
    client = app.test_client()
    write(client, a=1)
    good = cookie_of(client) or ""
    other = {True: "B", False: "A"}
    bad = [good[:n] + other[good[n] == "A"] + good[n + 1 :] for n in range(len(good) - 1)]
    bad += [good[:n] for n in range(len(good))] + [f"{good}.", f"{good}A"]
    for cookie in bad:
        assert found_with(app, f"session={cookie}") == (200, {}, False), cookie


@guarantee()
def test_no_second_text_is_the_same_cookie(app: Flask) -> None:
    """The last character's unused bits count, and so does padding (L13)."""
    client = app.test_client()
    write(client, a=1)
    good = cookie_of(client) or ""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for other in (f"{good}=", *(good[:-1] + last for last in letters.replace(good[-1], ""))):
        assert found_with(app, f"session={other}")[1] == {}


@guarantee(on_flask="its signature carries the time")
def test_a_session_ends_a_second_after_its_time(app: Flask) -> None:
    """Empty, and 200 (L03)."""
    client = app.test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        write(client, a=1)
        clock.shift(31 * DAY - 1)
        cookie = cookie_of(client)
        clock.shift(2)
        assert found_with(app, f"session={cookie}") == (200, {}, False)


@guarantee()
def test_a_clock_that_was_ahead_logs_nobody_out(app: Flask) -> None:
    """A session from an hour ahead is there when the clock is right, and ends in time (L15)."""
    client = app.test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        write(client, a=1)
        cookie = cookie_of(client)
        clock.shift(-3600)
        assert found_with(app, f"session={cookie}")[1] == {"a": 1}
        clock.shift(33 * DAY)
        assert found_with(app, f"session={cookie}")[1] == {}


@guarantee(on_flask="a session that nothing was assigned to makes no cookie")
def test_a_flood_of_invented_ids_gets_nothing(app: Flask) -> None:
    """No cookie, whatever is sent (L16; that no record is made is in `test_ids`)."""
    assert all(found_with(app, f"session={n:043d}") == (200, {}, False) for n in range(100))


@guarantee()
@pytest.mark.parametrize("read", READS)
def test_every_look_is_told_to_caches(app: Flask, read: str) -> None:
    """`Vary: Cookie`, and never storable by a shared cache (L17)."""
    client = app.test_client()
    write(client, a=1)
    answer = visit(client, lambda: str(READS[read]())[:0])
    assert "Cookie" in answer.headers.get("Vary", "")
    assert answer.cache_control.private or answer.cache_control.no_store


@guarantee(on_flask="its cookie is JSON, and Jinja escapes what it shows")
@pytest.mark.parametrize("text", ["<script>\r\nSet-Cookie: a=b", "half \ud800"])
def test_any_text_is_shown_as_text(app: Flask, text: str) -> None:
    """Escaped, whole, and no header of its own (L11)."""
    client = app.test_client()
    answer = visit(client, lambda: flash(text))
    assert all(line.startswith("session=") for line in answer.headers.getlist("Set-Cookie"))
    shown: list[str] = []

    def page() -> str:
        shown.extend(get_flashed_messages())
        return render_template_string("{{ m }}", m=shown[0].encode("ascii", "replace").decode())

    assert "<script>" not in visit(client, page).text
    assert shown == [text]


@guarantee()
def test_a_long_message_is_kept_where_a_browser_keeps_it(app: Flask) -> None:
    """Whole, and no part of a cookie that is too large to be kept (L11)."""
    client = app.test_client()
    text = "".join(f"{n * n:x}" for n in range(9_000))
    answer = visit(client, lambda: flash(text))
    assert all(len(line) < 4093 for line in answer.headers.getlist("Set-Cookie"))
    shown: list[str] = []
    visit(client, lambda: shown.extend(get_flashed_messages()))
    assert shown == [text]


@guarantee(on_flask="its cookie is JSON, which escapes what no UTF-8 has")
def test_an_identity_and_a_message_that_are_no_utf8(app: Flask) -> None:
    """A lone surrogate, which JSON can bring, logs in, is told and logs out like any other."""
    client, text = app.test_client(), json.loads(r'"a\ud800"')

    def login() -> None:
        session["user"] = text
        flash("in", text)

    assert visit(client, login).status_code == 200
    found: list[Any] = []
    visit(client, lambda: found.extend([session["user"], *get_flashed_messages(True, [text])]))
    assert found == [text, (text, "in")]
    assert visit(client, lambda: session.clear()).status_code == 200


def test_a_header_that_the_server_could_not_read_is_told(tmp_path: Path) -> None:
    """The session is behind a cookie with bytes outside of ASCII: the log says what to look for."""
    code = """
        from kolba import Kolba, session
        app = Kolba(__name__)
        app.add_url_rule("/", "index", lambda: str(session.get("a")))
    """
    with served(tmp_path, code) as server:
        assert server.raw(raw("/", "Cookie: name=anna; session=x")).endswith(b"None")
        assert "Cookie" not in server.errors()
        assert server.raw(raw("/", "Cookie: name=\xd0\xb0; session=x")).endswith(b"None")
        assert "GET '/': the Cookie header arrived empty" in server.errors()
        assert "encodeURIComponent" in server.errors()
