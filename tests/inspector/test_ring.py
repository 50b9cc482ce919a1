"""The ring is bounded, and nobody who floods the app makes it grow."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Flask, request, session

from kolba.inspector.ring import Ring
from tests.inspector.inspected import Inspected, inspecting, plain


def add_views(app: Flask) -> Flask:
    @app.route("/", methods=["GET", "POST"])
    def home() -> str:
        return "home"

    @app.post("/form")
    def form() -> str:
        session["text"] = request.form["text"][:10]
        return str(len(request.form["text"]))

    @app.get("/logs")
    def logs() -> str:
        for number in range(300):
            app.logger.warning("line %d %s", number, "x" * 5_000)
        return "logged"

    return app


@pytest.fixture
def shop() -> Iterator[Inspected]:
    app = add_views(plain())
    app.config.update(MAX_FORM_MEMORY_SIZE=None)
    with inspecting(app, Ring(requests=100, most_bytes=1_000_000)) as inspected:
        yield inspected


def test_ten_thousand_requests(shop: Inspected) -> None:
    """The last ones are kept; redirects and messages that nobody followed are not piled up."""
    for number in range(10_000):
        shop.call({"QUERY_STRING": f"n={number}", "HTTP_USER_AGENT": f"agent {number}"})
    found = shop.ring.since(0)
    assert [one["number"] for one in found["requests"]] == [*range(9_901, 10_001)]
    assert found["oldest"] == 9_901
    assert shop.ring.one(9_900) is None
    assert shop.ring._bytes <= 1_000_000


def test_large_requests(shop: Inspected) -> None:
    """Long paths, headers, cookies, forms, files and thousands of log lines are cut."""
    large = "x" * 100_000
    shop.browser.get(f"/{large}", query_string={large: large}, headers={"X-Large": large})
    shop.browser.get("/", headers=[(f"X-{n}", "y" * 5_000) for n in range(500)])
    shop.browser.post("/form", data={"text": "x" * 10**7, **{f"n{n}": "v" for n in range(900)}})
    shop.browser.get("/logs")
    for entry in shop.listed:
        assert len(json.dumps(shop.whole(entry["number"]))) < 250_000
    assert shop.last["dropped"] == {"logs": 250}


def test_bytes_count_too(shop: Inspected) -> None:
    """Where requests are large, fewer of them are kept."""
    for _ in range(50):
        shop.browser.get("/logs")
    assert 0 < len(shop.listed) < 20
    assert shop.ring._bytes <= 1_000_000


def test_news_alone_are_told(shop: Inspected) -> None:
    """Who knows a version of the ring gets what has come or changed since."""
    shop.browser.get("/")
    version = shop.ring.since(0)["version"]
    assert shop.ring.since(version)["requests"] == []
    shop.browser.get("/")
    assert [one["number"] for one in shop.ring.since(version)["requests"]] == [2]


@pytest.mark.parametrize(
    "hostile",
    [
        {"HTTP_HOST": "[", "PATH_INFO": "/\xff\x00"},
        {"HTTP_COOKIE": ";;=;a=\xff;" * 50},
        {"QUERY_STRING": "&&&==%zz%ff&a=\xff"},
        {"CONTENT_LENGTH": "-5", "CONTENT_TYPE": "multipart/form-data; boundary="},
        {"HTTP_AUTHORIZATION": "\xff"},
        {"HTTP_USER_AGENT": "\ud800"},
        {"REQUEST_METHOD": "<script>"},
    ],
    ids=lambda hostile: next(iter(hostile)),
)
def test_requests_that_are_none(
    shop: Inspected, hostile: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a client sends is recorded, and the answer is the app's."""
    shop.call(hostile)
    assert len(shop.listed) == 1
    assert capsys.readouterr().err == ""
