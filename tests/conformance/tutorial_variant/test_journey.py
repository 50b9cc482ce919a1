"""A member's journey through the tutorial app with extensions, tokens and all."""

import re

import pytest
from flaskr import create_app
from flaskr.db import init_db


@pytest.fixture
def client(tmp_path):
    config = {
        "TESTING": True,
        "DATABASE": str(tmp_path / "flaskr.sqlite"),
        "WTF_CSRF_ENABLED": True,
        "SECRET_KEY": "a key",
    }
    app = create_app(config)
    with app.app_context():
        init_db()
    return app.test_client()


def token(client):
    """The token in the login form."""
    page = client.get("/member/login").get_data(as_text=True)
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def log_in(client):
    """Post the login form with its token."""
    form = {"name": "ada", "password": "x", "csrf_token": token(client)}
    return client.post("/member/login", data=form)


def test_journey(client):
    """A member logs in, sees the page and the blog, logs out and sees the page no more."""
    assert client.get("/member").headers["Location"].startswith("/member/login")
    assert log_in(client).headers["Location"] == "/member"
    assert "<h1>ada</h1>" in client.get("/member").get_data(as_text=True)
    assert client.get("/").status_code == 200
    headers = {"X-CSRFToken": token(client)}
    assert client.post("/member/logout", headers=headers).headers["Location"] == "/"
    assert client.get("/member").status_code == 302


def test_post_without_token_is_refused(client):
    """The login form without its token answers 400."""
    assert client.post("/member/logout").status_code == 400


@pytest.mark.parametrize("visits", [10])
def test_pages_again_and_again(client, visits):
    """Pages, a missing page, and a wrong method, as a browser asks for them."""
    log_in(client)
    for _ in range(visits):
        assert client.get("/").status_code == 200
        assert client.get("/member").status_code == 200
        assert client.get("/auth/login").status_code == 200
        assert client.get("/static/style.css").status_code == 200
    assert client.get("/no/such/page").status_code == 404
    assert client.delete("/member").status_code in (400, 405)
