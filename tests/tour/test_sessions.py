"""Chapter 7: what the session keeps, and what Flask's cookie would show of it."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from itsdangerous.encoding import base64_encode

from kolba.tour import signed
from kolba.tour.lab.sessions import flask_cookie


def cookie_of(client: FlaskClient) -> str:
    """Returns the session's cookie."""
    cookie = client.get_cookie("tour_session")
    return cookie.value if cookie else ""


def test_draft_outlives_a_reload(client: FlaskClient) -> None:
    """A form half filled in is there again, on any later visit to the page."""
    client.post("/sessions/draft", data={"subject": "Tea", "message": ""})
    for _ in range(2):
        assert 'name="subject" value="Tea"' in client.get("/sessions/").text


def test_sending_drops_the_draft(client: FlaskClient) -> None:
    """Once it is sent, nothing of the form stays in the session."""
    client.post("/sessions/draft", data={"subject": "Tea", "message": "x"})
    form = {"subject": "Tea", "message": "x"}
    page = client.post("/sessions/", data=form, follow_redirects=True).text
    assert "Sent; the draft is gone" in page
    with client.session_transaction() as session:
        assert "draft" not in session


def test_unfinished_form_is_not_taken(client: FlaskClient) -> None:
    """Sending with an empty field is a 422 with the mistake at the field, and the draft stays."""
    client.post("/sessions/draft", data={"subject": "Tea", "message": ""})
    answer = client.post("/sessions/", data={"subject": "Tea", "message": ""})
    assert answer.status_code == 422 and 'id="letter-message-error"' in answer.text
    assert 'value="Tea"' in client.get("/sessions/").text


def test_contents_are_shown(client: FlaskClient) -> None:
    """The page shows the dict, and the JSON that Flask would send of it, in readable letters."""
    client.post("/login/", data={"user": "Анна"})
    page = client.get("/sessions/").text.partition('id="wire"')[0]
    assert "<code>&#39;Анна&#39;</code>" in page
    assert "&#34;_user_id&#34;: &#34;Анна&#34;" in page


def test_cookie_holds_a_number_only(client: FlaskClient) -> None:
    """Nothing of the session can be read out of the cookie, and the page shows the number."""
    client.post("/login/", data={"user": "Anna"})
    cookie = cookie_of(client)
    assert cookie and signed.take_apart(cookie) is None
    assert f"<code>{cookie}</code>" in client.get("/sessions/").text


@pytest.mark.parametrize("forged", ["x", "a.b.c", "A" * 43, ".eJw.aaaa.bbbb"])
def test_forged_cookie_is_not_believed(client: FlaskClient, forged: str) -> None:
    """A number that the tour has not given is nobody's; a new login is as at first."""
    client.set_cookie("tour_session", forged)
    assert client.get("/redirects/secret").status_code == 302
    client.post("/login/", data={"user": "Anna"})
    assert "You are logged in as Anna." in client.get("/sessions/").text


def test_copied_cookie_ends_with_the_login(client: FlaskClient) -> None:
    """Who copied the cookie is logged out with its owner."""
    client.post("/login/", data={"user": "Anna"})
    copy = cookie_of(client)
    client.post("/login/out")
    thief = client.application.test_client()
    thief.set_cookie("tour_session", copy)
    assert thief.get("/redirects/secret").status_code == 302


def test_clearing_deletes_the_cookie(client: FlaskClient) -> None:
    """An empty session has no cookie."""
    client.post("/login/", data={"user": "Anna"})
    client.post("/sessions/clear")
    assert cookie_of(client) == ""


def test_remembering_makes_the_session_last(client: FlaskClient) -> None:
    """`session.permanent` gives the cookie a date; without it the browser's end is its end."""
    for data, lasts in (({"user": "Anna"}, False), ({"user": "Anna", "remember": "true"}, True)):
        headers = client.post("/login/", data=data).headers.getlist("Set-Cookie")
        [cookie] = [header for header in headers if header.startswith("tour_session=")]
        assert ("Expires" in cookie or "Max-Age" in cookie) is lasts


def test_visitors_have_each_their_own(client: FlaskClient) -> None:
    """Another visitor sees nothing of this one's session."""
    client.post("/login/", data={"user": "Anna"})
    other = client.application.test_client()
    assert "Anna" not in other.get("/sessions/").text


def test_flasks_cookie_is_taken_apart_as_flask_made_it() -> None:
    """The parts, joined again, are the cookie, and the JSON is the session."""
    for message in ("short", "long " * 40):
        cookie = flask_cookie({"draft": {"subject": "Tea", "message": message}})
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
