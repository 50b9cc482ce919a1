"""Chapter 4: post/redirect/get, the gate and the way back, hostile targets."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

BAD = (
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "http:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://localhost.evil.example/",
    "http://localhost@evil.example/",
)


def shown_verbs(text: str) -> list[str]:
    """Returns the methods and targets of the exchanges that stand open in the panel."""
    import re

    led_here = text.partition('<details class="earlier">')[0]
    pattern = r'class="verb \w+" lang="en">(\w+)</span>\s*<span class="target" lang="en">([^<]*)<'
    return [" ".join(found) for found in re.findall(pattern, led_here)]


@pytest.mark.parametrize("code", [302, 303])
def test_order_redirects_and_reload_orders_nothing(client: FlaskClient, code: int) -> None:
    """After a redirect the reload is a GET: the number of orders stays."""
    answer = client.post("/redirects/", data={"tea": "green", "code": str(code)})
    assert (answer.status_code, answer.location) == (code, "/redirects/#orders")
    for _ in range(3):
        assert "Orders so far: 1" in client.get("/redirects/").text


def test_order_without_redirect_is_repeated(client: FlaskClient) -> None:
    """Without a redirect the reload is the POST again: one more order each time."""
    for count in (1, 2, 3):
        answer = client.post("/redirects/unsafe", data={"tea": "black"})
        assert answer.status_code == 200 and f"Orders so far: {count}" in answer.text


def test_only_the_last_orders_are_kept(client: FlaskClient) -> None:
    """The session stays small however much is ordered."""
    for _ in range(20):
        client.post("/redirects/", data={"tea": "black"})
    with client.session_transaction() as session:
        assert session["orders"] == {"count": 20, "last": ["black"] * 5}


def test_both_exchanges_are_shown(client: FlaskClient) -> None:
    """The page after a form shows the POST, and the GET that it led to."""
    page = client.post("/redirects/", data={"tea": "green"}, follow_redirects=True).text
    assert shown_verbs(page) == ["POST /redirects/", "GET /redirects/"]


def test_reload_shows_one_exchange(client: FlaskClient) -> None:
    """A reload was not led to by the POST, which moves to the earlier ones."""
    client.post("/redirects/", data={"tea": "green"}, follow_redirects=True)
    page = client.get("/redirects/").text
    assert shown_verbs(page) == ["GET /redirects/"]
    assert "POST" in page.partition('<details class="earlier">')[2]


def test_gate_and_way_back(client: FlaskClient) -> None:
    """The protected page leads to the login page, and logging in leads back."""
    gate = client.get("/redirects/secret")
    assert gate.location == "/login/"
    assert shown_verbs(client.get(gate.location).text) == ["GET /redirects/secret", "GET /login/"]
    back = client.post("/login/", data={"user": "Anna"})
    assert back.location == "/redirects/secret"
    assert "Hello, Anna." in client.get("/redirects/secret").text


def test_logging_out_closes_the_gate(client: FlaskClient) -> None:
    """After logging out the protected page asks for the login again."""
    client.post("/login/", data={"user": "Anna"})
    assert client.get("/redirects/secret").status_code == 200
    client.post("/login/out", data={"next": "/redirects/"})
    assert client.get("/redirects/secret").status_code == 302


@pytest.mark.parametrize("target", BAD)
def test_hostile_next_is_not_followed(client: FlaskClient, target: str) -> None:
    """Whatever `next` says, every form's answer leads to a page of this site."""
    for path in ("/login/", "/login/out", "/cookies/"):
        data = {"user": "Anna", "theme": "dark", "next": target}
        location = client.post(path, data=data).location
        assert location.startswith(("/sessions/", "/cookies/"))


@pytest.mark.parametrize("target", BAD)
def test_hostile_target_is_judged(client: FlaskClient, target: str) -> None:
    """The page says of each that it is refused, by the guard's own word."""
    page = client.get("/redirects/", query_string={"target": target}).text
    assert "<h3>Refused</h3>" in page


def test_own_target_is_accepted(client: FlaskClient) -> None:
    """A path of the site is accepted."""
    page = client.get("/redirects/", query_string={"target": "/redirects/secret?tab=1"}).text
    assert "<h3>Accepted</h3>" in page


def test_judged_target_is_not_a_link(client: FlaskClient) -> None:
    """A target that is judged stands on the page as text only."""
    page = client.get("/redirects/?target=https://evil.example/").text
    assert 'href="https:' not in page
