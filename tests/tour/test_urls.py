"""Chapter 1: what url_for answers, explained."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kolba.tour import building


@pytest.mark.parametrize(
    ("endpoint", "arguments", "external", "call", "url"),
    [
        ("urls.item", "number=7", False, "url_for('urls.item', number=7)", "/urls/items/7"),
        ("urls.item", "number=7\ncolour=red", False, None, "/urls/items/7?colour=red"),
        ("urls.person", "name=Anna Maria", False, None, "/urls/people/Anna%20Maria"),
        ("urls.file", "path=a/b/c.txt", False, None, "/urls/files/a/b/c.txt"),
        ("urls.index", "", False, "url_for('urls.index')", "/urls/"),
        (
            "urls.person",
            "name=Анна",
            True,
            None,
            "http://localhost/urls/people/%D0%90%D0%BD%D0%BD%D0%B0",
        ),
        ("urls.index", "", True, "url_for('urls.index', _external=True)", "http://localhost/urls/"),
    ],
)
def test_urls_are_built(
    app: Flask, endpoint: str, arguments: str, external: bool, call: str | None, url: str
) -> None:
    """The visitor sees the very URL that url_for gives, and the call that gave it."""
    with app.test_request_context("/"):
        built = building.build(endpoint, arguments, external=external)
    assert built.url == url
    assert call is None or built.call == call


@pytest.mark.parametrize(
    ("endpoint", "arguments", "reason", "details"),
    [
        ("urls.itme", "number=7", "suggested", {"suggested": "urls.item"}),
        ("urls.item", "", "missing", {"names": "number"}),
        ("urls.item", "number=seven", "converter", {}),
        ("urls.item", "number", "argument", {"line": "number"}),
        ("urls.item", "7=7", "argument", {"line": "7=7"}),
        ("urls.item", "class=7", "argument", {"line": "class=7"}),
        ("urls.item", "endpoint=x", "argument", {"line": "endpoint=x"}),
        ("urls.item", "self=x", "argument", {"line": "self=x"}),
        ("urls.item", "_scheme=javascript", "argument", {"line": "_scheme=javascript"}),
        ("urls.item", "_external=1", "argument", {"line": "_external=1"}),
    ],
)
def test_failures_are_explained(
    app: Flask, endpoint: str, arguments: str, reason: str, details: dict[str, str]
) -> None:
    """What cannot be built has a reason, and an option of url_for is no argument."""
    with app.test_request_context("/"):
        built = building.build(endpoint, arguments, external=False)
    assert (built.url, built.reason, built.details) == (None, reason, details)


def test_page_shows_build_error(client: FlaskClient) -> None:
    """The page has Werkzeug's own message, and the suggestion."""
    page = client.get("/urls/?view=urls.itme&arguments=number%3D7&build=true").text
    assert "BuildError: Could not build url for endpoint" in page
    assert "<code>urls.item</code>" in page


def test_a_strangers_host_gets_into_no_url(client: FlaskClient) -> None:
    """An external URL names this machine, or no host at all: the page says what to configure."""
    asked = "/urls/?view=urls.index&arguments=&external=true&build=true"
    assert '<a href="http://localhost/urls/">' in client.get(asked).text
    page = client.get(asked, headers={"Host": "other.example"}).text
    assert "http://other.example/urls/" not in page.partition('id="wire"')[0]
    assert "ConfigError" in page and "KOLBA_ORIGINS" in page


@pytest.mark.parametrize(
    ("path", "name", "value", "kind"),
    [
        ("/urls/items/7", "number", "7", "int"),
        ("/urls/people/7", "name", "&#39;7&#39;", "str"),
        ("/urls/files/a/b", "path", "&#39;a/b&#39;", "str"),
    ],
)
def test_way_back(client: FlaskClient, path: str, name: str, value: str, kind: str) -> None:
    """A URL gives back the arguments that it was built from, with the converter's type."""
    page = client.get(path).text
    row = f"<code>{name}</code></th><td><code>{value}</code></td><td><code>{kind}</code>"
    assert row in page
