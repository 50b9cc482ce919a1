"""The versions of Flask and Werkzeug beside which the engine runs."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

from kolba.engine.installer import KNOWN, is_known


@pytest.mark.parametrize(
    ("name", "version", "known"),
    [
        ("flask", "3.1.3", True),
        ("flask", "3.1.12", True),
        ("flask", "3.1.2", False),
        ("flask", "3.2.3", False),
        ("flask", "4.1.3", False),
        ("werkzeug", "3.1.9", True),
        ("werkzeug", "3.1.10", True),
        ("werkzeug", "3.1.8", False),
        ("werkzeug", "3.1", False),
        ("werkzeug", "3.1.10.dev0", False),
        ("werkzeug", "3.1.10rc1", False),
        ("werkzeug", "3.10.9", False),
    ],
)
def test_known_versions(name: str, version: str, known: bool) -> None:
    """Patches answer differently, too: Werkzeug 3.1.8 takes other hosts than 3.1.9."""
    assert is_known(name, version) is known


@pytest.mark.parametrize("name", KNOWN)
def test_the_installed_versions_are_known(name: str) -> None:
    """Else nothing here would be tested."""
    assert is_known(name, importlib.metadata.version(name))


OLDER = """
import importlib.metadata, warnings
from flask import Flask

version = importlib.metadata.version
importlib.metadata.version = lambda name: "3.1.8" if name == "werkzeug" else version(name)
own = Flask.wsgi_app
import kolba

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    kolba.install()
    kolba.install()
assert Flask.wsgi_app is own
print([str(one.message) for one in told])
"""


def test_an_older_werkzeug_is_left_alone() -> None:
    """Beside it Flask runs as it is, and the reason is told once."""
    ran = subprocess.run(
        [sys.executable, "-c", OLDER], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == (
        "['kolba: werkzeug 3.1.8 is not a version that the engine knows (3.1.9 and later 3.1.x)."
        " Flask runs as it is.']"
    )
