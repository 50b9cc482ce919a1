"""What goes wrong with a comparison: one clear message, and what can still be compared is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compare.conftest import Compared, Told

pytestmark = pytest.mark.slow
Write = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shpo"], "cannot load 'shpo': no module 'shpo'"),
        (["shop", "-r", "login"], "cannot read the request 'login'"),
        (["shop", "--fill", "seven"], "cannot read --fill 'seven'"),
        (["broken"], "its code raised ZeroDivisionError"),
        (["leaving"], "its process ended"),
        (["shop", "--svg", "."], "'--svg'"),
        (["shop", "--svg", "no/picture.svg"], "no file can be made in 'no'"),
        (["shop", "--rounds", "-1"], "'--rounds'"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], message: str, write: Write, told: Told
) -> None:
    """Exit code 2 and a message that names the thing; no traceback of Kolba's."""
    write("shop.py", "from flask import Flask\napp = Flask(__name__)\n")
    write("broken.py", "1 / 0\n")
    write("leaving.py", "import os\nos._exit(3)\n")
    ended = told(*arguments)
    assert ended.returncode == 2, ended.stderr
    assert message in ended.stderr
    assert "src/kolba" not in ended.stderr
    assert ended.stdout == ""


def test_an_answer_that_does_not_come_stops_nothing_else(write: Write, compared: Compared) -> None:
    """Views that hang or end the process are said to; the others are compared all the same."""
    write(
        "shop.py",
        """
        import os, threading
        from flask import Flask, session

        app = Flask(__name__)
        app.secret_key = "of the tests"

        @app.post("/login")
        def login():
            session["user"] = "anna"
            return "in"

        @app.get("/a")
        def hangs():
            threading.Event().wait()

        @app.get("/b")
        def leaves():
            os._exit(1)

        @app.get("/c")
        def endless():
            return iter(lambda: b"x" * 65536, None)

        @app.get("/d")
        def answers():
            return "in" if "user" in session else ("out", 401)
        """,
    )
    document = compared("shop", "-r", "POST /login", "--patience", "10", code=1)
    found = {request["path"]: request for request in document["requests"]}
    assert found["/a"]["verdict"] == found["/b"]["verdict"] == "no_answer"
    assert found["/a"]["note"] == "nothing came in 10 seconds"
    assert found["/b"]["note"] == "its process ended"
    assert found["/c"]["verdict"] == "identical"
    assert found["/c"]["note"] == "its beginning was compared, and not timed"
    assert (found["/d"]["verdict"], found["/d"]["status"]) == ("identical", "200 OK")
