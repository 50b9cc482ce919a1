"""The code in docs/sessions.md and docs/flashes.md runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import get_flashed_messages, session

from kolba import Kolba
from kolba.sessions import policy
from tests.sessions.views import visit, write

DOCS = Path(__file__).parents[2] / "docs"
on_sqlite = pytest.mark.parametrize("state", ["sqlite"], indirect=True)


def code(page: str) -> list[str]:
    """The Python of a page."""
    return re.findall(r"```python\n((?s:.*?))```", (DOCS / page).read_text("utf-8"))


@on_sqlite
def test_the_cart_of_the_sessions_page(state: str) -> None:
    """Items and visits add up."""
    names: dict[str, Any] = {"__name__": "cart"}
    exec(code("sessions.md")[0], names)
    app = names["app"]
    app.config["KOLBA_STATE"] = state
    client = app.test_client()
    for n in (1, 2):
        answer = client.post("/cart", data={"item": "tea"})
        assert answer.json == {"items": ["tea"] * n, "visits": n}


@on_sqlite
def test_the_devices_of_the_sessions_page(app: Kolba, capsys: Any) -> None:
    """This device is printed, and stays."""
    client = app.test_client()
    write(client, user="anna")
    visit(client, lambda: exec(code("sessions.md")[1], {}))
    assert "127.0.0.1" in capsys.readouterr().out
    assert visit(client, lambda: session["user"]).text == "anna"


@on_sqlite
def test_the_functions_of_the_flashes_page(app: Kolba) -> None:
    """`now` is shown by this request, and `flash_keep` shows again."""
    names: dict[str, Any] = {}
    exec(code("flashes.md")[0], names)
    client = app.test_client()
    view = lambda: (names["refuse"](), str(get_flashed_messages()))[1]  # noqa: E731
    assert "fill in your name" in visit(client, view).text
    write(client, _flashes=[("info", "one")])
    assert (
        visit(client, lambda: (names["pass_on"](), str(get_flashed_messages()))[1]).text
        == "['one']"
    )
    assert visit(client, lambda: str(get_flashed_messages())).text == "['one']"


def test_the_pages_name_every_setting() -> None:
    """No setting without its line, and its default."""
    sources = Path(policy.__file__).parents[1]
    files = [*(sources / "sessions").glob("*.py"), *(sources / "flashes").glob("*.py")]
    text = "".join(file.read_text("utf-8") for file in files)
    settings = set(re.findall(r'"((?:KOLBA|SESSION_SAVE)_[A-Z_]+)"', text)) - {"KOLBA_STATE"}
    pages = (DOCS / "sessions.md").read_text("utf-8") + (DOCS / "flashes.md").read_text("utf-8")
    assert {name for name in settings if f"| `{name}` |" not in pages} == set()
