"""`kolba run --inspect`: for development, on this machine, at a port of its own, or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Kolba, Serve, Served, eventually
from tests.guards.serving import request as raw
from tests.guards.serving import status

pytestmark = pytest.mark.slow

SHOP = """
    import logging
    import sys

    from flask import Flask, flash, get_flashed_messages, redirect, request, session

    app = Flask(__name__)
    app.secret_key = "a key for the tests of the inspector"


    @app.get("/")
    def home():
        return "the shop"


    @app.get("/_kolba/")
    def own():
        return "the app's own"


    @app.post("/add")
    def add():
        session["item"] = request.form["item"]
        flash("added")
        return redirect("/messages")


    @app.get("/messages")
    def messages():
        return {"messages": get_flashed_messages(), "item": session.get("item")}


    @app.get("/stream")
    def stream():
        return iter(["a", "b"])


    @app.get("/environ")
    def environ():
        return "\\n".join(sorted(request.environ))


    @app.get("/loaded")
    def loaded():
        return str("kolba.inspector" in sys.modules)


    @app.get("/fails")
    def fails():
        1 / 0
    """


@pytest.fixture(autouse=True)
def shop(write: Callable[..., Path]) -> Path:
    """`shop.py` in the test's folder."""
    return write("shop.py", SHOP)


class Page:
    """The inspector of a server, read as its page reads it."""

    def __init__(self, served: Served) -> None:
        line = eventually(lambda: next((one for one in served.lines if "Inspector" in one), None))
        found = re.fullmatch(r"Inspector on http://127\.0\.0\.1:(\d+)", line)
        assert found is not None
        self.port = int(found[1])
        self._served = served

    def ask(self, path: str, *lines: str, host: str | None = None) -> bytes:
        """All bytes of an answer."""
        kept, self._served.port = self._served.port, self.port
        try:
            return self._served.raw(raw(path, *lines, host=host or f"127.0.0.1:{self.port}"))
        finally:
            self._served.port = kept

    def json(self, path: str) -> Any:
        """What an answer holds."""
        return json.loads(eventually(lambda: self.ask(path)).partition(b"\r\n\r\n")[2])

    def requests(self, count: int) -> list[dict[str, Any]]:
        """So many requests: a client may have all of an answer before it is counted."""

        def listed() -> list[dict[str, Any]] | None:
            found: list[dict[str, Any]] = self.json("/requests.json")["requests"]
            return found if len(found) == count else None

        return eventually(listed)


def test_it_shows_what_the_app_did(serve: Serve) -> None:
    """Each request of a plain Flask app stands there, with what it did."""
    served = serve("shop", "--inspect")
    page = Page(served)
    assert served.get("/") == "the shop"
    body = b"item=tea"
    lines = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    assert status(served.raw(raw("/add", *lines, method="POST") + body)) == 302
    listed = [(one["method"], one["target"], one["status"]) for one in page.requests(2)]
    assert listed == [
        ("GET", "/", "200 OK"),
        ("POST", "/add", "302 FOUND"),
    ]
    whole = page.json("/requests/2.json")
    assert whole["route"]["view"] == {"name": "add", "place": "shop.py:21"}
    assert whole["session"]["changes"][0]["after"] == "'tea'"
    assert b"<title>shop" in page.ask("/")
    assert served.stop() == 0
    assert served.errors() == ""


PATHS = ["/", "/_kolba/", "/messages", "/stream", "/environ", "/nowhere", "/requests.json"]


def test_the_apps_answers_are_the_same_bytes(serve: Serve) -> None:
    """With the inspector and without it, an app answers the same, also by our own name."""

    def answers(served: Served) -> list[bytes]:
        found = [served.raw(raw(path)) for path in PATHS]
        body = b"item=tea"
        form = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        found.append(served.raw(raw("/add", *form, method="POST") + body))
        return [re.sub(rb"(?im)^(date|set-cookie): .*\r\n", b"", one) for one in found]

    off, on = answers(serve("shop", "--debug")), answers(serve("shop", "--inspect"))
    assert off == on
    assert b"the app's own" in on[1]


def test_a_failed_view_has_the_debuggers_page(serve: Serve) -> None:
    """The debugger shows the frames that it shows without the inspector, and none of ours."""
    served = serve("shop", "--inspect")
    answer = served.request("/fails")
    assert answer.status == 500 and "ZeroDivisionError" in answer.text
    assert "kolba/inspector" not in answer.text
    page = Page(served)
    page.requests(1)
    whole = page.json("/requests/1.json")
    assert whole["status"].startswith("500")
    assert whole["exception"]["said"] == "ZeroDivisionError: division by zero"


def test_without_it_nothing_of_it_is_loaded(serve: Serve) -> None:
    """A worker that is not asked to inspect imports none of it."""
    assert serve("shop", "--debug").get("/loaded") == "False"


def test_who_comes_by_another_name_reads_nothing(serve: Serve) -> None:
    """A rebound name, the app's own origin and other sites are refused by the running server."""
    page = Page(serve("shop", "--inspect"))
    own = f"http://127.0.0.1:{page.port}"
    cases: list[tuple[str, list[str]]] = [
        (f"evil.example:{page.port}", []),
        (f"127.0.0.1:{page.port}", ["Origin: http://127.0.0.1:1"]),
        (f"127.0.0.1:{page.port}", ["Sec-Fetch-Site: same-site"]),
    ]
    for host, lines in cases:
        assert status(page.ask("/requests.json", *lines, host=host)) == 403, (host, lines)
    assert status(page.ask("/requests.json", f"Origin: {own}")) == 200


def test_it_is_back_after_a_change_of_a_file(serve: Serve, write: Callable[..., Path]) -> None:
    """With --reload the page stays at its address, and begins anew."""
    served = serve("shop", "--inspect", "--reload")
    page = Page(served)
    before = page.json("/requests.json")["ring"]
    write("shop.py", SHOP.replace("the shop", "the new shop"))
    eventually(lambda: served.get("/") == "the new shop")
    assert page.json("/requests.json")["ring"] != before


def test_a_port_that_is_taken_is_left_alone(serve: Serve) -> None:
    """Two servers have an inspector each."""
    one, two = Page(serve("shop", "--inspect")), Page(serve("shop", "--inspect"))
    assert one.port != two.port
    assert one.json("/requests.json")["ring"] != two.json("/requests.json")["ring"]


REFUSED = [
    (["--no-debug"], {}, "debug mode is off"),
    ([], {"FLASK_DEBUG": "0"}, "debug mode is off"),
    (["--host", "0.0.0.0"], {}, "an address of a network"),
    (["--host", "::"], {}, "an address of a network"),
    (["--workers", "2"], {}, "one worker"),
]


@pytest.mark.parametrize(("arguments", "variables", "reason"), REFUSED)
def test_it_is_for_development_on_this_machine(
    arguments: list[str], variables: dict[str, str], reason: str, kolba: Kolba
) -> None:
    """Outside of debug mode, with several workers or on a network it is refused before a start."""
    ended = kolba("run", "shop", "--inspect", "--port", "0", *arguments, **variables)
    assert ended.returncode == 2
    assert reason in ended.stderr and ended.stdout == ""
