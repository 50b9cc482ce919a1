"""What is shipped: a wheel that installs alone, needs only Flask, and names what it offers."""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from email.message import Message
from pathlib import Path

import flask
import pytest

import kolba

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]

FLASK_AND_ITS_NEEDS = {
    "blinker",
    "click",
    "flask",
    "itsdangerous",
    "jinja2",
    "markupsafe",
    "werkzeug",
}


# What code reads beside it, asked of an installed Kolba, and that it is read by Kolba itself.
FINDS = """
from importlib.resources import files
import kolba, kolba.forms, kolba.refusals

assert "/src/" not in kolba.__file__
home = files("kolba")
for place in [
    "py.typed",
    "forms/looks/kolba/plain.html",
    "forms/looks/kolba/bootstrap5.html",
    "stores/redis/lua/save.lua",
    "stores/postgres/sql/functions.sql",
    "tour/templates/_macros.html",
    "tour/static/tour.css",
]:
    assert home.joinpath(place).is_file(), place
assert kolba.forms.PLAIN_CSS
assert kolba.refusals.page("host", "ru", what="x", request_id="y", mend="", start="/")
"""

# The tour needs pydantic, which the tests have: the installed Kolba, beside their packages.
TOUR = """
import kolba
from kolba.tour import create_app

assert "/src/" not in kolba.__file__
for path in ("/", "/flashes/", "/urls/?attack=static", "/static/tour.css"):
    assert create_app().test_client().get(path).status_code == 200, path
"""


def pip(*arguments: str) -> str:
    """Runs pip with the pins that everything here is installed with."""
    environment = os.environ | {"PIP_CONSTRAINT": os.fspath(ROOT / "constraints.txt")}
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as an installer builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", os.fspath(folder), os.fspath(ROOT))
    (wheel,) = folder.glob("kolba-*.whl")
    return wheel


@pytest.fixture(scope="session")
def metadata(wheel: Path) -> Message:
    """What the wheel says of itself to installers."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """The wheel has every source file, `py.typed` and the data files, and no tests or tools."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    source = ROOT / "src"
    files = (path for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert "kolba/py.typed" in names
    assert names == {path.relative_to(source).as_posix() for path in files}


def test_it_needs_only_flask(metadata: Message) -> None:
    """Without extras, installing Kolba installs Flask and what Flask needs, of a known patch."""
    needs = [need for need in metadata.get_all("Requires-Dist", []) if "extra ==" not in need]
    assert needs == ["flask<4,>=3.1.3", "werkzeug<4,>=3.1.9"]
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Version"] == kolba.__version__


def test_the_server_extra_is_the_server(metadata: Message) -> None:
    """`kolba[server]` adds Granian and what its reloader needs."""
    needs = metadata.get_all("Requires-Dist", [])
    assert [need for need in needs if "extra == 'server'" in need] == [
        "granian[reload]<3,>=2.8; extra == 'server'"
    ]


def test_the_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed alone, the wheel brings Flask, runs, and says what the server needs."""
    venv.create(tmp_path / "venv")
    python = os.fspath(tmp_path / "venv" / "bin" / "python")
    pip("--python", python, "install", os.fspath(wheel))
    listed = json.loads(pip("--python", python, "list", "--format", "json"))
    assert {package["name"].lower() for package in listed} == {"kolba", *FLASK_AND_ITS_NEEDS}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [os.fspath(tmp_path / "venv" / "bin" / "kolba"), *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    version = run("--version")
    assert (version.stdout, version.stderr) == (f"kolba, version {kolba.__version__}\n", "")
    found = subprocess.run([python, "-c", FINDS], cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    toured = run("tour")
    assert toured.returncode == 2 and "pip install 'kolba[all]'" in toured.stderr
    installed = next((tmp_path / "venv" / "lib").glob("*/site-packages"))
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {"PYTHONPATH": os.fspath(installed), "HOME": os.fspath(home)}
    tour = subprocess.run([sys.executable, "-c", TOUR], cwd=home, env=environment, text=True)
    assert tour.returncode == 0 and list(home.iterdir()) == []
    refused = run("run", "shop")
    assert refused.returncode == 2
    assert "pip install 'kolba[server]'" in refused.stderr


def test_the_public_names_are_sorted_and_documented() -> None:
    """`kolba.__all__` is sorted, importable, and the list that docs/api.md gives."""
    assert list(kolba.__all__) == sorted(kolba.__all__)
    assert all(hasattr(kolba, name) for name in kolba.__all__)
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    assert re.findall(r"^\| `kolba\.(\w+)` \|", page, re.MULTILINE) == list(kolba.__all__)


def test_flasks_names_are_flasks_objects() -> None:
    """A name that the page calls Flask's is the same object as in `flask`."""
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    for name in re.findall(r"^\| `kolba\.(\w+)` \| Flask's \|", page, re.MULTILINE):
        assert getattr(kolba, name) is getattr(flask, name)
