"""docs/cli.md is in step with the program: its console blocks are what the program prints."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kolba.cli import COMMANDS
from tests.cli.conftest import PATIENCE, environment

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
TEXT = PAGE.read_text("utf-8")
CONSOLE = re.findall(r"```console\n\$ kolba (.*)\n((?s:.*?))```", TEXT)
SHOP = re.findall(r"```python\n((?s:.*?))```", TEXT)


@pytest.mark.parametrize(("arguments", "shown"), CONSOLE)
def test_the_page_shows_what_the_command_prints(arguments: str, shown: str, tmp_path: Path) -> None:
    """Each console block of the page is the command's output, to the letter."""
    (tmp_path / "shop.py").write_text(SHOP[0], "utf-8")
    result = subprocess.run(
        [os.fspath(Path(sys.executable).with_name("kolba")), *shlex.split(arguments)],
        cwd=tmp_path,
        env=environment(COLUMNS="80"),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    assert (result.stdout, result.stderr, result.returncode) == (shown, "", 0)


def test_the_page_has_every_command() -> None:
    """There is no command without its --help on the page."""
    commands = {arguments.split()[0] for arguments, _ in CONSOLE if arguments.endswith("--help")}
    assert commands == {"--help", *COMMANDS}
