"""Requests as people write them."""

from __future__ import annotations

import pytest

from kolba.compare.asking import FORM, JSON, Request, RequestError, read, read_fill


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("GET /", Request("GET", "/")),
        ("GET /find q=tea", Request("GET", "/find?q=tea")),
        ("GET /find?page=2 q='green tea'", Request("GET", "/find?page=2&q=green+tea")),
        ("POST /login", Request("POST", "/login", body="", content_type=FORM)),
        (
            "POST /login user=anna password='a b=c'",
            Request("POST", "/login", body="user=anna&password=a+b%3Dc", content_type=FORM),
        ),
        ("POST /a name=Анна", Request("POST", "/a", body="name=%D0%90%D0%BD%D0%BD%D0%B0",
                                      content_type=FORM)),
        ("GET / Accept:text/plain", Request("GET", "/", (("Accept", "text/plain"),))),
        (
            "PUT /a Content-Type:application/json name=1",
            Request("PUT", "/a", body='{"name": "1"}', content_type="application/json"),
        ),
        ("DELETE /a/1 url=http://x:1/", Request("DELETE", "/a/1", body="url=http%3A%2F%2Fx%3A1%2F",
                                               content_type=FORM)),
        (
            'POST /teas {"name": "it\'s green", "grams": [50]} ',
            Request("POST", "/teas", body='{"name": "it\'s green", "grams": [50]}',
                    content_type=JSON),
        ),
        (
            "PATCH /a X-Key:1 Content-Type:application/ld+json [1, {}]",
            Request("PATCH", "/a", (("X-Key", "1"),), "[1, {}]", "application/ld+json"),
        ),
        ("POST /a text='a {b}'", Request("POST", "/a", body="text=a+%7Bb%7D", content_type=FORM)),
    ],
)  # fmt: skip
def test_what_is_written_is_read(text: str, request_: Request) -> None:
    """Fields go into form or query, headers into the head, quotes hold words; JSON stays."""
    assert read(text) == request_


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GET",
        "/login",
        "get /",
        "GET login",
        "POST /a b",
        "POST /a 'b",
        "GET http://x/",
        "POST /a {1}",
        "POST /a a=b {}",
    ],
)
def test_what_cannot_be_read_is_explained(text: str) -> None:
    """The error quotes the request and shows one that is right."""
    with pytest.raises(RequestError) as error:
        read(text)
    assert repr(text) in str(error.value)
    assert "'POST /login user=anna'" in str(error.value)


def test_a_body_that_is_no_json_is_named() -> None:
    """The error says what was meant to be JSON, and where it is none."""
    with pytest.raises(RequestError, match=r"its body is no JSON: .*column 10"):
        read('POST /teas {"name": green}')


def test_a_value_for_a_route() -> None:
    """`--fill` is a name and any value; else the error shows how it is written."""
    assert read_fill("slug=a=b") == ("slug", "a=b")
    for text in ("slug", "=a", "a b=c", ""):
        with pytest.raises(RequestError, match="number=7"):
            read_fill(text)
