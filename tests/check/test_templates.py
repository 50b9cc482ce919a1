"""Which templates are read, what of them is understood, and what a comment in one covers."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from kolba.check import jinja
from kolba.check.run import Result, check
from kolba.check.settings import Settings
from kolba.check.template import Template
from kolba.check.values import place

APP = "from flask import Flask, render_template\napp = Flask(__name__)\n"
PAGE = "<!doctype html>\n<script>greet('{{ user.name }}')</script>\n"
FOUND = [("value-in-script", 2, 19)]


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        file = folder / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def found(result: Result) -> list[tuple[str, int, int]]:
    return [(one.code, one.line, one.column) for one in result.diagnostics]


def test_templates_beside_and_above_code(tmp_path: Path) -> None:
    """A folder `templates` is read where code that uses Flask lies beside it, or below."""
    write(tmp_path, app_py=APP, templates__a_html=PAGE, templates__b__c_html=PAGE)
    write(tmp_path, shop__templates__d_html=PAGE, shop__views__all_py=APP)
    write(tmp_path, other__templates__e_html=PAGE, other__plain_py="import jinja2")
    result = check([str(tmp_path)], Settings())
    assert sorted(Path(one.path).name for one in result.diagnostics) == [
        "a.html",
        "c.html",
        "d.html",
    ]


def test_a_folder_that_the_app_names(tmp_path: Path) -> None:
    """`template_folder=` counts as well as the usual name; an inner folder has its own names."""
    named = (
        'from flask import Blueprint\npages = Blueprint("p", __name__, template_folder="html")\n'
    )
    write(tmp_path, shop__views_py=named, shop__html__a_html=PAGE, shop__other__b_html=PAGE)
    assert found(check([str(tmp_path)], Settings())) == FOUND


@pytest.mark.parametrize(
    "mark",
    [
        "{% load static %}",
        "<form>{% csrf_token %}</form>",
        "<a href=\"{% url 'home' %}\">",
        "<%inherit file='base.html'/>",
        "{{#each people}}",
        "{{ cookiecutter.name }}",
    ],
)
def test_templates_of_others(mark: str, tmp_path: Path) -> None:
    """Templates of Django, Mako, Mustache and cookiecutter are left out, without a note."""
    write(tmp_path, app_py=APP, templates__a_html=f"{PAGE}{mark}\n")
    result = check([str(tmp_path)], Settings())
    assert (found(result), result.notes) == ([], [])


def test_an_app_with_marks_of_its_own(tmp_path: Path) -> None:
    """Where the app changes Jinja's marks, `{{ }}` is somebody else's."""
    app = APP + 'app.jinja_options = {"variable_start_string": "[["}\n'
    write(tmp_path, app_py=app, templates__a_html=PAGE)
    assert found(check([str(tmp_path)], Settings())) == []


def test_a_template_that_is_named_itself(tmp_path: Path) -> None:
    """It is read wherever it lies."""
    write(tmp_path, page_html=PAGE)
    assert found(check([str(tmp_path)], Settings())) == []
    assert found(check([str(tmp_path / "page.html")], Settings())) == FOUND


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("{# kolba: ignore[value-in-script] #}", []),
        ("{#- kolba: ignore -#}", []),
        ("{# kolba: ignore[open-redirect] #}", ["unused-ignore", "value-in-script"]),
        ("<!-- kolba: ignore -->", ["value-in-script"]),
    ],
)
def test_what_a_comment_covers(comment: str, left: list[str], tmp_path: Path) -> None:
    """A comment of Jinja covers its line and its codes; one that nothing needs is told."""
    write(tmp_path, page_html=PAGE.replace("</script>", f"</script>{comment}"))
    result = check([str(tmp_path / "page.html")], Settings())
    assert sorted(one.code for one in result.diagnostics) == left


def test_tags_filters_and_tests_of_extensions(tmp_path: Path) -> None:
    """What only an extension knows is read over, and what is between its tags is read."""
    text = (
        "<!doctype html>{% cache 300, key ~ '%}' %}{% trans n=user.n %}{{ n }}{% pluralize %}s"
        "{% endtrans %}\n{% render_form form with { a } %}{% do x.append(1) %}{{ a|b(1) }}"
        "{% if a is odd_one %}{% break %}{% endif %}\n<script>f('{{ user.name }}')</script>"
        "{% endcache %}"
    )
    write(tmp_path, page_html=text.replace("{% break %}", ""))
    result = check([str(tmp_path / "page.html")], Settings())
    assert (found(result), result.notes) == ([("value-in-script", 3, 15)], [])


@pytest.mark.parametrize(
    "text",
    [
        "{% if %}",
        "{{ a",
        "{% endfor %}",
        pytest.param("{{ " + "(" * 30_000, id="deep"),
        "{% cache %}{% else %}{% endcache %}",
        pytest.param("{{ " + "-" * 30_000 + "1 }}", id="minus"),
        pytest.param("{% if a %}" * 3_000, id="many"),
        pytest.param("{{ a" + ".b" * 5_000 + " }}", id="dots"),
        pytest.param("{{ " + " + ".join(["a"] * 5_000) + " }}", id="sums"),
        pytest.param("{% include a" + ".b" * 5_000 + " %}", id="included"),
        "{{ '\x00' }}{% \x00 %}",
        "{% 1 %}",
        "{%%}",
    ],
)
def test_what_cannot_be_parsed_is_a_note(text: str, tmp_path: Path) -> None:
    """One note, with the reason, and the other templates are checked."""
    write(tmp_path, app_py=APP, templates__a_html=text, templates__b_html=PAGE)
    result = check([str(tmp_path)], Settings())
    assert found(result) == FOUND
    assert [Path(note.path).name for note in result.notes] == ["a.html"]


def test_random_templates(tmp_path: Path) -> None:
    """Pieces of Jinja, of HTML and of nothing, in any order, end nothing."""
    chance = random.Random(7)
    pieces = [
        *("{{ user.name }}", "{%", "%}", "{{", "}}", "{#", "#}", "{% if a %}", "{% endif %}"),
        *("<a href=", "'", '"', "<script>", "</script>", ">", "\n", "\r\n", "{% block b %}"),
        *("{% endblock %}", '{% extends "f1.html" %}', "{% x %}", "{% endx %}", "é", "\u2028"),
    ]
    write(tmp_path, app_py=APP)
    folder = tmp_path / "templates"
    folder.mkdir()
    for number in range(150):
        text = "".join(chance.choice(pieces) for _ in range(chance.randrange(40))).encode()
        noise = chance.randbytes(3) if number % 10 == 0 else b""
        (folder / f"f{number}.html").write_bytes(text + noise)
    result = check([str(tmp_path)], Settings())
    assert result.read == 151


def test_tags_that_never_end(tmp_path: Path) -> None:
    """Forms that are begun and not ended take no longer than others."""
    write(tmp_path, app_py=APP, templates__a_html="<form " * 20_000, templates__b_html=PAGE)
    assert found(check([str(tmp_path)], Settings())) == FOUND


def test_templates_in_a_circle(tmp_path: Path) -> None:
    """Templates that extend each other, or themselves, are read once."""
    page = '{% extends "b.html" %}{% block x %}<p a={{ city }}>{% endblock %}'
    write(tmp_path, app_py=APP, templates__a_html=page)
    write(tmp_path, templates__b_html='{% extends "a.html" %}', templates__c_html=page)
    write(tmp_path, templates__d_html='{% extends "d.html" %}{% block x %}{% endblock %}')
    result = check([str(tmp_path)], Settings(select=("unquoted-attribute",)))
    assert len(result.diagnostics) == 2


def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    """Lines and columns are right behind trimmed space, comments and line ends of any kind."""
    text = (
        "{#- a\nb -#}  \r\n  {%- set x = 1 -%}\n  {{- 'a' }}<p a={{ city }}><p b={{-\n\r  place }}>"
    )
    library: dict[str, Template] = {}
    template = Template("p.html", text, "", "p.html", library)
    lines = jinja.lines(text)
    words = []
    for value in template.values:
        line, column = place(value.node)
        words.append(lines[line - 1][column - 1 :].split()[0])
    assert words == ["city", "place"]


@pytest.mark.slow
def test_templates_of_installed_packages() -> None:
    """Every template of the packages that are installed here is read."""
    import site

    for folder in site.getsitepackages():
        names = [
            os.path.join(top, name)
            for top, _, files in os.walk(folder)
            for name in files
            if name.endswith((".html", ".j2", ".jinja", ".xml", ".tmpl", ".txt", ".svg"))
        ]
        assert check(names, Settings()).read >= len(set(names)) - len(names) // 2


def test_templates_in_python_files(tmp_path: Path) -> None:
    """What `render_template_string` is given as a text is read, with its lines in the file."""
    app = f'{APP.replace("render_template", "render_template_string")}PAGE = """{PAGE}"""\n'
    view = '@app.get("/")\ndef page():\n    return render_template_string(PAGE, user=1)\n'
    write(tmp_path, app_py=app + view)
    assert found(check([str(tmp_path)], Settings())) == [("value-in-script", 4, 19)]
    short = app.replace("<!doctype html>\n", "").replace('\n"', '"')
    write(tmp_path, app_py=short + view)
    assert found(check([str(tmp_path)], Settings())) == [("value-in-script", 3, 29)]
    meant = app.replace("</script>", "</script>{# kolba: ignore #}")
    write(tmp_path, app_py=meant + view)
    assert found(check([str(tmp_path)], Settings())) == []
    write(tmp_path, app_py=app.replace('"""<', '"" "<').replace('"""', '"') + view)
    assert found(check([str(tmp_path)], Settings())) == []


def test_what_kolba_mends_is_not_said(tmp_path: Path) -> None:
    """An app of Kolba makes links harmless when it renders them."""
    page = '<a href="{{ request.args.next }}">Back</a>'
    write(tmp_path, app_py=APP, templates__a_html=page)
    assert [c for c, *_ in found(check([str(tmp_path)], Settings()))] == ["link-from-request"]
    write(
        tmp_path,
        app_py=APP.replace("from flask import Flask,", "from kolba import Kolba as Flask,"),
    )
    assert found(check([str(tmp_path)], Settings())) == []


def test_a_template_that_is_there_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be read is there, too, and so is one beside the app in the current folder."""
    monkeypatch.chdir(tmp_path)
    view = '@app.get("/")\ndef page():\n    return render_template("{}.html")\n'
    write(tmp_path, app_py=APP + view.format("a"), templates__a_html="{{ a")
    write(tmp_path, templates__b_html=PAGE)
    assert found(check(["."], Settings(select=("template-not-found",)))) == []
    write(tmp_path, app_py=APP + view.format("c"))
    assert len(found(check(["."], Settings(select=("template-not-found",))))) == 1
