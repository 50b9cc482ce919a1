"""Who may read the inspector, case by case, and what every answer of it says."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from kolba.inspector.panel import Panel
from kolba.inspector.ring import Ring

PORT = 8001
OWN = f"127.0.0.1:{PORT}"
DATA, PAGE = "/requests.json", "/"
NAVIGATED = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

CASES = [
    ("a program of this machine", DATA, OWN, {}, True),
    ("by name", DATA, f"localhost:{PORT}", {}, True),
    ("IPv6", DATA, f"[::1]:{PORT}", {}, True),
    ("its own page", DATA, OWN, {"Sec-Fetch-Site": "same-origin"}, True),
    ("its own page says so", DATA, OWN, {"Origin": f"http://{OWN}"}, True),
    ("typed by hand", DATA, OWN, {"Sec-Fetch-Site": "none"}, True),
    ("a rebound name", DATA, f"evil.example:{PORT}", {"Sec-Fetch-Site": "same-origin"}, False),
    ("a rebound name for the page", PAGE, f"evil.example:{PORT}", NAVIGATED, False),
    ("a name that begins like ours", DATA, f"localhost.evil.example:{PORT}", {}, False),
    ("a name that ends like ours", DATA, f"evil.localhost:{PORT}", {}, False),
    ("the app's port", DATA, "127.0.0.1:8000", {}, False),
    ("no port", DATA, "127.0.0.1", {}, False),
    ("another address of the loopback", DATA, f"127.0.0.2:{PORT}", {}, False),
    ("no host", DATA, "", {}, False),
    ("the app's own script", DATA, OWN, {"Sec-Fetch-Site": "same-site"}, False),
    ("another site's script", DATA, OWN, {"Sec-Fetch-Site": "cross-site"}, False),
    ("an origin alone", DATA, OWN, {"Origin": "http://127.0.0.1:8000"}, False),
    ("an opaque origin", DATA, OWN, {"Origin": "null"}, False),
    ("https of the same name", DATA, OWN, {"Origin": f"https://{OWN}"}, False),
    ("a link to the page", PAGE, OWN, {"Sec-Fetch-Site": "cross-site", **NAVIGATED}, True),
    ("a link to the data", DATA, OWN, {"Sec-Fetch-Site": "cross-site", **NAVIGATED}, False),
    (
        "a frame",
        PAGE,
        OWN,
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        False,
    ),
    ("an image", PAGE, OWN, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, False),
    ("an unknown word", DATA, OWN, {"Sec-Fetch-Site": "Same-Origin"}, False),
]


def panel() -> Client:
    return Client(Panel(Ring(), PORT, "shop"))


@pytest.mark.parametrize(
    ("path", "host", "headers", "passes"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_who_may_read(path: str, host: str, headers: dict[str, str], passes: bool) -> None:
    """Each case of the table is let in, or told why not."""
    answer = panel().get(path, headers={"Host": host, **headers})
    assert answer.status_code == (200 if passes else 403), answer.text
    assert passes or "ring" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_it_only_shows(method: str) -> None:
    """Nothing but reading is answered: a preflight neither."""
    answer = panel().open("/requests.json", method=method, headers={"Host": OWN})
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "host"), [("/", OWN), ("/requests.json", OWN), ("/", "evil.example"), ("/no", OWN)]
)
def test_what_every_answer_says(path: str, host: str) -> None:
    """No script but ours, no frame, no sniffing, no cache: refusals and errors say it too."""
    headers = panel().get(path, headers={"Host": host}).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/../masking.py", "/static/index.html", "/index.html", "/x.js"])
def test_no_other_file_is_served(path: str) -> None:
    """Its files are four, and known by name."""
    assert panel().get(path, headers={"Host": OWN}).status_code == 404


@pytest.mark.parametrize("number", ["0", "1", "-1", "1e9", "9" * 40, "١", "", "a"])
def test_a_request_that_is_not_there(number: str) -> None:
    """An unknown number is a 404, whatever it is written in."""
    path = f"/requests/{number}.json"
    assert panel().get(path, headers={"Host": OWN}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("", "ru-RU,ru;q=0.9", "ru"),
        ("", "fr", "en"),
        ("?language=ru", "en", "ru"),
        ("?language=x", "en", "en"),
    ],
)
def test_it_speaks_two_languages(asked: str, accepted: str, language: str) -> None:
    """The address decides, then the browser, then it is English."""
    client, headers = panel(), {"Host": OWN, "Accept-Language": accepted}
    assert f'<html lang="{language}">' in client.get(f"/{asked}", headers=headers).text
    title = client.get(f"/texts.json{asked}", headers=headers).get_json()["title"]
    assert title == {"en": "Inspector", "ru": "Инспектор"}[language]


def test_the_name_of_an_app_is_a_text() -> None:
    """The page is made of nothing but the app's name, escaped."""
    page = Client(Panel(Ring(), PORT, "<script>{language}")).get("/", headers={"Host": OWN})
    assert "&lt;script&gt;{language}" in page.text
