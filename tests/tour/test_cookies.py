"""Chapter 6: preferences kept, with which attributes, and deleted; broken cookies."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_date


def set_cookies(answer: object) -> dict[str, str]:
    """Returns the Set-Cookie headers by name, the recorder's left out."""
    headers = answer.headers.getlist("Set-Cookie")  # type: ignore[attr-defined]
    pairs = (header.partition("=") for header in headers)
    return {name: rest for name, _, rest in pairs if name != "tour_visitor"}


def test_preferences_are_kept_as_declared(client: FlaskClient) -> None:
    """Both cookies have HttpOnly, SameSite=Lax, the root path, and a life of a year."""
    answer = client.post("/cookies/", data={"theme": "dark", "language": "ru"})
    cookies = set_cookies(answer)
    assert set(cookies) == {"tour_theme", "tour_language"}
    for value in cookies.values():
        assert "HttpOnly" in value and "SameSite=Lax" in value and "Path=/" in value
        assert "Max-Age=31536000;" in value and "Expires" in value


def test_theme_is_on_every_page(client: FlaskClient) -> None:
    """The theme of the cookie is the theme of the page; without it the system decides."""
    assert "data-theme" not in client.get("/").text
    client.post("/cookies/", data={"theme": "dark"})
    for path in ("/", "/urls/", "/nowhere"):
        assert 'data-theme="dark"' in client.get(path).text


def test_header_forms_set_only_their_own(client: FlaskClient) -> None:
    """Choosing a theme leaves the language alone, and leads back to the page."""
    answer = client.post("/cookies/", data={"theme": "light", "next": "/urls/?view=x"})
    assert set(set_cookies(answer)) == {"tour_theme"}
    assert answer.location == "/urls/?view=x"


def test_deleting_expires_both(client: FlaskClient) -> None:
    """A deleted cookie is one that expired in 1970; the pages are as at first."""
    client.post("/cookies/", data={"theme": "dark", "language": "ru"})
    answer = client.post("/cookies/forget")
    for value in set_cookies(answer).values():
        assert "Max-Age=0" in value
        assert parse_date(value.partition("Expires=")[2].partition(";")[0]).year == 1970  # type: ignore[union-attr]
    page = client.get("/", headers={"Accept-Language": "en"}).text
    assert "data-theme" not in page and '<html lang="en"' in page


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en-GB,en;q=0.9,ru;q=0.8", "en"),
        ("de,fr;q=0.5", "en"),
        ("de,ru;q=0.2", "ru"),
        ("", "en"),
        ("*", "en"),
        ("ru;q=nonsense,;;;=", "en"),
        ("x" * 5000, "en"),
    ],
)
def test_language_by_accept_language(client: FlaskClient, header: str, language: str) -> None:
    """Without a cookie Accept-Language decides, and English is for all others."""
    answer = client.get("/", headers={"Accept-Language": header})
    assert f'<html lang="{language}"' in answer.text
    assert answer.headers["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(answer.vary.as_set(preserve_casing=True))


def test_language_cookie_beats_the_header(client: FlaskClient) -> None:
    """A language that was chosen stays chosen."""
    client.post("/cookies/", data={"language": "ru"})
    assert '<html lang="ru"' in client.get("/", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize(
    "cookie",
    [
        "tour_theme=neon; tour_language=xx; tour_session=x; tour_visitor=x",
        "tour_theme=; tour_language=; tour_session=; tour_visitor=",
        "tour_session=a.b.c",
        "tour_session=.eJw.aaaa.bbbb",
        "tour_session=" + "." * 3000,
        "tour_session=W10.aaaa.bbbb; tour_visitor=../../etc/passwd",
        "tour_session=" + "W1tb" * 500 + ".aaaa.bbbb",
        "tour_visitor=<script>alert(1)</script>",
        "=; ;;; ====",
        'tour_theme="dark\\',
        "\xff\xfe=\xff; tour_theme=\xff",
        "a=" + "x" * 6000,
    ],
)
def test_broken_cookies_are_harmless(client: FlaskClient, cookie: str) -> None:
    """With any cookie at all every chapter is a page, and never one with a traceback."""
    for path in ("/", "/sessions/", "/cookies/", "/flashes/show", "/redirects/"):
        answer = client.get(path, headers={"Cookie": cookie})
        assert answer.status_code == 200
        assert answer.text.count("<script") == 1  # the tour's own
        assert "data-theme" not in answer.text


def test_cookies_of_others_are_told_apart(client: FlaskClient) -> None:
    """The table says what each cookie is for; the recorder's is labelled as the tour's own."""
    client.set_cookie("foreign", "1")
    client.get("/")
    page = client.get("/cookies/").text
    assert "of another site on this host" in page and "the tour’s own, for the panel" in page


def test_declarations_are_shown(client: FlaskClient) -> None:
    """The page shows what the cookies were declared with."""
    page = client.get("/cookies/").text.partition('id="declared"')[2]
    assert "<code>tour_theme</code>" in page and "<code>31536000</code>" in page
