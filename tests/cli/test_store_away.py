"""Commands that ask a state store which is away: one message, with what to do."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import free_port

SHOP = """
from kolba import Kolba

app = Kolba("shop")
app.config["KOLBA_STATE"] = "{url}:hunter2@127.0.0.1:{port}/0"
"""


@pytest.fixture(params=["redis://", "postgresql://shop"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An app whose server does not run."""
    file = tmp_path / "shop.py"
    file.write_text(SHOP.format(url=request.param, port=free_port()), "utf-8")
    return file


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own: logging is as a person has it."""
    command = [sys.executable, "-m", "kolba", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize(
    "words", [("report",), ("report", "--json"), ("sessions", "list"), ("sessions", "stats")]
)
def test_it_is_said_once_with_the_next_step(words: tuple[str, ...], shop: Path) -> None:
    """The error is one line on stderr, names the server and the setting, and no password."""
    user = ("anna",) if words[-1] == "list" else ()
    ended = run(*words, shop, *user)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    assert re.match("Error: the state server (redis|postgresql)://127.0.0.1:", ended.stderr)
    assert "Connection refused. Start it, or name the server" in ended.stderr
    assert "KOLBA_STATE" in ended.stderr
    assert "hunter2" not in ended.stderr


def test_the_doctor_finds_it(shop: Path) -> None:
    """A store that is away is wrong, and does not answer; the log says nothing beside."""
    ended = run("doctor", shop)
    assert ended.returncode == 1
    assert "wrong  the state store cannot be used" in ended.stdout
    assert "Start it, or name the server" in ended.stdout
    assert "answers" not in ended.stdout
    assert ended.stderr == ""
