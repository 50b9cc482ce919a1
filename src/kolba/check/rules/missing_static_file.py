"""missing-static-file: a page asks for a static file that has another name."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator

from jinja2 import nodes

from kolba.check.diagnostic import Hit
from kolba.check.nodes import keyword, named_after_itself
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text
from kolba.check.values import at

# What a build makes beside its source is called nearly the same.
_MADE = re.compile(r"\.min\b|\.bundle\b|\.prod\b|-?\d[\d.]*|[-.][0-9a-f]{6,}")


def find(project: Project) -> Iterator[Hit]:
    apps = [(m, call) for m in project for call in m.calls("flask.Flask")]
    if len(apps) != 1:
        return
    module, call = apps[0]
    moved = any(k.arg in ("static_folder", "root_path", None) for k in call.keywords)
    home = os.path.dirname(module.path)
    if moved or not named_after_itself(call) or keyword(call, "static_host") is not None:
        return
    for template in project.templates:
        if f"{template.folder}{os.sep}".startswith(os.path.join(home, "")):
            for link, file in _links(template):
                near = _near(os.path.join(home, "static"), file)
                if near is not None:
                    yield at(link, template.path, file=file, near=near)


def _links(template: Template) -> Iterator[tuple[nodes.Call, str]]:
    """The links to the app's own static files."""
    if "url_for" in template.bound:
        return
    for call in template.nodes.get(nodes.Call, ()):
        match call:
            case nodes.Call(
                node=nodes.Name(name="url_for"),
                args=[nodes.Const(value="static")],
                kwargs=[nodes.Keyword(key="filename", value=nodes.Const(value=str() as file)), *_],
            ):
                yield call, file


def _near(static: str, file: str) -> str | None:
    """The file beside it that must be meant; None if it is there, or nothing is like it."""
    folder, name = os.path.split(os.path.normpath(os.path.join(static, file.lstrip("/"))))
    if not f"{folder}{os.sep}".startswith(f"{os.path.normpath(static)}{os.sep}"):
        return None
    try:
        there = sorted(os.listdir(folder))
    except OSError:
        return None
    if name in there:
        return None
    alike = difflib.get_close_matches(name, there, n=1, cutoff=0.85)
    if not alike or _MADE.sub("", alike[0]) == _MADE.sub("", name):
        return None
    return os.path.relpath(os.path.join(folder, alike[0]), static).replace(os.sep, "/")


RULE = Rule(
    code="missing-static-file",
    chapter="urls",
    message=Text(
        "there is no static file {file}: the page is shown without it",
        "статического файла {file} нет: страница покажется без него",
    ),
    hint=Text(
        "There is {near}: write its name, letter by letter",
        "Есть {near}: напишите его имя буква в букву",
    ),
    why=Text(
        "The answer is 404, and no error is shown anywhere. Names that differ in capital letters "
        "are the same file on macOS and Windows, and two on the server.",
        "Ответом будет 404, и нигде не покажется ошибка. Имена, которые различаются прописными "
        "буквами, на macOS и Windows — один файл, а на сервере — два.",
    ),
    bad="""<link rel="stylesheet" href="{{ url_for('static', filename='Style.css') }}">""",
    good="""<link rel="stylesheet" href="{{ url_for('static', filename='style.css') }}">""",
    find_in_project=find,
)
