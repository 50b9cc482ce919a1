"""What `import kolba` offers, and what it does not yet import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import kolba

ENGINE_ALONE = """
import sys
import kolba
kolba.install()
import kolba.cli.run
print(*sorted(name for name in sys.modules if name.startswith("kolba.")))
"""
CHAPTERS = ("app", "cookies", "flashes", "forms", "guards", "login", "sessions", "stores", "urls")


def ran(code: str) -> str:
    """What code prints in a process of its own."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_engine_imports_no_chapter() -> None:
    """What `kolba run` and `kolba.install()` need for a Flask app is the engine."""
    imported = ran(ENGINE_ALONE).split()
    assert "kolba.engine.run" in imported
    assert not {name for name in imported if name.split(".")[1] in CHAPTERS}


def test_each_name_is_what_type_checkers_see() -> None:
    """The names that are imported when asked for are those, and from there, that are declared."""
    tree = ast.parse(Path(kolba.__file__).read_text("utf-8"))
    declared = {
        name.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert declared == kolba._HOME_OF
    assert set(declared) <= set(kolba.__all__)


@pytest.mark.parametrize("name", kolba.__all__)
def test_every_name_is_there(name: str) -> None:
    """Each name is had, and listed, and is the one of its home."""
    assert name in dir(kolba)
    value = getattr(kolba, name)
    assert value is getattr(sys.modules[kolba._HOME_OF.get(name, "kolba")], name)


def test_modules_are_there_without_an_import_of_their_own() -> None:
    """`import kolba` alone lets one write `kolba.sessions.for_user` and `kolba.engine.stats`."""
    ran("import kolba; kolba.sessions.for_user; kolba.engine.stats; kolba.testing.check_app")


@pytest.mark.parametrize("name", ["nothing", "__nothing__", "_nothing"])
def test_another_name_is_no_attribute(name: str) -> None:
    """A name that is not there is Python's usual error."""
    with pytest.raises(AttributeError, match=f"module 'kolba' has no attribute '{name}'"):
        getattr(kolba, name)
    with pytest.raises(ImportError, match="cannot import name"):
        exec(f"from kolba import {name}")
