"""Values are followed into functions of other files, and out of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kolba.check.run import check
from kolba.check.settings import Settings

HEAD = """from flask import Flask, redirect, request
from . import helpers
from .helpers import *
from .helpers import by_name, go, guarded, handed_on, next_url, query, same, tried

app = Flask(__name__)


@app.get("/<path:where>")
def view(where):
    """
# This file does not mention the framework: it is read because another one imports it.
DATABASE = """import re, sqlite3

def query(sql, values=()):
    return sqlite3.connect("shop.db").execute(sql, values).fetchall()

def by_name(name):
    return query("SELECT * FROM users WHERE name = '%s'" % name)

def by_number(number):
    return query("SELECT * FROM users WHERE id = ?", [number])
"""
HELPERS = """from flask import redirect as leave, request
from shop.data.database import by_name, by_number, query

def next_url():
    return request.args.get("next") or "/"

def guarded():
    target = request.args.get("next", "/")
    return target if target in ("/", "/shop") else "/"

def same(value):
    return value

def handed_on():
    return same(request.args.get("next"))

def go(url, code=302):
    return leave(url, code)

def tried(url):
    if not url.startswith("/shop"):
        url = "/"
    return leave(url)
"""

FOUND = {
    "return redirect(next_url())": "open-redirect",
    "return redirect(helpers.next_url())": "open-redirect",
    "return redirect(handed_on())": "open-redirect",
    "return redirect(same(request.args['next']))": "open-redirect",
    "return go(request.args['next'])": "open-redirect",
    "return helpers.go(code=303, url=where)": "open-redirect",
    "return query(f'SELECT * FROM users WHERE id = {where}')": "sql-from-request",
    "return by_name(request.args['name'])": "sql-from-request",
}
FINE = (
    "return redirect(guarded())",
    "return go('/', where)",
    "return tried(where)",
    "same(where); return redirect(same('/'))",
    "handed_on(); return go(same('/'))",
    "return query('SELECT * FROM users WHERE id = ?', [where])",
    "return helpers.by_number(where)",
    "return redirect(helpers.unknown(where))",
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "shop" / "data").mkdir(parents=True)
    for name, text in (
        ("__init__.py", ""),
        ("helpers.py", HELPERS),
        ("data/__init__.py", ""),
        ("data/database.py", DATABASE),
    ):
        (tmp_path / "shop" / name).write_text(text, "utf-8")
    yield tmp_path


def found(folder: Path, view: str) -> list[tuple[str, int, str]]:
    views = folder / "shop" / "views.py"
    views.write_text(f"{HEAD}{view}\n", "utf-8")
    result = check([str(folder)], Settings())
    assert result.notes == []
    return [(Path(one.path).name, one.line, one.code) for one in result.diagnostics]


@pytest.mark.parametrize("view", FOUND)
def test_the_call_that_hands_it_over_is_found(shop: Path, view: str) -> None:
    """It is told where the value of the request is handed over, or comes back."""
    assert found(shop, view) == [("views.py", HEAD.count("\n") + 1, FOUND[view])]


@pytest.mark.parametrize("view", FINE)
def test_what_is_looked_at_or_constant_there_is_fine(shop: Path, view: str) -> None:
    """What one call gives to a function says nothing of another call."""
    assert found(shop, view) == []


def test_what_is_not_checked_is_not_read(shop: Path) -> None:
    """A file that was not named, or is excluded, is unknown."""
    assert found(shop, "return go(where)")
    views = str(shop / "shop" / "views.py")
    assert check([views], Settings()).diagnostics == []
    assert check([str(shop)], Settings(exclude=("helpers.py",))).diagnostics == []


@pytest.mark.parametrize(
    "text",
    [
        "def go(:\n",
        "def go(u): return go(u)\n",
        "from .views import go\n",
        "from .helpers import go\n",
    ],
)
def test_odd_files_end_nothing(shop: Path, text: str) -> None:
    """A file that cannot be parsed, and functions and imports that lead in circles."""
    (shop / "shop" / "helpers.py").write_text(text, "utf-8")
    assert found(shop, "return go(where)") == []


def test_calls_of_one_function_are_told_apart_in_one_file(tmp_path: Path) -> None:
    """What a function gives back for a constant is not what it gives back for the request."""
    file = tmp_path / "app.py"
    file.write_text(
        "from flask import redirect, request\n"
        "def same(value):\n    return value\n"
        "def one():\n    return redirect(same(request.args['next']))\n"
        "def other():\n    return redirect(same('/'))\n",
        "utf-8",
    )
    lines = [one.line for one in check([str(file)], Settings()).diagnostics]
    assert lines == [5]


def test_the_sql_that_is_handed_over_is_read(tmp_path: Path) -> None:
    """A function that only runs SQL is given it, with the value in it, by another."""
    file = tmp_path / "app.py"
    file.write_text(
        "from flask import request\n"
        "def query(sql):\n    return db.execute(sql)\n"
        "def one():\n    return query('SELECT * FROM users WHERE id = ' + request.args['id'])\n",
        "utf-8",
    )
    assert [one.line for one in check([str(file)], Settings()).diagnostics] == [3]


def test_functions_that_call_each_other_end(tmp_path: Path) -> None:
    """There are more ways through forty functions than anybody can go: some are not gone."""
    several = "".join(
        f"def f{n}(x):\n"
        + "".join(f"    f{(n + m) % 40}(x)\n" for m in range(1, 12))
        + "    db.execute(x + request.args['a'])\n"
        for n in range(40)
    )
    (tmp_path / "many.py").write_text(f"from flask import request\n{several}", "utf-8")
    (tmp_path / "views.py").write_text(
        "from flask import redirect, request\nfrom many import f0\n"
        "def go():\n    f0('SELECT 1 FROM a WHERE b = ' + request.args['c'])\n"
        "    return redirect(request.args['next'])\n",
        "utf-8",
    )
    found = [
        (Path(one.path).name, one.line) for one in check([str(tmp_path)], Settings()).diagnostics
    ]
    assert ("views.py", 5) in found
