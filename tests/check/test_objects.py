"""Methods of objects, and fields of forms, whose classes may stand in other files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kolba.check.run import check
from kolba.check.settings import Settings

HEAD = """from flask import Flask, request
from . import data
from .data import Database, Other, database, maker
from .forms import PlainForm, SearchForm

app = Flask(__name__)


class Shop:
    def __init__(self):
        self.database = Database()
        self.other = Other()
        self.other = Database()

    def tell(self, sql):
        return self.other.run(sql)


@app.route("/", methods=["GET", "POST"])
def view():
    """
DATA = """import sqlite3

class Base:
    def run(self, sql, values=()):
        return sqlite3.connect("shop.db").execute(sql, values)

    def by_name(self, name):
        return self.run("SELECT * FROM users WHERE name = '%s'" % name)

class Database(Base):
    def by_number(self, number):
        return self.run("SELECT * FROM users WHERE id = ?", [number])

    @classmethod
    def at_once(cls, sql):
        return sqlite3.connect("shop.db").execute(sql)

    @maker
    def decorated(self, sql):
        return sqlite3.connect("shop.db").execute(sql)

class Other:
    def run(self, sql, values=()):
        return print(sql)

database = Database()
changed = Database()

def change():
    global changed
    changed = Other()

def maker(function):
    return lambda *given: None
"""
FORMS = """from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, StringField
from wtforms.validators import DataRequired, Length, Regexp

class Base(FlaskForm):
    inherited = StringField("Word")

class SearchForm(Base):
    word = StringField("Word", validators=[DataRequired(), Length(max=200)])
    asked = HiddenField()
    strict = StringField("Word", validators=[Regexp("[a-z]+")])
    cleaned = StringField("Word", filters=[str.isalnum])
    looked_at = StringField("Word")

    def validate_looked_at(self, field):
        ...

class PlainForm(Form):
    word = StringField("Word")
"""
WHERE = "f\"SELECT * FROM users WHERE name = '{%s}'\""


def found(folder: Path, *lines: str) -> list[str]:
    """What is found in a view with these lines."""
    shop = folder / "shop"
    shop.mkdir(exist_ok=True)
    body = "\n    ".join(lines)
    for name, text in (("data", DATA), ("forms", FORMS), ("views", f"{HEAD}{body}\n")):
        (shop / f"{name}.py").write_text(text, "utf-8")
    result = check([str(folder)], Settings(select=("sql-from-request",)))
    assert result.notes == []
    return [Path(one.path).name for one in result.diagnostics]


@pytest.mark.parametrize(
    "line",
    [
        "database.by_name(request.args['name'])",
        "data.database.by_name(request.args['name'])",
        "Database().by_name(name=request.args['name'])",
        "one = Database(); one.by_name(request.args['name'])",
        "Database.at_once('DELETE FROM users WHERE id = ' + request.args['id'])",
    ],
)
def test_methods_of_objects_are_followed(line: str, tmp_path: Path) -> None:
    """The object's class, and what that is made of, stand in another file."""
    assert found(tmp_path, line) == ["views.py"]


@pytest.mark.parametrize(
    "line",
    [
        "database.by_number(request.args['number'])",
        "database.decorated('DELETE FROM users WHERE id = ' + request.args['id'])",
        "Database.run('DELETE FROM users WHERE id = ' + request.args['id'])",
        "data.changed.run('DELETE FROM users WHERE id = ' + request.args['id'])",
        "maker.run('DELETE FROM users WHERE id = ' + request.args['id'])",
        "Shop().tell('DELETE FROM users WHERE id = ' + request.args['id'])",
        "one = Database(); one = Other(); one.run(request.args['sql'] + ' WHERE 1')",
        "for database in (): database.run('DELETE FROM users WHERE id = ' + request.args['id'])",
    ],
)
def test_what_may_be_another_object_is_unknown(line: str, tmp_path: Path) -> None:
    """A name that is given twice, by a loop or elsewhere too, and a decorated method."""
    assert found(tmp_path, line) == []


@pytest.mark.parametrize(
    "name", ["form.word.data", "form.asked.data.strip()", "form.inherited.data"]
)
def test_fields_of_forms_hold_what_was_sent(name: str, tmp_path: Path) -> None:
    """The form's class stands in another file."""
    lines = "form = SearchForm()", "if form.validate_on_submit():", f"  db.execute({WHERE % name})"
    assert found(tmp_path, *lines) == ["views.py"]


@pytest.mark.parametrize(
    "lines",
    [
        ("form = SearchForm()", "db.execute({form.strict.data})"),
        ("form = SearchForm()", "db.execute({form.cleaned.data})"),
        ("form = SearchForm()", "db.execute({form.looked_at.data})"),
        ("form = SearchForm()", "db.execute({form.unknown.data})"),
        ("form = SearchForm(None)", "db.execute({form.word.data})"),
        ("form = PlainForm()", "db.execute({form.word.data})"),
        ("form = SearchForm()", "if form.word.data in WORDS:", "  db.execute({form.word.data})"),
        ("form = SearchForm()", "form.word.data = 'a'", "db.execute({form.word.data})"),
    ],
)
def test_fields_that_something_looks_at_are_fine(lines: tuple[str, ...], tmp_path: Path) -> None:
    """A validator, a filter, a method of the form's class, a condition, or the view's own value."""
    whole = [
        line.replace("{", "f\"SELECT a FROM b WHERE c = '{").replace("}", "}'\"") for line in lines
    ]
    assert found(tmp_path, *whole) == []


def test_forms_that_are_given_what_was_sent(tmp_path: Path) -> None:
    """WTForms' own class is filled by its first argument."""
    lines = "form = PlainForm(request.form)", f"db.execute({WHERE % 'form.word.data'})"
    assert found(tmp_path, *lines) == ["views.py"]


def test_classes_and_objects_that_lead_in_circles_end(tmp_path: Path) -> None:
    """A class that is made of itself, by another file too, and names that are given each other."""
    (tmp_path / "one.py").write_text(
        "from flask import request\nfrom other import Other, there\n"
        "class One(Other): pass\nclass Own(Own): pass\nhere = there\nmade = made()\n"
        "class Kept:\n    def __init__(self):\n        self.kept = self.kept\n"
        "    def go(self):\n        return self.kept.go(request.args['a'])\n"
        "def view():\n    for one in (One(), Own()): one.go(request.args['a'])\n"
        "    One().go(request.args['a'])\n    Own().go(request.args['a'])\n"
        "    here.go(request.args['a'])\n    made.go(request.args['a'])\n",
        "utf-8",
    )
    (tmp_path / "other.py").write_text(
        "from one import One, here\nthere = here\n"
        "class Other(One):\n    def go(self, x): return self.come(x)\n"
        "    def come(self, x): return self.go(x)\n",
        "utf-8",
    )
    result = check([str(tmp_path)], Settings())
    assert (result.diagnostics, result.notes) == ([], [])
