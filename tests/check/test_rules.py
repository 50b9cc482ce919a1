"""Each rule finds the lines that its fixture marks, and no other."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kolba.check.rule import CHAPTERS, Rule
from kolba.check.rules import RULES
from kolba.check.run import check
from kolba.check.settings import Settings

FIXTURES = Path(__file__).parent / "fixtures"
MARK = re.compile(r"(?:# found|\{# found #\}|<!-- found -->)\s*$")
CODES = [rule.code for rule in RULES]


def _code(rule: Rule) -> str:
    return rule.code


def fixture(code: str) -> Path:
    """A rule's fixture: a file, or a folder of files."""
    folder = FIXTURES / code
    return folder if folder.is_dir() else FIXTURES / f"{code}.py"


def marked(place: Path) -> Iterator[tuple[str, int]]:
    """The lines that are marked as found."""
    files = [place] if place.is_file() else [p for p in sorted(place.rglob("*")) if p.is_file()]
    for file in files:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if MARK.search(line):
                yield str(file), number


@pytest.mark.parametrize("code", CODES)
def test_it_finds_what_its_fixture_marks(code: str) -> None:
    """Nothing is missed, and nothing else is said."""
    place = fixture(code)
    result = check([str(place)], Settings(select=(code,)))
    assert [(one.path, one.line) for one in result.diagnostics] == sorted(marked(place))
    assert {one.code for one in result.diagnostics} == {code}
    assert result.notes == []


@pytest.mark.parametrize("rule", RULES, ids=CODES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_it_says_is_whole(rule: Rule, language: str) -> None:
    """Each text has both languages, the same places for values, and no full stop of its own."""
    for text in (rule.message, rule.hint, rule.why):
        places = re.findall(r"\{\w+\}", text.en)
        assert sorted(places) == sorted(re.findall(r"\{\w+\}", text.ru))
        assert bool(re.search("[А-Яа-яё]", text.said(language))) == (language == "ru")
    assert not rule.message.said(language).endswith(".")
    assert not rule.hint.said(language).endswith(".")
    assert rule.why.said(language).endswith(".")
    assert rule.chapter in CHAPTERS


def test_every_value_is_filled_in() -> None:
    """No message or hint is printed with an empty place."""
    for rule in RULES:
        places = re.findall(r"\{\w+\}", rule.message.en + rule.hint.en)
        for language in ("en", "ru"):
            settings = Settings(select=(rule.code,), language=language)
            for one in check([str(fixture(rule.code))], settings).diagnostics:
                assert not [place for place in places if place in one.message + one.hint]


def test_the_list_is_sorted_and_named_for_files() -> None:
    """A rule's code is its file's name."""
    folder = Path(__file__).parents[2] / "src" / "kolba" / "check" / "rules"
    files = sorted(p.stem.replace("_", "-") for p in folder.glob("*.py") if p.stem != "__init__")
    assert files == CODES


def wrapped(example: str) -> str:
    """An example of the page as a whole file."""
    head = "from flask import *\n" + IMPORTS
    if example.startswith(("@", "class ", "def ", "app", "import ", "if __name__")):
        return head + example
    body = "\n".join(f"    {line}" for line in example.splitlines())
    return f'{head}@app.route("/x/<name>", methods=["GET", "POST"])\ndef view(name):\n{body}\n'


IMPORTS = """from flask import (
    Flask, abort, flash, g, jsonify, make_response, redirect, render_template, request,
    render_template_string, send_file, send_from_directory, session, url_for,
)
from flask_login import login_required, login_user, logout_user
from kolba_free import db, is_safe_target, user
from markupsafe import Markup, escape
from werkzeug.utils import secure_filename
import os, pickle, random, re, requests, secrets, string, subprocess

app = Flask(__name__)

"""


TEMPLATES = [rule for rule in RULES if rule.find_in_template is not None]


@pytest.mark.parametrize("rule", TEMPLATES, ids=_code)
def test_the_templates_of_the_page_hold(rule: Rule, tmp_path: Path) -> None:
    """What the page calls found in a template is found, and what it calls good is not."""
    for example, found in ((rule.bad, {rule.code}), (rule.good, set())):
        file = tmp_path / "page.html"
        file.write_text(f"<!doctype html>\n{example}", "utf-8")
        result = check([str(file)], Settings(select=(rule.code,)))
        assert ({one.code for one in result.diagnostics}, result.notes) == (found, [])


BETWEEN_FILES = [r for r in RULES if r.find is None and not r.bad.startswith(("<", "{"))]


@pytest.mark.parametrize("rule", BETWEEN_FILES, ids=_code)
def test_examples_between_files_are_code(rule: Rule) -> None:
    """What the page shows of a rule whose fixture has more than one file can be read."""
    assert ast.parse(rule.bad).body and ast.parse(rule.good).body


@pytest.mark.parametrize("rule", [r for r in RULES if r.find is not None], ids=_code)
def test_the_examples_of_the_page_hold(rule: Rule, tmp_path: Path) -> None:
    """What the page calls found is found, and what it calls good is not."""
    for example, found in ((rule.bad, {rule.code}), (rule.good, set())):
        file = tmp_path / "page.py"
        file.write_text(wrapped(example), "utf-8")
        result = check([str(file)], Settings(select=(rule.code,)))
        assert ({one.code for one in result.diagnostics}, result.notes) == (found, [])


# Flask saves such a session with each answer.
PERMANENT = "from flask import session\ndef login():\n    session.permanent = True\n"


def test_sessions_of_another_kind_may_look_inside(tmp_path: Path) -> None:
    """Where the project has sessions of its own, nothing is said of changes inside of them."""
    changes = (FIXTURES / "nested-session-change.py").read_text("utf-8")
    (tmp_path / "views.py").write_text(changes, "utf-8")
    assert check([str(tmp_path)], Settings(select=("nested-session-change",))).diagnostics
    for own in ("from flask.sessions import SessionInterface\n", PERMANENT):
        (tmp_path / "own.py").write_text(own, "utf-8")
        assert check([str(tmp_path)], Settings(select=("nested-session-change",))).diagnostics == []


def test_origins_may_stand_in_the_configuration(tmp_path: Path) -> None:
    """Where a call names no origins, those of `CORS_ORIGINS` hold, in whichever file it is."""
    source = (FIXTURES / "cors-with-credentials.py").read_text("utf-8")
    (tmp_path / "app.py").write_text(source, "utf-8")
    before = {one.line for one in check([str(tmp_path)], Settings()).diagnostics}
    (tmp_path / "settings.py").write_text('CORS_ORIGINS = ["https://a.example"]\n', "utf-8")
    after = {one.line for one in check([str(tmp_path)], Settings()).diagnostics}
    assert sorted(before - after) == [5, 7, 15]


@pytest.mark.parametrize("error", ["ValueError", "Exception", "json.JSONDecodeError"])
def test_errors_may_be_handled_elsewhere(error: str, tmp_path: Path) -> None:
    """Where the app has an answer to such an error, what raises it is no 500."""
    source = (FIXTURES / "parse-of-any-text.py").read_text("utf-8")
    (tmp_path / "app.py").write_text(source, "utf-8")
    how = Settings(select=("parse-of-any-text",))
    assert check([str(tmp_path)], how).diagnostics
    (tmp_path / "errors.py").write_text(f"app.register_error_handler({error}, page)\n", "utf-8")
    assert check([str(tmp_path)], how).diagnostics == []


@pytest.mark.parametrize(
    "more",
    [
        "from flask import app\napp.config['WTF_CSRF_ENABLED'] = False",
        "WTF_CSRF_CHECK_DEFAULT = False",
        "# of Flask\ncsrf.exempt(blueprint)",
        "from flask import Flask\nother = Flask('other')",
        "import kolba",
    ],
)
def test_tokens_may_be_asked_for_elsewhere(more: str, tmp_path: Path) -> None:
    """Where the app decides which forms need a token, nothing is said of those without."""
    folder = tmp_path / "shop"
    shutil.copytree(fixture("form-without-token"), folder)
    how = Settings(select=("form-without-token",))
    assert check([str(folder)], how).diagnostics
    (folder / "more.py").write_text(f"{more}\n", "utf-8")
    assert check([str(folder)], how).diagnostics == []


def test_a_key_at_random_may_be_replaced_by_a_file(tmp_path: Path) -> None:
    """What is read after the source's own value goes before it."""
    file = tmp_path / "app.py"
    made = "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
    made += "app.secret_key = os.urandom(16)\n"
    for more, found in (("", 1), ("app.config.from_pyfile('config.py', silent=True)\n", 0)):
        file.write_text(made + more, "utf-8")
        assert len(check([str(file)], Settings()).diagnostics) == found
