"""Exercises: right answers are noted in the session, wrong ones come back with a hint."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from kolba.testing import session_of
from kolba.tour.chapters import NAMES
from kolba.tour.languages import TRANSLATORS
from tests.tour.visits import RIGHT, WRONG

SOLVED = str(TRANSLATORS["en"]("exercises.solved"))


def test_every_chapter_has_one() -> None:
    """Each chapter's exercise has a right answer in these tests, and a wrong one."""
    assert set(RIGHT) == {name for name, _ in WRONG} == set(NAMES)


@pytest.mark.parametrize("chapter", NAMES)
def test_right_answer_is_noted(client: FlaskClient, chapter: str) -> None:
    """A right answer leads back with a message, is kept in the session, and shown from then on."""
    page = client.post(f"/{chapter}/", data=RIGHT[chapter], follow_redirects=True).text
    assert SOLVED in page
    assert session_of(client)["solved"] == [chapter]
    page = client.get(f"/{chapter}/").text
    assert "✓ Solved" in page and SOLVED not in page.partition('id="wire"')[0]
    assert "Exercises solved: 1 of 8" in client.get("/").text


@pytest.mark.parametrize(("chapter", "answer"), WRONG)
def test_wrong_answer_comes_back(client: FlaskClient, chapter: str, answer: dict[str, str]) -> None:
    """A wrong answer is still in its field, with a hint, and nothing is noted."""
    page = client.post(f"/{chapter}/", data=answer)
    assert page.status_code == 422 and "kolba-summary" in page.text
    assert "solved" not in session_of(client)


def test_solving_twice_counts_once(client: FlaskClient) -> None:
    """The same exercise is noted once."""
    for _ in range(2):
        client.post("/urls/", data=RIGHT["urls"])
    assert session_of(client)["solved"] == ["urls"]


def test_progress_outlives_the_login(client: FlaskClient) -> None:
    """Logging in as somebody, as somebody else, and out: what was solved stays solved."""
    client.post("/urls/", data=RIGHT["urls"])
    for path, data in (("/login/", {"user": "A"}), ("/login/", {"user": "B"}), ("/login/out", {})):
        client.post(path, data=data)
        assert session_of(client)["solved"] == ["urls"]
