"""When two answers are the same, in which parts they are not, and what changes by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kolba.compare.answers import Answer, Difference, differences, explained

PLAIN = Answer("200 OK", (("Content-Type", "text/html"), ("Set-Cookie", "a=1; Path=/")), "<p>1</p>")

texts = st.text("ab1 <&;=", max_size=12)
answers = st.builds(
    Answer,
    st.sampled_from(["200 OK", "404 NOT FOUND"]),
    st.lists(st.tuples(st.sampled_from(["A", "B", "Set-Cookie"]), texts), max_size=3).map(tuple),
    texts,
    st.sampled_from(["", "ValueError: 1"]),
    st.booleans(),
)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"status": "201 CREATED"}, "status"),
        ({"raised": "ValueError: no"}, "exception"),
        ({"body": "<p>2</p>"}, "body"),
        ({"body": ""}, "body"),
        ({"whole": False}, "length of the body"),
        ({"headers": PLAIN.headers[::-1]}, "names or order of headers"),
        ({"headers": PLAIN.headers[:1]}, "names or order of headers"),
        ({"headers": (PLAIN.headers[0], ("Set-Cookie", "a=2; Path=/"))}, "header Set-Cookie a"),
        ({"headers": (("Content-Type", "text/plain"), PLAIN.headers[1])}, "header Content-Type"),
        (
            {"headers": (("content-type", "text/html"), PLAIN.headers[1])},
            "names or order of header",
        ),
    ],
)
def test_every_part_is_looked_at(change: dict[str, object], part: str) -> None:
    """A change of any part, even of the order or case of headers, is found and named."""
    (found,) = differences(PLAIN, replace(PLAIN, **change))  # type: ignore[arg-type]
    assert found.part.startswith(part)


@given(answers, answers)
def test_equal_answers_and_only_they_have_no_difference(one: Answer, two: Answer) -> None:
    """There is no difference exactly when the answers are equal."""
    assert (differences(one, two) == []) == (one == two)


@given(answers, answers)
def test_what_flask_does_too_is_explained(one: Answer, two: Answer) -> None:
    """A difference that Flask has from itself, word for word, is one that comes by itself."""
    found = differences(one, two)
    assert all(explained(difference, found) for difference in found if difference.words is not None)


def test_a_token_does_not_hide_its_neighbour() -> None:
    """Beside a word that changes by itself, another that does not is still a difference."""
    flask = replace(PLAIN, body="<i>token1</i><b>same</b>")
    twin = replace(PLAIN, body="<i>token2</i><b>same</b>")
    fine = replace(PLAIN, body="<i>token3</i><b>same</b>")
    wrong = replace(PLAIN, body="<i>token3</i><b>other</b>")
    by_itself = differences(flask, twin)
    assert all(explained(difference, by_itself) for difference in differences(flask, fine))
    assert not all(explained(difference, by_itself) for difference in differences(flask, wrong))


def test_a_length_follows_its_body_alone() -> None:
    """`Content-Length` may change when the body does by itself, and not otherwise."""
    length = Difference("header Content-Length", "5", "6", frozenset({0}))
    assert explained(length, [Difference("body", "a", "b")])
    assert not explained(length, [Difference("header Date", "a", "b")])


def test_a_difference_shows_its_place() -> None:
    """What is shown of a long body is the place where it differs."""
    one, two = (replace(PLAIN, body=f"{'x' * 500}{end}") for end in ("flask", "kolba"))
    (found,) = differences(one, two)
    assert found.flask.endswith("flask") and found.kolba.endswith("kolba")
    assert len(found.flask) < 70
