"""`kolba sessions`: the table and the JSON say the same, and errors say what to do."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kolba.cli import main

SHOP = """
import os
from flask import session
from kolba import Kolba

print("loading")
app = Kolba("shop")
app.config["KOLBA_STATE"] = f"sqlite:///{os.path.dirname(__file__)}/state.sqlite3"

@app.get("/in/<user>")
def log_in(user):
    session["user"] = user
    session["secret"] = "value"
    return ""

@app.get("/")
def home():
    return session.get("user", "nobody")
"""

_numbers = itertools.count()


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """An app file with two of anna's sessions and one of boris's; gives (target, clients)."""
    from kolba import targets

    path = tmp_path / f"shop_{next(_numbers)}.py"  # a module is loaded once a process
    path.write_text(SHOP, "utf-8")
    app = targets.load(str(path))
    clients = []
    for user in ("anna", "anna", "boris"):
        clients.append(app.test_client())
        clients[-1].get(f"/in/{user}", headers={"User-Agent": f"{user}'s phone"})
    return str(path), clients


def run(*arguments: str) -> Result:
    """The command's result."""
    return CliRunner().invoke(main, ["sessions", *arguments])


def as_json(*arguments: str) -> Any:
    """The command's JSON."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_list_shows_a_users_sessions(shop: Any) -> None:
    """Key, times, address and device of each, and nobody else's."""
    target, _ = shop
    found = as_json("list", target, "anna")["sessions"]
    assert [one["device"] for one in found] == ["anna's phone"] * 2
    table = run("list", target, "anna").stdout
    assert table.startswith("2 sessions of 'anna'\nKEY ")
    assert all(one["key"] in table for one in found)
    assert run("list", target, "nobody").stdout == "0 sessions of 'nobody'\n"


def test_show_tells_names_and_sizes_but_no_value(shop: Any) -> None:
    """What a session holds stays its owner's."""
    target, _ = shop
    key = as_json("list", target, "boris")["sessions"][0]["key"]
    shown = as_json("show", target, key)
    assert shown["user"] == "boris" and shown["values"]["secret"] == len('"value"')
    text = run("show", target, key).stdout
    assert "secret" in text and "value" not in text.replace("VALUE", "")


def test_what_strangers_have_named_is_no_command_to_the_terminal(shop: Any) -> None:
    """What browsers and users call themselves is shown without control characters."""
    target, (client, *_) = shop
    odd = {"HTTP_USER_AGENT": "x\x9b2J\x07", "REMOTE_ADDR": "::1\x1b"}
    client.application.test_client().get("/in/an%0Ana%1B", environ_overrides=odd)
    user = "an\nna\x1b"
    (key,) = (one["key"] for one in as_json("list", target, user)["sessions"])
    listed, shown = run("list", target, user).stdout, run("show", target, key).stdout
    assert all(line.isprintable() for line in (listed + shown).split("\n"))
    assert "x\\x9b2J\\x07" in listed and "an\\nna\\x1b" in shown


def test_revoke_ends_sessions(shop: Any) -> None:
    """One, or all of a user; the others go on."""
    target, (first, second, boris) = shop
    key = as_json("list", target, "anna")["sessions"][0]["key"]
    assert as_json("revoke", target, "anna", "--key", key) == {"user": "anna", "ended": 1}
    assert sorted(client.get("/").text for client in (first, second)) == ["anna", "nobody"]
    assert run("revoke", target, "anna").stdout == "ended 1 session of 'anna'\n"
    assert [client.get("/").text for client in (first, second, boris)] == ["nobody"] * 2 + ["boris"]


def test_stats_and_purge_count(shop: Any) -> None:
    """How much there is, and how much was dropped."""
    target, _ = shop
    assert as_json("stats", target)["records"] == 3
    assert "records" in run("stats", target).stdout
    assert as_json("purge", target) == {"dropped": 0}
    assert run("purge", target).stdout == "dropped 0\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "no such key"), "there is no session 'no such key'"),
        (("revoke", "anna", "--key", "x"), "'anna' has no session 'x'"),
    ],
)
def test_what_is_not_there_is_one_message(shop: Any, arguments: Any, says: str) -> None:
    """Exit code 2, and the next step."""
    command, *rest = arguments
    result = run(command, shop[0], *rest)
    assert result.exit_code == 2
    assert says in result.stderr and "kolba sessions list" in result.stderr


def test_an_app_without_stored_sessions_says_so(tmp_path: Path) -> None:
    """Flask's own class keeps nothing that could be listed."""
    path = tmp_path / "plain_sessions.py"
    path.write_text("from flask import Flask\napp = Flask('plain')\n", "utf-8")
    for command in (["list", str(path), "anna"], ["stats", str(path)], ["purge", str(path)]):
        result = run(*command)
        assert result.exit_code == 2 and "kolba.Kolba" in result.stderr
