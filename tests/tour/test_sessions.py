"""Chapter 7: what the session keeps, what its cookie shows, and that it cannot be forged."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from itsdangerous.encoding import base64_encode

from kolba.tour import signed


def cookie_of(client: FlaskClient) -> str:
    """Returns the session's cookie."""
    cookie = client.get_cookie("tour_session")
    return cookie.value if cookie else ""


def test_draft_outlives_a_reload(client: FlaskClient) -> None:
    """A form half filled in is there again, on any later visit to the page."""
    client.post("/sessions/draft", data={"subject": "Tea", "message": ""})
    for _ in range(2):
        assert 'name="subject" maxlength="60" value="Tea"' in client.get("/sessions/").text


def test_sending_drops_the_draft(client: FlaskClient) -> None:
    """Once it is sent, nothing of the form stays in the session."""
    client.post("/sessions/draft", data={"subject": "Tea", "message": "x"})
    form = {"subject": "Tea", "message": "x"}
    page = client.post("/sessions/send", data=form, follow_redirects=True).text
    assert "Sent; the draft is gone" in page
    assert cookie_of(client) == ""


def test_unfinished_form_is_not_taken(client: FlaskClient) -> None:
    """Sending with an empty field is a 400 that names it, and the draft stays."""
    client.post("/sessions/draft", data={"subject": "Tea", "message": ""})
    answer = client.post("/sessions/send", data={"subject": "Tea", "message": " "})
    assert answer.status_code == 400 and "<code>message</code>" in answer.text
    assert 'value="Tea"' in client.get("/sessions/").text


def test_contents_are_shown_decoded(client: FlaskClient) -> None:
    """The page shows the dict, and the JSON inside the cookie, in readable letters."""
    client.post("/login/", data={"user": "Анна"})
    page = client.get("/sessions/").text.partition('id="wire"')[0]
    assert "<code>&#39;Анна&#39;</code>" in page
    assert "&#34;user&#34;: &#34;Анна&#34;" in page


def test_forged_cookie_is_not_believed(client: FlaskClient) -> None:
    """Other contents under the old signature make an empty session, and the page says so."""
    client.post("/login/", data={"user": "Anna"})
    page = client.post("/sessions/forge", follow_redirects=True).text
    assert "its signature is wrong" in page
    assert "&#34;user&#34;: &#34;admin&#34;" in page
    assert client.get("/redirects/secret").status_code == 302


def test_forged_cookie_gives_way_to_a_new_session(client: FlaskClient) -> None:
    """Logging in after that is as at first."""
    client.post("/sessions/forge")
    client.post("/login/", data={"user": "Anna"})
    assert "You are logged in as Anna." in client.get("/sessions/").text


def test_clearing_deletes_the_cookie(client: FlaskClient) -> None:
    """An empty session has no cookie."""
    client.post("/login/", data={"user": "Anna"})
    client.post("/sessions/clear")
    assert cookie_of(client) == ""


def test_remembering_makes_the_session_last(client: FlaskClient) -> None:
    """`session.permanent` gives the cookie a date; without it the browser's end is its end."""
    forgetful = client.post("/login/", data={"user": "Anna"}).headers["Set-Cookie"]
    lasting = client.post("/login/", data={"user": "Anna", "remember": "on"})
    assert "Expires" not in forgetful and "Expires" in lasting.headers["Set-Cookie"]


def test_visitors_have_each_their_own(client: FlaskClient) -> None:
    """Another visitor sees nothing of this one's session."""
    client.post("/login/", data={"user": "Anna"})
    other = client.application.test_client()
    assert "Anna" not in other.get("/sessions/").text


def test_cookie_is_taken_apart_as_flask_made_it(client: FlaskClient) -> None:
    """The parts, joined again, are the cookie, and the JSON is the session."""
    for message in ("short", "long " * 40):
        client.post("/sessions/draft", data={"subject": "Tea", "message": message[:200]})
        cookie = cookie_of(client)
        parts = signed.take_apart(cookie)
        assert parts and ".".join(parts[:3]) == cookie
        assert json.loads(parts.decoded)["draft"]["subject"] == "Tea"


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "x",
        "a.b",
        "a.b.c",
        "....",
        ".x.aaaa.bbbb",
        "bm90IGpzb24.aaaa.bbbb",
        "W10." + "_" * 40 + ".x",
        f"{base64_encode(b'[' * 10_000).decode()}.aaaa.bbbb",
        f"{base64_encode(b'9' * 10_000).decode()}.aaaa.bbbb",
        "é.é.é",
    ],
)
def test_nonsense_has_no_parts(cookie: str) -> None:
    """What is not one of Flask's cookies is not taken apart, and does no harm."""
    assert signed.take_apart(cookie) is None
