"""The laboratory: every attack harms plain Flask as it says, and does not harm Kolba."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flask.testing import FlaskClient
from markupsafe import Markup

from kolba.tour.lab import elsewhere
from kolba.tour.lab.attack import Attack, strike
from kolba.tour.lab.board import BOARD
from kolba.tour.languages import TRANSLATORS
from tests.tour import html

ALL = [(chapter, attack) for chapter, attacks in BOARD.items() for attack in attacks]
NAMES = [attack.name for _, attack in ALL]
HELD_BY_FLASK = {"tampered", "late"}


@pytest.mark.parametrize("attack", [attack for _, attack in ALL], ids=NAMES)
def test_flask_is_harmed_and_kolba_is_not(attack: Attack) -> None:
    """By what really came back Flask is harmed (but for what its signature stops), Kolba never."""
    struck = strike(attack, "en")
    assert struck.flask.harmed is (attack.name not in HELD_BY_FLASK)
    assert not struck.kolba.harmed
    for side in (struck.flask, struck.kolba):
        assert side.error or side.answers


@pytest.mark.parametrize(("chapter", "attack"), ALL, ids=NAMES)
def test_both_answers_are_on_the_page_as_text(
    client: FlaskClient, chapter: str, attack: Attack
) -> None:
    """The page shows both classes, the code that ran, and no answer as a part of the page."""
    answer = client.get(f"/{chapter}/?attack={attack.name}", headers={"Accept-Language": "en"})
    struck = answer.text.partition('id="struck"')[2].partition("</section>")[0]
    assert "<code>flask.Flask</code>" in struck and "<code>kolba.Kolba</code>" in struck
    assert f"def {attack.site.__name__}(kind: type[Flask])" in struck
    assert str(TRANSLATORS["en"](f"lab.{attack.name}_held")) in struck
    tags = html.read(answer.text).tags
    assert [set(a) for tag, a in tags if tag == "script"] == [{"nonce"}]
    assert not [a for _, a in tags if a.get("href", "").startswith(("javascript:", "//evil"))]


def test_names_are_unique() -> None:
    """Texts are found by the attack's name alone."""
    assert len(set(NAMES)) == len(NAMES)


def test_an_unknown_attack_is_none(client: FlaskClient) -> None:
    """A name that is no attack's shows the board and nothing more."""
    page = client.get("/urls/?attack=nothing").text
    assert 'id="attack"' in page and 'id="struck"' not in page


def test_an_attack_changes_nothing_of_the_visitors(client: FlaskClient) -> None:
    """Attacks leave no session, no cookie and no message with the one who presses the button."""
    client.get("/")
    for chapter, attack in ALL:
        answer = client.get(f"/{chapter}/?attack={attack.name}")
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("127.0.0.1:8000", "http://localhost:8000"),
        ("localhost:8000", "http://127.0.0.1:8000"),
        ("localhost", "http://127.0.0.1"),
        ("tour.example", None),
        ("192.168.0.7:8000", None),
        ("[::1]:8000", None),
    ],
)
def test_the_other_site_is_the_other_name(
    client: FlaskClient, host: str, other: str | None
) -> None:
    """On this machine the tour has a second name; elsewhere it says that it sends by itself."""
    page = client.get("/requests/?attack=foreign", headers={"Host": host}).text
    site = client.get("/elsewhere/en", headers={"Host": host})
    if other is None:
        assert "no second name" in page and site.status_code == 404
    else:
        assert f'href="{other}/elsewhere/en"' in page
        assert f'action="{other}/elsewhere/arrive"' in site.text
        assert site.headers["Content-Security-Policy"].endswith(f"form-action {other}")


def test_what_a_browser_said_is_what_is_sent(client: FlaskClient) -> None:
    """The form of the other site arrives with its headers, and both applications get them."""
    headers = {"Origin": "http://localhost:9", "Sec-Fetch-Site": "cross-site"}
    page = client.post("/elsewhere/arrive", headers=headers, follow_redirects=True).text
    assert "Your own browser sent this form" in page
    assert page.count("<b>Origin:</b> http://localhost:9") == 2


def test_headers_cannot_be_smuggled(client: FlaskClient) -> None:
    """What is no origin is not passed on."""
    page = client.get("/requests/?attack=foreign&origin=a%0d%0aX:y&site=%00").text
    assert "The tour sent this form itself" in page


def test_names_of_this_machine() -> None:
    """Each name's other name has this one as its other."""
    assert {elsewhere.OTHER_NAME[name] for name in elsewhere.OTHER_NAME} == set(
        elsewhere.OTHER_NAME
    )


@pytest.mark.parametrize(
    ("chapter", "name", "words"),
    [
        ("urls", "host", "Host: evil.example: it is not in KOLBA_ORIGINS"),
        ("redirects", "next", "it leads to another site; it came from request.args"),
        ("requests", "foreign", "Sec-Fetch-Site: cross-site, Origin: https://evil.example"),
        ("escaping", "link", "a link there is neutralised"),
    ],
)
def test_logs_are_on_the_page_and_not_in_the_terminal(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, chapter: str, name: str, words: str
) -> None:
    """What an attacked application logs is read beside it; the tour's log stays the tour's."""
    page = client.get(f"/{chapter}/?attack={name}", headers={"Accept-Language": "en"}).text
    flask, _, kolba = page.partition("<code>kolba.Kolba</code></h3>")
    assert "Its log says" not in flask.partition('id="struck"')[2]
    assert words in Markup(kolba).unescape()
    assert caplog.records == []


def test_attacks_say_nothing_in_the_terminal() -> None:
    """Whoever runs the tour reads of no attack in it: all of them, in a process of its own."""
    code = (
        "from kolba.tour import create_app; from kolba.tour.lab.board import BOARD\n"
        "client = create_app().test_client()\n"
        "for chapter, attacks in BOARD.items():\n"
        "    for attack in attacks:\n"
        "        assert client.get(f'/{chapter}/?attack={attack.name}').status_code == 200\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
