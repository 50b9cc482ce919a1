"""The READMEs are in step with the program: their app is served and explained as they show it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PATIENCE, Serve, environment
from tests.documents import READMES, blocks, console


@pytest.mark.slow
@pytest.mark.parametrize("page", READMES)
def test_the_readme_shows_what_the_commands_print(page: str, tmp_path: Path, serve: Serve) -> None:
    """The page's `shop.py` is served and explained just as the page shows it."""
    (tmp_path / "shop.py").write_text(blocks(page, "python")[0], "utf-8")
    shown = dict(console(page))
    run = next(command for command in shown if command.startswith("kolba run "))
    served = serve(*shlex.split(run)[2:])
    assert re.sub(r":\d+ ", ":8000 ", served.start_line) + "\n" == shown.pop(run)
    assert served.get("/") == '{"items":[],"messages":[]}\n'
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
