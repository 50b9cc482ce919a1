"""What a TARGET may be: everything that Flask takes, found by Flask's own rules."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kolba import targets
from kolba.errors import TargetError

SHOP = """
    from flask import Flask

    app = Flask("the app")
    other = Flask("the other")


    def create_app(kind="plain", *, size=1):
        return Flask(f"{kind} {size}")


    def view():
        return "no app"
    """

FORMS = {
    "shop": "the app",
    "shop:app": "the app",
    "shop:other": "the other",
    "shop:create_app": "plain 1",
    "shop:create_app()": "plain 1",
    "shop:create_app('dev')": "dev 1",
    "shop:create_app('dev', size=2)": "dev 2",
    "shop.py": "the app",
    "shop.py:other": "the other",
    "./shop.py": "the app",
    "package": "the package",
    "package.module": "the module",
    "package.module:app": "the module",
    "package/module.py": "the module",
    "factory": "from the factory",
}


@pytest.fixture
def folder(tmp_path: Path, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one of everything, made the current one."""
    write("shop.py", SHOP)
    write("package/__init__.py", "from flask import Flask\napp = Flask('the package')")
    write("package/module.py", "from flask import Flask\napp = Flask('the module')")
    write("factory.py", "from flask import Flask\ndef make_app(): return Flask('from the factory')")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("target", "name"), FORMS.items())
def test_every_form_finds_its_app(folder: Path, target: str, name: str) -> None:
    """Each form that `flask --app` takes names the same application here."""
    assert targets.check(target) == name


@pytest.mark.parametrize("file", ["wsgi.py", "app.py"])
def test_no_target_finds_wsgi_and_app(
    file: str, tmp_path: Path, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a TARGET, `wsgi.py` and `app.py` in the current folder are tried."""
    write(file, f"from flask import Flask\napp = Flask('in {file}')")
    monkeypatch.chdir(tmp_path)
    assert targets.check(None) == f"in {file}"


def test_check_leaves_no_trace(folder: Path) -> None:
    """The check imports nothing of the application into the caller's process."""
    path = list(sys.path)
    targets.check("package.module")
    assert not {"package", "package.module"} & set(sys.modules)
    assert sys.path == path


FAILURES = {
    "no_such": "no module 'no_such'",
    "shopp": "Did you mean 'shop'?",
    "no_such.py:app": "no module 'no_such.py'",
    "shop:ap": "'shop' has no 'ap'. Write 'shop:app' or 'shop:other' or 'shop:create_app'.",
    "shop:view": "'view' is not a Flask application. Write 'shop:app'",
    "shop:SHOP": "'shop' has no 'SHOP'",
    "shop:create_app(1, 2)": "could not be called with the specified arguments",
    "shop:create_app(x)": "Failed to parse arguments as literal values",
    "shop:a-b": "Failed to parse 'a-b'",
    "two": "Detected multiple Flask applications",
    "needs": "could not call it without arguments",
    "nothing": "Failed to find Flask application or factory",
    "raises": "its code raised ZeroDivisionError",
    "syntax": "its code raised SyntaxError",
    "imports": "there is no module 'no_such_dependency'",
    "exits": "its code called sys.exit('set DATABASE_URL')",
    "in_factory": "its code raised KeyError",
    "dies": "its code ended the process (exit code 7)",
}


@pytest.fixture
def broken(folder: Path, write: Callable[..., Path]) -> Path:
    """The same folder with one module for each way to fail."""
    write("two.py", "from flask import Flask\na = Flask('a')\nb = Flask('b')")
    write("needs.py", "from flask import Flask\ndef create_app(kind): return Flask(kind)")
    write("nothing.py", "x = 1")
    write("raises.py", "import helper\nhelper.fail()")
    write("helper.py", "def fail():\n    1 / 0")
    write("syntax.py", "def (")
    write("imports.py", "import no_such_dependency")
    write("exits.py", "import sys\nsys.exit('set DATABASE_URL')")
    write("in_factory.py", "def create_app():\n    return {}['x']")
    write("dies.py", "import os\nos._exit(7)")
    return folder


@pytest.mark.parametrize(("target", "message"), FAILURES.items())
def test_each_failure_has_its_message(broken: Path, target: str, message: str) -> None:
    """Each way to fail is one line that names the target, the reason and the next step."""
    with pytest.raises(TargetError) as caught:
        targets.check(target)
    assert message in str(caught.value)
    assert repr(target) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["redis://:secret@db/1", "sqlite:////srv/state.db"])
def test_a_url_is_no_application(folder: Path, url: str) -> None:
    """Who names the home of an app's state is told what a TARGET is, without the password."""
    with pytest.raises(TargetError, match="KOLBA_STATE") as caught:
        targets.check(url)
    assert "secret" not in str(caught.value)


def test_traceback_starts_in_the_users_file(broken: Path) -> None:
    """The traceback that is shown begins where the user's code does."""
    with pytest.raises(TargetError) as caught:
        targets.check("raises")
    files = [line for line in caught.value.traceback.splitlines() if line.startswith("  File ")]
    assert [Path(line.split('"')[1]).name for line in files] == ["raises.py", "helper.py"]


def test_no_target_and_no_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing to find, the message says what was looked for and what to write."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TargetError, match=r"no wsgi\.py or app\.py in .*Name it: 'module:app'"):
        targets.check(None)
