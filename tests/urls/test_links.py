"""Links with `url_for`: the wrong ones are found in templates and views before a request."""

from __future__ import annotations

import importlib.util
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import BuildError

from kolba import Kolba
from kolba.urls.examination import examine
from kolba.urls.problems import RoutingErrors
from tests.urls.conftest import with_routes

WRONG = {
    "unknown endpoint": ("{{ url_for('hoem') }}", "unknown-endpoint", "Did you mean 'home'?"),
    "unknown blueprint": ("{{ url_for('blog.psot', slug=1) }}", "unknown-endpoint", "blog.post"),
    "no argument": ("{{ url_for('item') }}", "link-arguments", "needs 'number' too"),
    "misspelt argument": ("{{ url_for('item', nmuber=n) }}", "link-arguments", "needs 'number'"),
    "a wrong constant": ("{{ url_for('item', number='x') }}", "link-arguments", "number='x'"),
    "no constant of the choice": ("{{ url_for('tag', tag='c') }}", "link-arguments", "tag='c'"),
    "a wrong constant beside unknown ones": (
        "{{ url_for('item', number='x', **more) }}",
        "link-arguments",
        "number='x'",
    ),
    "in an attribute, a loop and a condition": (
        "{% for x in y %}{% if x %}<a href='{{ url_for('hoem') }}'>{% endif %}{% endfor %}",
        "unknown-endpoint",
        "hoem",
    ),
    "one of two": ("{{ url_for('home' if x else 'hoem') }}", "unknown-endpoint", "hoem"),
    "relative": ("{{ url_for('.psot', slug=1) }}", "unknown-endpoint", ".psot"),
    "through a macro": (
        "{% macro link(to) %}{{ url_for(to) }}{% endmacro %}{{ link('hoem') }}",
        "unknown-endpoint",
        "link('hoem')",
    ),
    "through a macro, by name": (
        "{% macro link(text, to) %}{{ url_for(to) }}{% endmacro %}{{ link('x', to='hoem') }}",
        "unknown-endpoint",
        "hoem",
    ),
}

FINE = {
    "right": "{{ url_for('item', number=1) }}",
    "computed": "{{ url_for('item', number=x) }}",
    "more arguments": "{{ url_for('home', page=2, _anchor='top') }}",
    "unknown arguments": "{{ url_for('item', **x) }}",
    "dynamic": "{{ url_for(x) }}{{ url_for('a' ~ x) }}",
    "relative": "{{ url_for('.post', slug=x) }}",
    "another url_for": "{% from 'own.html' import url_for %}{{ url_for('hoem') }}",
    "set here": "{% set url_for = x %}{{ url_for('hoem') }}",
    "in raw text": "{% raw %}{{ url_for('hoem') }}{% endraw %}",
    "in a comment": "{# {{ url_for('hoem') }} #}",
    "static": "{{ url_for('static', filename=x) }}",
    "not a template": "function f() { return url_for('hoem') }",
    "broken": "{{ url_for('hoem') ",
}


@pytest.mark.parametrize(("source", "code", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_link_in_a_template_is_found(
    make_app: Any, source: str, code: str, told: str
) -> None:
    """The error names the template, the line and what was meant; nothing is rendered for it."""
    app = with_routes(make_app({"deep/page.html": "\n\n" + source}))
    (problem,) = examine(app).problems
    assert problem.code == code
    assert "page.html:3: " in problem.what
    assert told in str(problem)
    with pytest.raises(RoutingErrors):
        app.test_client().get("/")


def test_flask_finds_it_when_somebody_asks_for_the_page() -> None:
    """Plain Flask starts, and answers the visitor with an error."""
    app = with_routes(Flask(__name__))
    with app.test_request_context(), pytest.raises(BuildError):
        app.jinja_env.from_string("{{ url_for('hoem') }}").render()


@pytest.mark.parametrize("source", FINE.values(), ids=FINE)
def test_other_links_are_passed_over(make_app: Any, source: str) -> None:
    """What is right, and what only running the code tells, is no mistake."""
    app = with_routes(make_app({"page.html": source}))
    assert examine(app).problems == ()
    assert app.test_client().get("/").status_code == 200


def test_links_are_followed_through_includes_imports_and_inheritance(make_app: Any) -> None:
    """Each template is read where it is written; an imported macro is followed to its calls."""
    app = with_routes(
        make_app(
            {
                "base.html": "{% block body %}{{ url_for('one') }}{% endblock %}",
                "part.html": "{{ url_for('two') }}",
                "macros.html": "{% macro nav(to) %}{{ url_for(to) }}{% endmacro %}",
                "page.html": "{% extends 'base.html' %}{% block body %}{% include 'part.html' %}"
                "{% import 'macros.html' as m %}{{ m.nav('three') }}"
                "{% from 'macros.html' import nav as go %}{{ go('four') }}{% endblock %}",
            }
        )
    )
    told = " ".join(problem.what for problem in examine(app).problems)
    for name in ("one", "two", "three", "four"):
        assert f"no endpoint '{name}'" in told


def test_a_link_that_asks_first_is_only_reported(
    make_app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """`if 'admin' in current_app.blueprints` says that the link may have no route."""
    source = "{% if 'admin' in current_app.blueprints %}{{ url_for('admin.index') }}{% endif %}"
    app = with_routes(make_app({"page.html": source}))
    assert app.test_client().get("/").status_code == 200
    assert ["admin.index" in record.getMessage() for record in caplog.records] == [True]


def test_a_handler_of_build_errors_knows_more(make_app: Any) -> None:
    """An app that mends failed links itself is trusted to do so."""
    app = with_routes(make_app({"page.html": "{{ url_for('outside') }}"}))
    app.url_build_error_handlers.append(lambda error, endpoint, values: "https://example.org")
    assert examine(app).problems == ()


def test_defaults_of_urls_may_fill_arguments(make_app: Any) -> None:
    """With `url_defaults` a missing argument cannot be told; an unknown endpoint still can."""
    app = with_routes(make_app({"page.html": "{{ url_for('item') }}{{ url_for('hoem') }}"}))
    app.url_defaults(lambda endpoint, values: values.setdefault("number", 1))
    assert [problem.code for problem in examine(app).problems] == ["unknown-endpoint"]


VIEWS = '''
from kolba import Blueprint, Kolba, render_template_string, url_for
import flask
from elsewhere import nothing

def create_app():
    app = Kolba(__name__)

    @app.get("/")
    def home():
        return url_for("hoem")

    @app.get("/module")
    def module():
        return flask.url_for("by_module")

    @app.get("/tried")
    def tried():
        try:
            return url_for("tried_first")
        except Exception:
            return ""

    @app.get("/text")
    def text():
        return render_template_string("""
            {{ url_for('in_text') }}""")

    @app.get("/dynamic")
    def dynamic():
        return url_for("ho" + "me")

    return app

def helper():
    return url_for("of_a_helper")

class Other:
    def url_for(self, name): return self.url_for("theirs")
'''


def module_of(source: str, folder: Path) -> Any:
    file = folder / "shop.py"
    file.write_text(source, "utf-8")
    return loaded(file)


def loaded(file: Path) -> Any:
    spec = importlib.util.spec_from_file_location("shop", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_links_of_views_are_found(tmp_path: Path) -> None:
    """Constants in views, by either import, and in templates that stand in Python as text."""
    module = module_of(VIEWS.replace("from elsewhere import nothing", ""), tmp_path)
    problems = examine(module.create_app()).problems
    certain = {problem.what.split("endpoint ")[1] for problem in problems if problem.certain}
    unsure = {problem.what.split("endpoint ")[1] for problem in problems if not problem.certain}
    assert certain == {"'hoem'", "'by_module'", "'in_text'"}
    assert unsure == {"'tried_first'", "'of_a_helper'"}
    places = {problem.what.partition(": ")[0].rpartition(":")[2] for problem in problems}
    line = VIEWS.splitlines().index('        return url_for("hoem")') + 1
    assert str(line) in places


VIEW = """
from contextlib import suppress
import flask.helpers as helpers
from flask import current_app as here
from flask import Flask, current_app, request, url_for
from flask.helpers import url_for as link

app = Flask(__name__)

@app.get("/")
async def home():
"""

NOT_CERTAIN = {
    "if the app has it": """
        if "shop" in current_app.blueprints:
            return url_for("shop")
        return "" """,
    "if it is configured": """
        return url_for("shop") if current_app.config.get("SHOP") else "" """,
    "and it is there": """
        return "shop" in app.view_functions and url_for("shop") """,
    "not reached if it is not there": """
        if not app.config["SHOP"]:
            return ""
        return url_for("shop")""",
    "passed over in a loop": """
        for name in request.args:
            if name not in current_app.extensions:
                continue
            return url_for("shop")""",
    "suppressed": """
        with suppress(Exception):
            return url_for("shop")""",
    "in a group of exceptions": """
        try:
            return url_for("shop")
        except* Exception:
            print()""",
}

CERTAIN = {
    "of the app": """
        return current_app.url_for("shop")""",
    "of the app by another name": """
        return here.url_for("shop")""",
    "from Flask's own module": """
        return link("shop")""",
    "where another question is asked": """
        if request.args.get("shop"):
            return ""
        if name := request.endpoint:
            return url_for("shop", name=name)""",
    "after a question that ends nothing": """
        title = "Shop" if app.config.get("SHOP") else "Home"
        if app.config.get("SHOP"):
            title = title.upper()
        return url_for("shop", title=title)""",
    "in a match": """
        match request.args.get("to"):
            case "shop":
                return url_for("shop")""",
    "in a file that is opened": """
        with open(__file__) as file:
            return url_for("shop", size=len(file.read()))""",
}

NO_LINK = {
    "of somebody else's object": """
        return request.shop.url_for("shop")""",
    "of somebody else's module": """
        return helpers.shop("shop")""",
}


@pytest.mark.parametrize("body", NOT_CERTAIN.values(), ids=NOT_CERTAIN)
def test_a_link_that_may_never_be_made_is_only_reported(tmp_path: Path, body: str) -> None:
    """Where a view asks what the app has, or what it is told, the link may have no route."""
    (problem,) = examine(module_of(VIEW + body, tmp_path).app).problems
    assert problem.code == "unknown-endpoint"
    assert not problem.certain


@pytest.mark.parametrize("body", CERTAIN.values(), ids=CERTAIN)
def test_other_conditions_leave_a_link_certain(tmp_path: Path, body: str) -> None:
    """What a view asks of its request says nothing of the app's routes."""
    (problem,) = examine(module_of(VIEW + body, tmp_path).app).problems
    assert problem.code == "unknown-endpoint"
    assert problem.certain


@pytest.mark.parametrize("body", NO_LINK.values(), ids=NO_LINK)
def test_somebody_elses_links_are_passed_over(tmp_path: Path, body: str) -> None:
    """A function of the same name need not know the app's endpoints."""
    assert examine(module_of(VIEW + body, tmp_path).app).problems == ()


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [("", "utf-8"), ("", "utf-8-sig"), ("# coding: cp1251\n", "cp1251")],
    ids=["plain", "with a byte order mark", "declared"],
)
def test_views_are_read_in_their_encoding(tmp_path: Path, mark: str, encoding: str) -> None:
    """A file that Python reads is read here, and what it links to is no unused route."""
    body = '    """Чай."""\n    return url_for("tea") + url_for("cofee")\n'
    source = mark + VIEW.strip() + "\n" + body + '@app.get("/tea")\ndef tea(): return ""\n'
    (tmp_path / "shop.py").write_text(source, encoding)
    examined = examine(loaded(tmp_path / "shop.py").app)
    (problem,) = examined.problems
    assert "no endpoint 'cofee'" in problem.what
    assert examined.unused == ()


def test_a_long_expression_ends_no_start(tmp_path: Path) -> None:
    """A link whose text is too deep to be written down is listed without it."""
    body = "\n    text = request" + ".args" * 600
    body += "\n    return url_for('hoem') + url_for(text" + ".strip()" * 600 + ")"
    examined = examine(module_of(VIEW + body, tmp_path).app)
    assert ["'hoem'" in problem.what for problem in examined.problems] == [True]
    assert examined.dynamic[0].endswith("url_for(...)")


def test_mistakes_are_told_in_the_order_of_their_lines(tmp_path: Path) -> None:
    """Whoever mends a file goes through it once."""
    body = "\n    a = url_for('a') + f'{url_for(chr(98))}'\n    return url_for('b') + url_for('c')"
    body += "\n@app.get('/x')\ndef x():\n    return url_for('d')\n"
    problems = examine(module_of(VIEW + body, tmp_path).app).problems
    assert [problem.what.rpartition("endpoint ")[2] for problem in problems] == [
        *("'a'", "'b'", "'c'", "'d'")
    ]


def test_dynamic_links_are_listed(tmp_path: Path) -> None:
    """A computed endpoint is no mistake; it is listed with its place."""
    module = module_of(VIEWS.replace("from elsewhere import nothing", ""), tmp_path)
    (dynamic,) = examine(module.create_app()).dynamic
    assert dynamic.endswith("url_for('ho' + 'me')")


def test_unused_routes_are_those_without_a_link(make_app: Any) -> None:
    """Linked are routes named in `url_for`, in an `href` or an `action`, and '/' always is."""
    app = with_routes(
        make_app(
            {
                "page.html": "<a href='/blog/first'>x</a><form method=post action=/sent></form>"
                "{{ url_for('item', number=1) }}<form method=post></form>"
            }
        )
    )
    app.add_url_rule("/sent", "sent", lambda: "", methods=["POST"])
    app.add_url_rule("/item/<int:number>", "change", lambda number: "", methods=["POST"])
    app.add_url_rule("/old", "old", lambda: "")
    assert [route.rule.endpoint for route in examine(app).unused] == ["tag", "old"]


SHOP = """
from flask import Flask

app = Flask(__name__)

@app.get("/a")
def in_a_letter(): return ""

@app.get("/b")
def by_ones_own(): return ""

@app.get("/c")
def of_others(): return ""

@app.get("/d")
def asked(): return ""
"""
LETTERS = """
import flask

def letter(): return flask.url_for("in_a_letter")

def url_for(endpoint): return flask.url_for(endpoint)

def other(): return url_for("by_ones_own") and print("asked")
"""


def test_what_views_call_uses_routes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module without views, and a function around `url_for`, link; others' modules do not."""
    others = tmp_path / "others"
    others.mkdir()
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "letters.py").write_text(LETTERS, "utf-8")
    (others / "foreign.py").write_text(LETTERS.replace("by_ones_own", "of_others"), "utf-8")
    for file in (ours / "letters.py", others / "foreign.py"):
        monkeypatch.setitem(sys.modules, file.stem, loaded(file))
    examined = examine(module_of(SHOP, ours).app)
    assert [route.rule.endpoint for route in examined.unused] == ["of_others", "asked"]
    assert examined.problems == ()


def test_a_module_that_loads_when_it_is_used_stays_unloaded(
    make_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading it may fail for want of what is optional; nor need modules be any."""

    class Lazy(ModuleType):
        def __getattribute__(self, name: str) -> Any:
            raise ImportError(f"asked for {name}")

    monkeypatch.setitem(sys.modules, "lazy", Lazy("lazy"))
    monkeypatch.setitem(sys.modules, "odd", object())  # type: ignore[misc]
    assert examine(make_app()).problems == ()


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ('<a href="/rows/{{ item.id }}/edit?x={{ y }}">', True),
        ("<form action='/rows/{% raw %}{{ n }}{% endraw %}/edit'>", True),
        ("<script>fetch('/rows/1/edit', {method: 'PUT'})</script>", True),
        ("<script>f(`/rows/${row.number}/edit`)</script>", True),
        ('<button hx-post="/rows/{{ n|int }}/edit">', True),
        ('<a href="/rows/{{ n }}">', False),
        ('<a href="/rows/{{ n }}/edit/more">', False),
        ("<p>see /rows/1/edit for it</p>", False),
        ('<a href="//rows/1/edit">', False),
    ],
)
def test_a_path_in_a_template_uses_its_route(make_app: Any, source: str, used: bool) -> None:
    """As text, with values in it, in a script: what somebody can reach is not called unused."""
    app = make_app({"page.html": source})
    view = with_routes(Flask("other")).view_functions["home"]
    app.add_url_rule("/rows/<int:number>/edit", "edit", view, methods=["GET", "POST", "PUT"])
    assert [route.rule.endpoint for route in examine(app).unused] == ([] if used else ["edit"])


def test_a_script_may_put_the_last_value_behind(make_app: Any) -> None:
    """`"/rows/" + number` leads to a row; a path without a slash at its end does not."""
    app = make_app({"page.html": "<script>f('/rows/' + n); f('/cells' + n)</script>"})
    app.add_url_rule("/rows/<int:number>", "row", lambda number: "")
    app.add_url_rule("/cells/<int:number>", "cell", lambda number: "")
    assert [route.rule.endpoint for route in examine(app).unused] == ["cell"]


def test_routes_of_packages_are_not_called_unused(make_app: Any) -> None:
    """The links of an installed package are not read."""
    app = make_app()
    app.add_url_rule("/theirs", "theirs", textwrap.dedent)
    app.add_url_rule("/ours", "ours", lambda: "")
    assert [route.rule.endpoint for route in examine(app).unused] == ["ours"]


@pytest.mark.parametrize("step", [f"task_{number}" for number in range(1, 11)])
def test_no_false_alarm_in_the_lesson(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lesson's apps are right, and nothing is found in them."""
    from tests.examples.lesson import load

    monkeypatch.setenv("SECRET_KEY", "of the tests")
    assert examine(load(step)).problems == ()


def test_no_false_alarm_in_the_tour() -> None:
    """Nor is anything found in the tour."""
    from kolba.tour import create_app

    assert examine(create_app()).problems == ()


def test_a_package_that_is_installed_cannot_be_mended_here() -> None:
    """Templates and views of installed packages are not examined."""
    flask_login = pytest.importorskip("flask_login")
    from kolba.places import is_own

    assert not is_own(flask_login.__file__)
    assert not is_own(sys.modules["json"].__file__)
    assert is_own(__file__)
    assert isinstance(Kolba("x"), Flask)
