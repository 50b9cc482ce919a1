"""field-not-in-form: a view reads a field that none of its forms has."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.form_targets import sends_itself, targets
from kolba.check.html_forms import HtmlForm
from kolba.check.module import Module
from kolba.check.names import Function
from kolba.check.nodes import text
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text


def find(project: Project) -> Iterator[Hit]:
    if any(template.sends_by_script for template in project.templates):
        return
    if not all(_is_known(form) for template in project.templates for form in template.forms):
        return
    for function, (module, found) in _by_view(project).items():
        if not all(_is_whole(form, template) for template, form in found):
            continue
        names = {field.get("name") for _, form in found for field in form.fields} - {""}
        for read, key in _reads(function, module) if names else ():
            if key not in names:
                near = difflib.get_close_matches(key, sorted(names), n=1, cutoff=0)
                yield at(read, module.path, key=key, near=near[0])


def _is_known(form: HtmlForm) -> bool:
    """Whether it is certain where a form goes, or that it goes to no view that reads forms."""
    action = form.tag.get("action").strip()
    known = ("{{ url_for(", "{{url_for(", "/", "http")
    return form.method == "GET" or not action or action.startswith(known)


def _by_view(project: Project) -> dict[Function, tuple[Module, list[tuple[Template, HtmlForm]]]]:
    """The forms that are posted to each view."""
    homes = {function: module for module in project for function in module.views}
    found: dict[Function, tuple[Module, list[tuple[Template, HtmlForm]]]] = {}
    for target in targets(project):
        if target.form.method == "POST":
            for view, _ in target.views:
                made = found.setdefault(view.function, (homes[view.function], []))
                made[1].append((target.template, target.form))
    return found


def _is_whole(form: HtmlForm, template: Template) -> bool:
    """Whether all fields of a form stand in it, by name."""
    if not sends_itself(form, template) or re.search(r"\bform\s*=", template.source):
        return False
    if not form.fields or any("{" in field.get("name") for field in form.fields):
        return False
    return form.is_plain


def _reads(function: Function, module: Module) -> Iterator[tuple[ast.Subscript, str]]:
    """What the view reads from the form whenever one is posted."""
    asked = {text(c.left) for c in ast.walk(function) if isinstance(c, ast.Compare)}
    for node in ast.walk(function):
        if not isinstance(node, ast.Subscript) or module.of(node.value) != "flask.request.form":
            continue
        key = text(node.slice)
        if key is None or key in asked or not isinstance(node.ctx, ast.Load):
            continue
        if all(_is_run(around, function, module) for around in module.around(node)):
            yield node, key


def _is_run(around: ast.AST, function: Function, module: Module) -> bool:
    """Whether what stands in a statement runs when the form comes."""
    if isinstance(around, ast.If | ast.While | ast.IfExp):
        names = {module.of(part) for part in ast.walk(around.test)}
        return "flask.request.method" in names
    if isinstance(around, ast.Try | ast.TryStar | ast.BoolOp | ast.comprehension | ast.Lambda):
        return False
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return not isinstance(around, kinds) or around is function or _contains(around, function)


def _contains(outer: ast.AST, function: Function) -> bool:
    return any(node is function for node in ast.walk(outer))


RULE = Rule(
    code="field-not-in-form",
    chapter="requests",
    message=Text(
        'no form that is sent here has a field "{key}": each one is answered with 400',
        'ни в одной форме, которая приходит сюда, нет поля "{key}": ответом будет 400',
    ),
    hint=Text(
        'Name it in both places alike; the form has "{near}", for one',
        'Назовите его одинаково в обоих местах; в форме есть, например, "{near}"',
    ),
    why=Text(
        "`request.form[...]` answers with 400 when the field did not come. What the visitor typed "
        "is gone, and nothing says why.",
        "`request.form[...]` отвечает 400, если поле не пришло. Введённое пропадёт, и никто не "
        "скажет почему.",
    ),
    bad="""{# name = request.form["user"] #}
<form method="post" action="{{ url_for('login') }}">
  <input name="username"><button>Log in</button>
</form>""",
    good="""{# name = request.form["username"] #}
<form method="post" action="{{ url_for('login') }}">
  <input name="username"><button>Log in</button>
</form>""",
    find_in_project=find,
)
