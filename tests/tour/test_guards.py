"""What guards every answer: headers, foreign forms, error pages, where state is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from kolba.tour import create_app
from kolba.tour.texts.tables import LANGUAGES
from tests.tour import html

POSTS = [
    "/cookies/",
    "/cookies/forget",
    "/engine/",
    "/escaping/",
    "/flashes/",
    "/login/",
    "/login/out",
    "/redirects/",
    "/redirects/unsafe",
    "/redirects/forget",
    "/requests/",
    "/requests/order",
    "/requests/strict",
    "/requests/typed",
    "/sessions/",
    "/sessions/clear",
    "/sessions/draft",
    "/urls/",
]
OPEN = {"/elsewhere/arrive", "/_kolba/form"}  # the lab's, which changes nothing; Kolba's own


def test_list_of_posts_is_whole(app: Flask) -> None:
    """Every route that takes POST is in the list that is attacked below."""
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert {rule.rule for rule in rules} - OPEN == set(POSTS)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_foreign_forms_are_refused(client: FlaskClient, path: str, site: str) -> None:
    """A POST that a browser says is another site's changes nothing and sets nothing."""
    client.get("/")
    answer = client.post(path, data={"theme": "dark"}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert client.get_cookie("tour_theme") is client.get_cookie("tour_session") is None
    assert "The form came from another site" in answer.text


def test_own_forms_are_taken(client: FlaskClient) -> None:
    """The tour's own forms, and clients that are no browsers, are not in the way."""
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}):
        assert client.post("/cookies/", data={"theme": "dark"}, headers=headers).status_code == 303


@pytest.mark.parametrize("path", ["/", "/sessions/", "/nowhere", "/static/tour.css", "/urls"])
def test_every_answer_has_the_headers(client: FlaskClient, path: str) -> None:
    """Pages, errors, redirects and files alike carry the security headers."""
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "'nonce-" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_not_stored(client: FlaskClient) -> None:
    """A page shows its visitor's cookies, so no cache may keep it."""
    assert client.get("/").cache_control.no_store


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("method", "path", "data", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("GET", "/urls/items/seven", None, 404),
        ("GET", "/static/nothing.css", None, 404),
        ("GET", "/static/../__init__.py", None, 404),
        ("POST", "/", {}, 405),
        ("DELETE", "/flashes/", None, 405),
        ("GET", "/login/out", None, 405),
        ("POST", "/requests/order", {"name": "x" * 70_000}, 413),
        ("GET", "/elsewhere/de", None, 404),
    ],
)
def test_bad_input_is_answered_clearly(
    client: FlaskClient, language: str, method: str, path: str, data: object, status: int
) -> None:
    """The right status, a page in the visitor's language, and a way back."""
    answer = client.open(path, method=method, data=data, headers={"Accept-Language": language})
    assert answer.status_code == status
    page = html.read(answer.text)
    assert page.language == language
    assert ("Error" if language == "en" else "Ошибка") in page.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/flashes/", {"message": ""}),
        ("/flashes/", {"message": " "}),
        ("/flashes/", {"message": "x" * 101}),
        ("/flashes/", {"message": "x", "category": "_"}),
        ("/login/", {"user": " "}),
        ("/login/", {"user": "x" * 41}),
        ("/cookies/", {"theme": "neon"}),
        ("/cookies/", {"language": "xx"}),
        ("/redirects/", {"tea": "coffee"}),
        ("/redirects/", {"code": "200"}),
        ("/sessions/", {"subject": "x", "message": "x" * 201}),
        ("/urls/", {"path": "x" * 201}),
        ("/engine/", {"hooks": "many"}),
    ],
)
def test_a_wrong_form_comes_back(
    client: FlaskClient, language: str, path: str, data: dict[str, str]
) -> None:
    """What a model does not take is a 422: the same page, the mistake at its field."""
    answer = client.post(path, data=data, headers={"Accept-Language": language})
    assert answer.status_code == 422
    page = html.read(answer.text)
    assert page.language == language
    assert 'aria-invalid="true"' in answer.text and "kolba-summary" in answer.text


def test_too_many_parts_are_refused(client: FlaskClient) -> None:
    """A multipart form of a thousand parts is a 413."""
    data = {f"field{number}": "x" for number in range(1000)}
    answer = client.post("/requests/order", data=data, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_fault_of_the_tour_is_a_page() -> None:
    """A view that fails is a 500 page without a word of the traceback."""
    app = create_app()
    app.add_url_rule("/fault", view_func=lambda: 1 / 0)
    answer = app.test_client().get("/fault")
    assert answer.status_code == 500
    assert "The mistake is the tour’s" in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_uncommon_error_is_a_page() -> None:
    """An error without a text of its own has one all the same."""
    app = create_app()
    app.add_url_rule("/teapot", view_func=lambda: abort(418))
    answer = app.test_client().get("/teapot")
    assert answer.status_code == 418
    assert "cannot answer this request" in answer.text


def test_two_workers_with_one_state_share_sessions(tmp_path: Path) -> None:
    """A session that one process has made is there for the other."""
    state = str(tmp_path / "tour.sqlite3")
    one, two = create_app(state).test_client(), create_app(state).test_client()
    one.post("/login/", data={"user": "Anna"})
    cookie = one.get_cookie("tour_session")
    assert cookie
    two.set_cookie("tour_session", cookie.value)
    assert "You are logged in as Anna." in two.get("/sessions/").text


def test_without_a_place_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a file for its state the tour writes none: not at home, not where it is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    app = create_app()
    app.test_client().post("/login/", data={"user": "Anna"})
    assert list(tmp_path.iterdir()) == [] and not Path(app.instance_path).exists()
