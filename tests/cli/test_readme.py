"""The READMEs are in step with the program: their app is served and explained as they show it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PATIENCE, Kolba, Serve, environment
from tests.documents import READMES, ROOT, blocks, console

EMPTY = '{"items":[],"messages":[]}\n'


@pytest.mark.slow
@pytest.mark.parametrize("page", READMES)
def test_the_readme_shows_what_the_commands_print(page: str, tmp_path: Path, serve: Serve) -> None:
    """The page's `shop.py` is served and explained just as the page shows it."""
    (tmp_path / "shop.py").write_text(blocks(page, "python")[0], "utf-8")
    shown = dict(console(page))
    run = next(command for command in shown if command.startswith("kolba run "))
    served = serve(*shlex.split(run)[2:])
    assert re.sub(r":\d+ ", ":8000 ", served.start_line) + "\n" == shown.pop(run)
    assert served.get("/") == EMPTY
    for command, output in shown.items():
        program = os.fspath(Path(sys.executable).with_name("kolba"))
        ended = subprocess.run(
            [program, *shlex.split(command)[1:]],
            cwd=tmp_path,
            env=environment(COLUMNS="80"),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
        assert (ended.stdout, ended.stderr, ended.returncode) == (output, "", 0)


@pytest.mark.slow
@pytest.mark.parametrize("page", [*READMES, "docs/index.md", "docs/ru/index.md"])
def test_five_minutes(page: str, tmp_path: Path, kolba: Kolba, serve: Serve) -> None:
    """Who does what the page says gets to each thing that it promises, and back."""
    served_by, compared_by, checked_by, reported_by = five_minutes(page)
    shop = tmp_path / "shop.py"
    unchanged = blocks(page, "python")[0]
    shop.write_text(unchanged, "utf-8")
    assert serve(*served_by).get("/") == EMPTY
    compared = kolba(*compared_by, "--rounds", "1")
    assert compared.returncode == 0 and "answered as on Flask" in compared.stdout
    assert "files: 1" in kolba(*checked_by).stdout
    shop.write_text(changed(unchanged, page), "utf-8")
    served = serve(*served_by)
    head = "POST /add/7 HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 0"
    answer = served.raw(f"{head}\r\nConnection: close\r\n\r\n".encode())
    assert answer.split()[1].startswith(b"3")
    assert "cross_origin" in kolba(*reported_by).stdout
    served.stop()
    shop.write_text(unchanged, "utf-8")
    assert serve(*served_by).get("/") == EMPTY


def five_minutes(page: str) -> list[list[str]]:
    """The commands of the page's shell blocks: what follows `kolba`, and for `run` its target."""
    lines = "\n".join(blocks(page, "sh")).splitlines()
    commands = [shlex.split(line, comments=True) for line in lines]
    ours = [words[1:] for words in commands if words and words[0] == "kolba"]
    return [words[1:] if words[0] == "run" else words for words in ours]


def changed(code: str, page: str) -> str:
    """The app with the class that the page says."""
    (call,) = set(re.findall(r"`(Kolba\(.+?\))`", (ROOT / page).read_text("utf-8")))
    return "from kolba import Kolba\n" + code.replace("Flask(__name__)", call)
