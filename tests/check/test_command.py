"""`kolba check` from its arguments to its exit code."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kolba.cli.check import check

BAD = """from flask import Flask, redirect, request

app = Flask(__name__)


@app.get("/go")
def go():
    return redirect(request.args["next"])
"""
LINE = BAD.splitlines()[-1]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one mistake, which is the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.py").write_text(BAD, "utf-8")
    return tmp_path


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(check, arguments)


def test_a_mistake_is_a_line_a_hint_and_exit_1(shop: Path) -> None:
    """The line begins as those of other linters."""
    result = ran()
    first, hint, end = result.stdout.splitlines()
    assert first.startswith("shop.py:8:12: open-redirect the redirect leads wherever")
    assert hint.startswith("    Redirect to url_for(...)")
    assert (end, result.exit_code) == ("files: 1, found: 1", 1)


def test_the_code_is_not_run(shop: Path) -> None:
    """A file that would do something when it is imported does nothing."""
    (shop / "shop.py").write_text("open('ran', 'w')\n" + BAD, "utf-8")
    assert ran("shop.py").exit_code == 1
    assert not (shop / "ran").exists()


def test_in_russian(shop: Path) -> None:
    """Message, hint and sum are in the language that was asked for."""
    assert "перенаправление ведёт туда" in ran("--language", "ru").stdout
    (shop / "pyproject.toml").write_text('[tool.kolba.check]\nlanguage = "ru"\n', "utf-8")
    assert "перенаправление ведёт туда" in ran().stdout
    assert "the redirect leads" in ran("--language", "en").stdout


def test_exit_codes(shop: Path) -> None:
    """0 for nothing found or --exit-zero, 1 for something, 2 for what cannot be asked."""
    assert ran("--exit-zero").exit_code == 0
    assert ran("--ignore", "open-redirect").exit_code == 0
    assert ran("--ignore", "redirects").exit_code == 0
    assert ran("--select", "sessions").exit_code == 0
    assert ran("--select", "sessions,redirects").exit_code == 1
    assert ran("--exclude", "shop.py").exit_code == 0
    assert ran("nowhere").exit_code == 2
    result = ran("--select", "open-redirct")
    assert (result.exit_code, "Did you mean 'open-redirect'?" in result.stderr) == (2, True)


def test_json(shop: Path) -> None:
    """Every part of a finding is in the document."""
    document = json.loads(ran("--format", "json").stdout)
    (finding,) = document["findings"]
    assert (finding["path"], finding["line"], finding["column"]) == ("shop.py", 8, 12)
    assert (finding["code"], finding["end_line"]) == ("open-redirect", 8)
    assert finding["message"] and finding["hint"]
    assert (document["files"], document["notes"]) == (1, [])


def test_sarif(shop: Path) -> None:
    """The document is what SARIF 2.1.0 asks for, with the rule that it names."""
    document = json.loads(ran("--format", "sarif").stdout)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    (result,) = run["results"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert result["ruleId"] == rule["id"] == "open-redirect"
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "shop.py"
    assert location["region"] == {"startLine": 8, "startColumn": 12, "endLine": 8}


def test_statistics(shop: Path) -> None:
    """How often each mistake was found."""
    assert ran("--statistics").stdout == "     1  open-redirect\n"


def test_explain() -> None:
    """A rule is explained in both languages, and all are listed."""
    assert "phishing" in ran("--explain", "open-redirect").stdout
    assert "фишинга" in ran("--explain", "open-redirect", "--language", "ru").stdout
    assert "open-redirect" in ran("--explain", "all").stdout
    assert ran("--explain", "nothing").exit_code == 2


def test_a_name_that_is_no_rules(shop: Path) -> None:
    """The rule that may be meant is named, whichever option it was."""
    for option in ("--select", "--ignore", "--explain"):
        result = ran(option, "open-redirct")
        assert result.exit_code == 2 and "Did you mean 'open-redirect'?" in result.stderr


def test_a_file_of_another_kind(shop: Path) -> None:
    """Whoever names a file that is not looked at hears of it."""
    (shop / "notes.md").write_text(BAD, "utf-8")
    result = ran("notes.md", "shop.py")
    assert "notes.md: not looked at" in result.stderr and result.exit_code == 1


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# kolba: ignore[open-redirect]", set()),
        ("# kolba: ignore", set()),
        ("# the next page  # kolba: ignore[open-redirect, result-thrown-away]", set()),
        ("# kolba: ignore[result-thrown-away]", {"open-redirect", "unused-ignore"}),
        ("# ignore", {"open-redirect"}),
    ],
)
def test_what_a_comment_covers(shop: Path, comment: str, left: set[str]) -> None:
    """A comment covers its line and its codes; one that nothing needs is told."""
    (shop / "shop.py").write_text(BAD.replace(LINE, f"{LINE}  {comment}"), "utf-8")
    document = json.loads(ran("--format", "json").stdout)
    assert {one["code"] for one in document["findings"]} == left


def test_a_comment_at_the_end_of_a_long_statement(shop: Path) -> None:
    """A comment counts on each line of the statement; in a text it is none."""
    long = 'return redirect(\n        request.args["next"]\n    )  # kolba: ignore[open-redirect]'
    (shop / "shop.py").write_text(BAD.replace(LINE.strip(), long), "utf-8")
    assert ran().exit_code == 0
    (shop / "shop.py").write_text(f'{BAD}    "# kolba: ignore"\n', "utf-8")
    assert json.loads(ran("--format", "json").stdout)["findings"][0]["code"] == "open-redirect"


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ('ignore = ["open-redirect"]', 0),
        ('select = ["sessions"]', 0),
        ('exclude = ["sh*.py"]', 0),
        ('exclude = ["other"]', 1),
        ('ignore = "open-redirect"', 2),
        ('ignore = ["open-redirct"]', 2),
        ("ignores = []", 2),
        ('language = "de"', 2),
        ("nonsense", 2),
    ],
)
def test_configuration(shop: Path, table: str, code: int) -> None:
    """[tool.kolba.check] of the nearest pyproject.toml counts; what cannot be is exit code 2."""
    (shop / "pyproject.toml").write_text(f"[tool.kolba.check]\n{table}\n", "utf-8")
    assert ran().exit_code == code


def test_tests_and_packages_are_left_out(shop: Path) -> None:
    """What is not the app's own is not read, unless it is named."""
    for name in ("tests", ".venv", "node_modules", "lib/site-packages", "made"):
        os.makedirs(shop / name)
        (shop / name / "views.py").write_text(BAD, "utf-8")
    (shop / "made" / "pyvenv.cfg").write_text("", "utf-8")
    (shop / "test_shop.py").write_text(BAD, "utf-8")
    assert ran(".").stdout.splitlines()[-1] == "files: 1, found: 1"
    assert ran("tests", "test_shop.py").stdout.splitlines()[-1] == "files: 2, found: 2"
