"""What guards every answer: headers, foreign forms, error pages, the secret key."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from kolba.tour import create_app
from kolba.tour.texts.tables import LANGUAGES
from tests.tour import html

POSTS = [
    "/cookies/",
    "/cookies/forget",
    "/flashes/",
    "/login/",
    "/login/out",
    "/redirects/orders",
    "/redirects/orders/unsafe",
    "/redirects/orders/forget",
    "/requests/order",
    "/requests/strict",
    "/sessions/clear",
    "/sessions/draft",
    "/sessions/forge",
    "/sessions/send",
]


def test_list_of_posts_is_whole(app: Flask) -> None:
    """Every route that takes POST is in the list that is attacked below."""
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert {rule.rule for rule in rules} == set(POSTS)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense", ""])
def test_foreign_forms_are_refused(client: FlaskClient, path: str, site: str) -> None:
    """A POST that a browser says is another site's changes nothing and sets nothing."""
    client.get("/")
    answer = client.post(path, data={"theme": "dark"}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert "The form came from another site" in answer.text


def test_own_forms_are_taken(client: FlaskClient) -> None:
    """The tour's own forms, and clients that are no browsers, are not in the way."""
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}):
        assert client.post("/cookies/", data={"theme": "dark"}, headers=headers).status_code == 302


@pytest.mark.parametrize("path", ["/", "/sessions/", "/nowhere", "/static/tour.css", "/urls"])
def test_every_answer_has_the_headers(client: FlaskClient, path: str) -> None:
    """Pages, errors, redirects and files alike carry the security headers."""
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
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
        ("POST", "/flashes/", {"message": "x" * 70_000}, 413),
        ("POST", "/flashes/", {}, 400),
        ("POST", "/login/", {"user": " "}, 400),
        ("POST", "/login/", {"user": "x" * 41}, 400),
        ("POST", "/cookies/", {"theme": "neon"}, 400),
        ("POST", "/cookies/", {"language": "xx"}, 400),
        ("POST", "/cookies/", {"life": "ever"}, 400),
        ("POST", "/redirects/orders", {"tea": "coffee"}, 400),
        ("POST", "/redirects/orders", {"code": "200"}, 400),
        ("POST", "/sessions/draft", {"message": "x" * 201}, 400),
        ("GET", "/requests/?form=none", None, 400),
        ("GET", "/urls/?name=__init__", None, 400),
        ("GET", "/flashes/show?only=_", None, 400),
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


def test_too_many_parts_are_refused(client: FlaskClient) -> None:
    """A multipart form of a thousand parts is a 413."""
    data = {f"field{number}": "x" for number in range(1000)}
    answer = client.post("/requests/order", data=data, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_fault_of_the_tour_is_a_page() -> None:
    """A view that fails is a 500 page without a word of the traceback."""
    app = create_app("key")
    app.add_url_rule("/fault", view_func=lambda: 1 / 0)
    answer = app.test_client().get("/fault")
    assert answer.status_code == 500
    assert "The mistake is the tour’s" in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_uncommon_error_is_a_page() -> None:
    """An error without a text of its own has one all the same."""
    app = create_app("key")
    app.add_url_rule("/teapot", view_func=lambda: abort(418))
    answer = app.test_client().get("/teapot")
    assert answer.status_code == 418
    assert "cannot answer this request" in answer.text


def test_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """KOLBA_TOUR_SECRET signs, else SECRET_KEY, else a key that no one knows."""
    monkeypatch.delenv("KOLBA_TOUR_SECRET", raising=False)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert create_app().secret_key != create_app().secret_key
    monkeypatch.setenv("SECRET_KEY", "second")
    assert create_app().secret_key == "second"
    monkeypatch.setenv("KOLBA_TOUR_SECRET", "first")
    assert create_app().secret_key == "first"
    assert create_app("given").secret_key == "given"


def test_two_workers_with_one_key_share_sessions() -> None:
    """A session that one process has signed is read by the other."""
    one, two = create_app("key").test_client(), create_app("key").test_client()
    one.post("/login/", data={"user": "Anna"})
    cookie = one.get_cookie("tour_session")
    assert cookie
    two.set_cookie("tour_session", cookie.value)
    assert "You are logged in as Anna." in two.get("/sessions/").text
