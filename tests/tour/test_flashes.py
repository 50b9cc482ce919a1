"""Chapter 5: shown once, by category, on the page that the redirect leads to."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kolba.tour import pictures
from kolba.tour.chapters.flashes import CATEGORIES
from kolba.tour.lab.flashes import left_by_filter


def say(client: FlaskClient, message: str, category: str = "success", then: str = "wait") -> str:
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
    """Pages that do not ask leave the message where it is; the inspector says that it was left."""
    assert "Flash message left" in say(client, "Saved")
    for path in ("/", "/flashes/", "/nowhere"):
        assert '<p class="flash' not in client.get(path).text


def test_messages_keep_their_order(client: FlaskClient) -> None:
    """Messages are shown in the order in which they were left."""
    for word in ("one", "two", "three"):
        client.post("/flashes/", data={"message": word, "then": "show"})
    page = client.get("/flashes/show").text
    assert page.index(">one<") < page.index(">two<") < page.index(">three<")


def test_what_a_filter_passes_over_waits(client: FlaskClient) -> None:
    """Of two messages one category is shown; the other comes with the next page."""
    for word, category in (("one", "error"), ("two", "info")):
        form = {"message": word, "category": category, "then": "show"}
        client.post("/flashes/", data=form)
    page = client.get("/flashes/show?only=error").text.partition('id="wire"')[0]
    assert ">one<" in page and ">two<" not in page


def test_the_exercise_counts_what_really_is_left() -> None:
    """Kolba leaves the one message that the filter passed over; Flask leaves none."""
    assert left_by_filter() == 1
    assert left_by_filter(Flask) == 0


def test_the_picture_is_of_a_recorded_life() -> None:
    """In the picture Flask loses the message to HEAD, and Kolba shows it to the one who looks."""
    fates = {name: [m.fate for m in life] for name, life in pictures.flash_life().items()}
    assert fates["flask.Flask"] == ["left", "lost", "gone", "gone", "gone"]
    assert fates["kolba.Kolba"] == ["left", "waits", "waits", "shown", "gone"]
