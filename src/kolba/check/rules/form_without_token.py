"""form-without-token: CSRFProtect refuses a form of the app's own, which has no token."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.configuration import settings
from kolba.check.diagnostic import Hit
from kolba.check.form_targets import Target, sends_itself, targets
from kolba.check.module import Module
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text

_PROTECTS = frozenset(
    ("flask_wtf.CSRFProtect", "flask_wtf.csrf.CSRFProtect", "flask_wtf.csrf.CsrfProtect")
)
_SWITCHES = ("WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT", "WTF_CSRF_METHODS")
_DECIDES = re.compile(r"\.exempt\(|_exempt_|csrf\w*\.protect\(")
_IN_HTML = re.compile(r"csrf", re.IGNORECASE)


def find(project: Project) -> Iterator[Hit]:
    if not _is_protected(project) or _is_decided(project):
        return
    for target in targets(project):
        form, template = target.form, target.template
        if form.method == "POST" and _is_asked_for_one(target) and _has_none(target):
            yield Hit(form.line, form.column, {}, form.line, template.path)


def _is_protected(project: Project) -> bool:
    """Whether the one app asks each form for a token."""
    apps = [call for module in project for call in module.calls("flask.Flask")]
    made = [(call, module) for module in project for call in _made(module)]
    if len(apps) != 1 or len(made) != 1 or any("kolba" in module.packages for module in project):
        return False
    call, module = made[0]
    if any(isinstance(around, ast.If | ast.Try | ast.IfExp) for around in module.around(call)):
        return False
    return bool(call.args) or any(_is_begun(module.parents[call], other) for other in project)


def _is_decided(project: Project) -> bool:
    """Whether something may decide which forms are asked for a token."""
    for module in project:
        if _DECIDES.search(module.source) or any(s.name in _SWITCHES for s in settings(module)):
            return True
    return any(_is_said_elsewhere(switch, project) for switch in _SWITCHES)


def _is_said_elsewhere(switch: str, project: Project) -> bool:
    """Whether a file has it that mentions nothing of Flask."""
    libraries = {module.library for module in project if module.library is not None}
    is_read = any(switch in module.source for module in project)
    return not is_read and any(library.says(switch) for library in libraries)


def _made(module: Module) -> Iterator[ast.Call]:
    for name in _PROTECTS:
        yield from module.calls(name)


def _is_begun(assigned: ast.AST, module: Module) -> bool:
    """Whether a file calls `csrf.init_app(app)`, whatever the app is."""
    names = [t.id for t in getattr(assigned, "targets", ()) if isinstance(t, ast.Name)]
    calls = (f"{name}.init_app(app)" for name in names)
    return any(call in module.source for call in calls)


def _is_asked_for_one(target: Target) -> bool:
    return all(
        route.methods is not None and "POST" in route.methods
        for _, routes in target.views
        for route in routes
    ) and not any("exempt" in ast.unparse(d) for view, _ in target.views for d in view.others)


def _has_none(target: Target) -> bool:
    """Whether nothing in the page could give the form a token."""
    pages: list[Template] = [target.template, *target.template.parents]
    if not target.form.is_plain or _IN_HTML.search(target.form.inner):
        return False
    if not all(sends_itself(target.form, page) for page in pages):
        return False
    outside = (page.source for page in pages)
    return not any(_IN_HTML.search(_outside_of_forms(source)) for source in outside)


def _outside_of_forms(source: str) -> str:
    return re.sub(r"<form\b.*?</form", "", source, flags=re.IGNORECASE | re.DOTALL)


RULE = Rule(
    code="form-without-token",
    chapter="requests",
    message=Text(
        "the form has no CSRF token, and CSRFProtect answers it with 400",
        "в форме нет CSRF-токена: CSRFProtect ответит на неё 400",
    ),
    hint=Text(
        'Write <input type="hidden" name="csrf_token" value="{{ csrf_token() }}"> into it',
        'Допишите в неё <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">',
    ),
    why=Text(
        "Flask-WTF's CSRFProtect asks every POST for a token, also from forms that are no "
        "FlaskForm. What was typed is gone. `kolba.Kolba` needs no tokens.",
        "CSRFProtect из Flask-WTF требует токен у каждого POST, даже если форма — не FlaskForm. "
        "Введённое пропадёт. `kolba.Kolba` обходится без токенов.",
    ),
    bad="""{# CSRFProtect(app) #}
<form method="post" action="{{ url_for('comment') }}">
  <input name="text"><button>Send</button>
</form>""",
    good="""{# CSRFProtect(app) #}
<form method="post" action="{{ url_for('comment') }}">
  <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
  <input name="text"><button>Send</button>
</form>""",
    find_in_project=find,
)
