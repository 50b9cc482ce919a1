"""template-not-found: a view or a template names a template that lies nowhere."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from jinja2 import nodes

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import keyword, named_after_itself
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text
from kolba.check.values import at as at_template

# Templates may come from elsewhere, too.
_LOADERS = ("jinja_loader", "Loader(", "select_template", "TemplateNotFound", "template_folder=")
# Extensions that bring no templates which an app would name.
_WITHOUT_TEMPLATES = frozenset(
    (
        *("flask_sqlalchemy", "flask_migrate", "flask_login", "flask_wtf", "flask_mail"),
        *("flask_bcrypt", "flask_babel", "flask_babelex", "flask_cors", "flask_limiter"),
        *("flask_caching", "flask_session", "flask_moment", "flask_compress", "flask_restful"),
        *("flask_talisman", "flask_httpauth", "flask_jwt_extended", "flask_pymongo", "flask_sock"),
        *("flask_marshmallow", "flask_principal", "flask_socketio", "flask_htmx", "flask_script"),
        *("flask_sslify", "flask_cli", "flask_redis", "flask_apscheduler", "flask_mailman"),
    )
)

_NOT_LOOKED_AT = ("node_modules", ".git", "site-packages")
_MOST_FILES = 50_000


def find(project: Project) -> Iterator[Hit]:
    if project.unread or any(mark in m.source for m in project for mark in _LOADERS):
        return
    packages = {p for m in project for p in m.packages if p.startswith(("flask_", "dash"))}
    if packages - _WITHOUT_TEMPLATES:
        return
    apps = list(_apps(project))
    folders = {template.folder for template in project.templates}
    named = {template.name for template in project.templates}
    for written, hit, path in _asked(project):
        name = written.lstrip("/")
        home = next((app for app in apps if f"{path}{os.sep}".startswith(app)), None)
        if name in named or home is None or not _is_own(name, folders, home):
            continue
        if not _lies_somewhere(name, home):
            yield hit


def _apps(project: Project) -> Iterator[str]:
    """The folders whose templates an app takes by the usual rule, each with its slash."""
    for module in project:
        for call in module.calls("flask.Flask"):
            usual = keyword(call, "template_folder") is None and named_after_itself(call)
            if usual and not any(k.arg is None for k in call.keywords):
                yield os.path.join(os.path.dirname(module.path), "")


def _asked(project: Project) -> Iterator[tuple[str, Hit, str]]:
    """The templates that are named, the places, and the files."""
    for name, calls in project.renders.items():
        for render in calls:
            if render.only and not _is_caught(render.call, render.module):
                yield name, at(render.call, render.module.path, name=name), render.module.path
    for template in project.templates:
        for node, name in _of_template(template):
            yield name, at_template(node, template.path, name=name), template.path


def _is_caught(call: ast.Call, module: Module) -> bool:
    return any(isinstance(around, ast.Try | ast.TryStar) for around in module.around(call))


def _of_template(template: Template) -> Iterator[tuple[nodes.Node, str]]:
    for kind in (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport):
        for node in template.nodes.get(kind, ()):
            constant = isinstance(node.template, nodes.Const) and node.template.value
            if isinstance(constant, str) and not getattr(node, "ignore_missing", False):
                yield node, constant


def _is_own(name: str, folders: set[str], home: str) -> bool:
    """Whether a template of this name can only be the app's own, not an extension's."""
    if not folders or not any(f"{folder}{os.sep}".startswith(home) for folder in folders):
        return False
    top, slash, _ = name.partition("/")
    return not slash or any(os.path.isdir(os.path.join(folder, top)) for folder in folders)


def _lies_somewhere(name: str, home: str) -> bool:
    """Whether any file around the app could be meant."""
    ending = f"{os.sep}{os.path.normpath(name)}"
    is_package = os.path.exists(os.path.join(home, "__init__.py"))
    seen, home = 0, home or os.curdir
    for folder, folders, found in os.walk(os.path.join(home, os.pardir) if is_package else home):
        folders[:] = [f for f in folders if f not in _NOT_LOOKED_AT]
        seen += len(found)
        if seen > _MOST_FILES or any(os.path.join(folder, f).endswith(ending) for f in found):
            return True
    return False


RULE = Rule(
    code="template-not-found",
    chapter="requests",
    message=Text(
        "there is no template {name}: the page is a 500",
        "шаблона {name} нет; вместо страницы будет 500",
    ),
    hint=Text(
        "Mend the name, or put the file into the folder `templates` beside the app's module",
        "Исправьте имя или положите файл в папку `templates` рядом с модулем приложения",
    ),
    why=Text(
        "Flask looks for a template when the page is made, in `templates` beside the app, or in "
        "the folder of a blueprint; letters count as capital or small.",
        "Flask ищет шаблон, когда собирает страницу: в `templates` рядом с приложением или в "
        "папке блюпринта; прописные и строчные буквы различаются.",
    ),
    bad='return render_template("idnex.html")',
    good='return render_template("index.html")',
    find_in_project=find,
)
