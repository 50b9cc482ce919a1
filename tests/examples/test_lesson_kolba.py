"""What each Kolba version of the lesson guarantees, asked of both versions.

A guarantee is a question about an app that the plain version answers with no, unless it says so:
what Flask leaves to its users is not a bug of Flask, it is what the other version is for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from flask import Flask, Response, flash, redirect, render_template_string, request

from kolba import Kolba
from kolba.errors import KolbaError
from tests.examples.lesson import LOGIN, load

FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
OF_A_COOKIE = 4096  # bytes that browsers keep


def no_view_misleads_links_to_files(app: Flask) -> bool:
    """1: an app with a view `static` and no static folder does not start."""
    other = type(app)(__name__, static_folder=None)
    other.add_url_rule("/static-page", "static", lambda: "not a file")
    return not starts(other)


def a_file_is_asked_for_once(app: Flask) -> bool:
    """1: the URL that the page names may be kept, because another content has another one."""
    client = app.test_client()
    sheets = re.findall(r'href="([^"]*lesson\.css[^"]*)"', client.get("/").text)
    return "immutable" in client.get(sheets[0]).headers.get("Cache-Control", "")


def a_typed_link_runs_no_code(app: Flask) -> bool:
    """2: a link that a visitor typed is no script."""
    with app.test_request_context("/"):
        page = render_template_string('<a href="{{ to }}">', to="javascript:alert(1)")
    return "javascript:" not in page


def other_sites_write_nothing(app: Flask) -> bool:
    """3: a form on another site leaves no note in the visitor's name."""
    client = app.test_client()
    client.post("/write", data={"note": "I am evil"}, headers=FOREIGN)
    return "I am evil" not in client.get("/").text


def no_view_is_shadowed(app: Flask) -> bool:
    """4: a second view for the same URL and method is told of, not left out in silence."""
    app.add_url_rule("/", "forgotten", lambda: "never seen")
    return not starts(app)


def other_sites_remove_nothing(app: Flask) -> bool:
    """4: a foreign page cannot press "Remove"."""
    client = app.test_client()
    client.post("/", data={"text": "apples"})
    client.post("/1/remove", headers=FOREIGN)
    return "apples" in client.get("/").text


def what_was_typed_wrong_stays(app: Flask) -> bool:
    """5: "many" guests are not made into none; the visitor sees what is wrong."""
    answer = app.test_client().post("/", data={"guests": "many"})
    return answer.status_code == 422 and 'value="many"' in answer.text


def half_a_form_comes_back(app: Flask) -> bool:
    """6: of a form that is not whole, what arrived stands in the page."""
    return 'value="Anna Smith"' in app.test_client().post("/", data={"name": "Anna Smith"}).text


def a_forgotten_check_leads_nowhere(app: Flask) -> bool:
    """7: a view that follows `?next=` without judging it leads to no other site."""
    app.add_url_rule("/go", "go", lambda: redirect(request.args["next"]))
    answer = app.test_client().get("/go?next=//evil.example")
    return "evil.example" not in answer.headers.get("Location", "")


def nobody_is_logged_in_by_another_site(app: Flask) -> bool:
    """7: a form on another site logs nobody in, as its own user, unseen."""
    client = app.test_client()
    client.post("/login", data=LOGIN, headers=FOREIGN)
    return client.get("/account").status_code != 200


def head_takes_no_message(app: Flask) -> bool:
    """8: a link checker between the form and the page leaves the message to the page."""
    client = app.test_client()
    client.post("/", data={"coins": "5"})
    client.head("/")
    return "The coins are sent." in client.get("/").text


def a_long_message_fits(app: Flask) -> bool:
    """8: nothing that a browser would drop is sent for a message of 8,000 letters and digits."""
    app.config["MAX_COOKIE_SIZE"] = 0  # or Werkzeug warns
    message = Random(8).randbytes(4000).hex()

    @app.get("/long")
    def long() -> str:
        flash(message)
        return "flashed"

    return cookie_bytes(app.test_client().get("/long")) <= OF_A_COOKIE


def a_planted_cookie_changes_nothing(app: Flask) -> bool:
    """9: over HTTPS, a cookie of the same name from a sister host is not taken for the choice."""
    client = app.test_client()
    there = {"base_url": "https://localhost"}
    saved = client.post("/", data={"theme": "dark"}, **there)
    own = saved.headers["Set-Cookie"].partition(";")[0]
    # Browsers send the cookie with the longer path first, and Flask reads the first.
    sent = {"Cookie": f"theme=light; {own}"}
    page = app.test_client(use_cookies=False).get("/", headers=sent, **there).text
    return 'data-theme="dark"' in page


def a_change_inside_a_value_is_kept(app: Flask) -> bool:
    """10: three presses are counted three."""
    client = app.test_client()
    for _ in range(3):
        client.post("/wrong")
    return ": pressed 3<" in client.get("/").text


def logging_out_is_final(app: Flask) -> bool:
    """10: a copy of the cookie from before the logout opens nothing."""
    client = app.test_client()
    client.post("/login", data=LOGIN)
    cookie = client.get_cookie("session")
    assert cookie is not None
    client.post("/logout")
    client.set_cookie("session", cookie.value)
    return "Hello, anna!" not in client.get("/").text


GUARANTEES: tuple[tuple[str, Callable[[Flask], bool]], ...] = (
    ("task_1", no_view_misleads_links_to_files),
    ("task_1", a_file_is_asked_for_once),
    ("task_2", a_typed_link_runs_no_code),
    ("task_3", other_sites_write_nothing),
    ("task_4", no_view_is_shadowed),
    ("task_4", other_sites_remove_nothing),
    ("task_5", what_was_typed_wrong_stays),
    ("task_6", half_a_form_comes_back),
    ("task_7", a_forgotten_check_leads_nowhere),
    ("task_7", nobody_is_logged_in_by_another_site),
    ("task_8", head_takes_no_message),
    ("task_8", a_long_message_fits),
    ("task_9", a_planted_cookie_changes_nothing),
    ("task_10", a_change_inside_a_value_is_kept),
    ("task_10", logging_out_is_final),
)
NAMES = [f"{step}-{holds.__name__}" for step, holds in GUARANTEES]


def starts(app: Flask) -> bool:
    """Whether the app answers a first request."""
    try:
        app.test_client().get("/")
    except KolbaError:
        return False
    return True


def cookie_bytes(answer: Any) -> int:
    """The largest cookie that an answer sets."""
    assert isinstance(answer, Response)
    return max((len(header) for header in answer.headers.getlist("Set-Cookie")), default=0)


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "of the tests")
    monkeypatch.setenv("KOLBA_STATE", "memory:")


@pytest.mark.parametrize(("step", "holds"), GUARANTEES, ids=NAMES)
def test_the_kolba_version_guarantees_it(step: str, holds: Callable[[Flask], bool]) -> None:
    """Beside each step stands a version of which this is true."""
    app = load(f"{step}_kolba")
    assert isinstance(app, Kolba)
    assert holds(app)


@pytest.mark.parametrize(("step", "holds"), GUARANTEES, ids=NAMES)
def test_the_plain_version_does_not(step: str, holds: Callable[[Flask], bool]) -> None:
    """Flask leaves each of these to the app, and the lesson's plain version does without it."""
    assert not holds(load(step))


@pytest.mark.parametrize("form", [{}, {"next": "//evil.example"}, {"next": "/targets"}])
def test_step_7_goes_back_to_the_page_that_was_wanted(form: dict[str, str]) -> None:
    """The way back is the page that met the gate, whatever the login form says."""
    client = load("task_7_kolba").test_client()
    client.get("/account?tab=2")
    answer = client.post("/login", data={**LOGIN, **form})
    assert (answer.status_code, answer.location) == (303, "/account?tab=2")


def test_step_8_shows_the_message_that_no_cookie_holds() -> None:
    """The long message arrives whole, once."""
    client = load("task_8_kolba").test_client()
    client.post("/big")
    assert re.search(r"<code>[0-9a-f]{8186}</code>", client.get("/").text)
    assert "<code>" not in client.get("/").text


def test_step_6_never_writes_the_password_back() -> None:
    """A refused form comes back with everything but the password."""
    sent = {"name": "Anna", "email": "no", "age": "33", "password": "long enough"}
    answer = load("task_6_kolba").test_client().post("/", data=sent)
    assert answer.status_code == 422
    assert 'value="33"' in answer.text and "long enough" not in answer.text
