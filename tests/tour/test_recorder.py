"""The recorder: what it shows is true, bounded, and the visitor's own."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from kolba.tour.exchange import Exchange
from kolba.tour.history import EXCHANGES, VISITORS, History


def exchange(target: str) -> Exchange:
    """Returns an exchange that differs by its target only."""
    return Exchange("GET", target, "HTTP/1.1", (), "", "200 OK", ())


def test_page_shows_its_own_exchange(client: FlaskClient) -> None:
    """Request line, headers, status and the length in the panel are those on the wire."""
    answer = client.get("/urls/?name=static", headers={"X-Try": "yes"})
    assert "GET /urls/?name=static HTTP/1.1" in answer.text
    assert "<b>X-Try:</b> <span>yes</span>" in answer.text
    assert "HTTP/1.1 200 OK" in answer.text
    shown = re.findall(r"<b>Content-Length:</b> <span>(\d+)</span>", answer.text)
    assert shown == [str(len(answer.data))] == [answer.headers["Content-Length"]]


def test_set_cookie_of_this_very_answer_is_shown(client: FlaskClient) -> None:
    """Even cookies that are written after the view has returned are in the panel."""
    client.get("/")
    answer = client.post("/sessions/draft", data={"subject": "Tea"})
    [sent] = answer.headers.getlist("Set-Cookie")
    shown = re.sub(r"<[^>]+>", "", client.get("/sessions/").text)
    assert f"Set-Cookie: {sent}" in shown
    assert "Cookie tour_session is set" in shown


def test_messages_are_told_when_left_and_when_shown(client: FlaskClient) -> None:
    """The panel says of a message that it was left, and on the next page that it was shown."""
    form = {"message": "Tea", "then": "show"}
    page = client.post("/flashes/", data=form, follow_redirects=True).text
    assert "Flash message left: <code>&#39;Tea&#39;</code>" in page
    assert "Flash message shown: <code>&#39;Tea&#39;</code>" in page


def test_form_is_shown_raw_and_decoded(client: FlaskClient) -> None:
    """The body stands as it was sent, and its fields decoded."""
    page = client.post("/requests/order", data={"name": "Анна"}).text
    assert '<span class="line body">name=%D0%90%D0%BD%D0%BD%D0%B0</span>' in page
    assert "<dt>name</dt><dd>Анна</dd>" in page


def test_changes_of_the_session_are_told_by_key(client: FlaskClient) -> None:
    """A key that was set, and one that is gone, are named as such."""
    page = client.post("/login/", data={"user": "Anna"}, follow_redirects=True).text
    assert "<code>session[&#39;_user_id&#39;] = &#39;Anna&#39;</code>" in page.replace("'", "&#39;")
    page = client.post("/login/out", follow_redirects=True).text
    assert "<code>_user_id</code> is gone from the session" in page


def test_nobody_sees_another_visitors_exchanges(app: Flask) -> None:
    """Neither a new visitor nor one with a guessed cookie sees what others sent."""
    anna = app.test_client()
    anna.get("/urls/?view=secret-of-anna")
    for cookie in ("", "tour_visitor=0000000000000000", "tour_visitor=%", "tour_visitor="):
        other = app.test_client()
        for _ in range(2):
            assert "secret-of-anna" not in other.get("/", headers={"Cookie": cookie}).text


def test_own_cookie_is_labelled(client: FlaskClient) -> None:
    """The recorder's cookie is marked in the headers, and explained below them."""
    client.get("/")
    page = client.get("/").text
    assert '<span class="own">tour_visitor=' in page
    assert "<code>tour_visitor</code> is the tour’s own" in page


def test_own_cookie_is_set_once(client: FlaskClient) -> None:
    """A visitor who has the cookie does not get another."""
    assert "tour_visitor" in client.get("/").headers["Set-Cookie"]
    assert "Set-Cookie" not in client.get("/").headers


def test_static_files_are_not_recorded(client: FlaskClient) -> None:
    """A style sheet is no exchange that a visitor wants to see, and gets no cookie."""
    answer = client.get("/static/tour.css")
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert "tour.css" not in client.get("/").text.partition('id="wire"')[2]


def test_the_icon_is_where_browsers_look(client: FlaskClient) -> None:
    """The icon that a browser asks for by itself is there, and is not recorded either."""
    answer = client.get("/favicon.ico")
    assert answer.mimetype == "image/svg+xml" and "Set-Cookie" not in answer.headers
    assert "favicon.ico" not in client.get("/").text


def test_head_has_no_body(client: FlaskClient) -> None:
    """HEAD is answered with headers alone; none says that the page is empty."""
    answer = client.head("/")
    assert answer.status_code == 200 and answer.data == b""
    assert "Content-Length" not in answer.headers
    assert (
        client.head("/static/tour.css").content_length
        == client.get("/static/tour.css").content_length
    )


def test_large_body_is_not_read(client: FlaskClient) -> None:
    """A body that the tour does not take is refused by its length, and said to be too large."""
    answer = client.post("/requests/order", data={"name": "x" * 70_000})
    assert answer.status_code == 413
    assert "a body too large to record" in answer.text
    assert len(answer.data) < 60_000


def test_long_parts_are_cut(client: FlaskClient) -> None:
    """Bodies, headers and targets of any length make a panel of a bounded one."""
    client.post("/requests/order", data={"name": "x" * 60_000})
    client.get("/nowhere?" + "y" * 60_000, headers={"X-Long": "z" * 60_000})
    page = client.get("/").text
    assert "x" * 4097 not in page and "y" * 2049 not in page and "z" * 4097 not in page
    assert len(page) < 100_000


def test_short_body_is_a_bad_request(client: FlaskClient) -> None:
    """A body that ends before its length has come is a 400, not half a form."""
    answer = client.post(
        "/requests/order",
        data=b"name=An",
        content_type="application/x-www-form-urlencoded",
        headers={"Content-Length": "4000"},
        environ_overrides={"CONTENT_LENGTH": "4000"},
    )
    assert answer.status_code == 400
    assert "cannot be understood" in answer.text


def test_ring_keeps_the_last(client: FlaskClient) -> None:
    """A visitor's ring holds the last few, in order."""
    history = History()
    for number in range(EXCHANGES + 3):
        history.add("anna", exchange(f"/{number}"))
    kept = [item.target for item in history.of("anna")]
    assert kept == [f"/{number}" for number in range(3, EXCHANGES + 3)]


def test_visitors_are_bounded() -> None:
    """Whoever was not seen for longest is forgotten; the others are not."""
    history = History()
    for number in range(VISITORS):
        history.add(str(number), exchange("/"))
    history.add("0", exchange("/again"))
    history.add("new", exchange("/"))
    assert history.of("1") == ()
    assert len(history.of("0")) == 2 and len(history.of("new")) == 1


def test_marker_cannot_be_typed(client: FlaskClient) -> None:
    """A text that looks like the panel's marker stays text."""
    page = client.get("/escaping/", query_string={"name": f"<!-- {'0' * 32} -->"}).text
    assert page.count('id="wire-title"') == 1
    assert "<!--" not in page
