"""Chapter 5: shown once, by category, within the bounds of a cookie."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from kolba.tour.chapters.flashes import CATEGORIES


def say(client: FlaskClient, message: str, category: str = "success", then: str = "index") -> str:
    """Flashes a message, and returns the page that follows."""
    form = {"message": message, "category": category, "then": then}
    return client.post("/flashes/", data=form, follow_redirects=True).text


@pytest.mark.parametrize("category", CATEGORIES)
def test_message_is_shown_once(client: FlaskClient, category: str) -> None:
    """The next page shows the message with its category; a reload does not."""
    page = say(client, "Saved", category, "show")
    assert f'<p class="flash {category}"' in page and ">Saved<" in page
    assert '<p class="flash' not in client.get("/flashes/show").text


def test_message_waits_through_other_pages(client: FlaskClient) -> None:
    """Pages that do not ask leave the message where it is."""
    assert "Messages that wait: 1" in say(client, "Saved")
    for path in ("/", "/flashes/", "/sessions/", "/cookies/", "/nowhere"):
        client.get(path)
    assert ">Saved<" in client.get("/flashes/show").text


def test_filter_shows_one_category_and_takes_all(client: FlaskClient) -> None:
    """What the filter hides is gone as well: Flask takes the whole queue."""
    say(client, "one", "error")
    say(client, "two", "info")
    page = client.get("/flashes/show?only=error").text
    assert ">one<" in page and ">two<" not in page.partition('id="wire"')[0]
    assert "Flash messages taken" in page
    assert '<p class="flash' not in client.get("/flashes/show").text


def test_messages_keep_their_order(client: FlaskClient) -> None:
    """Messages are shown in the order in which they were left."""
    for word in ("one", "two", "three"):
        say(client, word)
    page = client.get("/flashes/show").text
    assert page.index(">one<") < page.index(">two<") < page.index(">three<")


def test_backlog_is_bounded(client: FlaskClient) -> None:
    """A sixth message is refused with the reason; the five before it stay."""
    for number in range(5):
        say(client, f"message {number}")
    assert "No more than 5 messages wait here" in say(client, "message 5")
    page = client.get("/flashes/show").text.partition('id="wire"')[0]
    assert page.count('<p class="flash') == 5 and "message 5" not in page


def test_fullest_session_fits_a_cookie(client: FlaskClient) -> None:
    """All that a visitor can put into the session stays below what browsers keep."""
    from itertools import count

    # Letters of four bytes, all different: nothing for the compression to find.
    letters = (chr(0x1F300 + number * 7 % 0x3FF) for number in count())
    text = {n: "".join(next(letters) for _ in range(n)) for n in (40, 60, 100, 200)}
    client.post("/login/", data={"user": text[40], "remember": "on"})
    client.post("/sessions/draft", data={"subject": text[60], "message": text[200]})
    for _ in range(6):
        client.post("/redirects/orders", data={"tea": "herbal"})
    for _ in range(5):
        form = {"message": "".join(next(letters) for _ in range(100)), "then": "index"}
        answer = client.post("/flashes/", data=form)
    assert len(answer.headers["Set-Cookie"]) < 4093
