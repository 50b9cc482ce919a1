"""Where the HTML forms of a project are sent: to which views, as far as that is certain.

The invariant: of a form that a script may send, or whose page may be another's, nothing is said.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import nodes

from kolba.check.endpoints import Known
from kolba.check.html_forms import HtmlForm
from kolba.check.module import Module
from kolba.check.template import Template
from kolba.check.views import Route, View

if TYPE_CHECKING:
    from kolba.check.project import Project

_ASKS_SCRIPT = re.compile(
    r"\b(?:on\w+|(?:hx|x|v|ng|data)-[\w-]+|wire:[\w.]+)\s*=|[@(][\w.]+\)?\s*=", re.I
)
_LINK = re.compile(r"\{\{-?\s*url_for\(\s*(['\"])([\w.]+)\1\s*(?:,[^{}]*)?\)\s*-?\}\}(?:[?#].*)?")
_PATH = re.compile(r"/[\w./-]*")
_OVERRIDES = re.compile(r"method.?override|[\"']_method[\"']", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """A form and the views that its page sends it to.

    Attributes:
        template: where the form stands.
        form: the form.
        views: the views, each with the routes that lead there.
    """

    template: Template
    form: HtmlForm
    views: tuple[tuple[View, tuple[Route, ...]], ...]


def sends_itself(form: HtmlForm, template: Template) -> bool:
    """Whether a browser sends the form, and no script does."""
    return not (_ASKS_SCRIPT.search(form.tag.text) or template.sends_by_script)


def targets(project: Project) -> Iterator[Target]:
    """The forms of which it is certain where they go."""
    if not any(template.forms for template in project.templates):
        return
    if any(_OVERRIDES.search(module.source) for module in project):
        return
    pages = Counter(template.name for template in project.templates)
    for template in project.templates:
        for part in _names(template):
            pages[part] += 1  # what another page is made of, or there twice, is no page
    paths: dict[str, list[Known]] = {}
    for found in project.endpoints.known.values():
        for known in found:
            if "." not in known.endpoint and known.route.path:
                paths.setdefault(known.route.path, []).append(known)
    for template in project.templates:
        for form in template.forms:
            views = _views(form, template, project, paths, pages[template.name] == 1)
            if views:
                yield Target(template, form, views)


def _is_open(module: Module) -> bool:
    """Whether a file may have routes that its decorators do not tell."""
    return "add_url_rule" in module.source


def _names(template: Template) -> Iterator[str]:
    """The templates that another one is made of."""
    for kind in (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport):
        for node in template.nodes.get(kind, ()):
            yield from (c.value for c in node.find_all(nodes.Const) if isinstance(c.value, str))


def _views(
    form: HtmlForm,
    template: Template,
    project: Project,
    paths: Mapping[str, list[Known]],
    is_page: bool,
) -> tuple[tuple[View, tuple[Route, ...]], ...]:
    action = form.tag.get("action").strip()
    link = _LINK.fullmatch(action)
    if link is not None or _PATH.fullmatch(action):
        known = project.endpoints.known.get(link[2], []) if link else paths.get(action, [])
        if any(_is_open(one.module) for one in known):
            return ()
        return tuple((one.view, (one.route,)) for one in known)
    if action or "action" in form.tag.text or not is_page:
        return ()
    return _of_page(template, project)


def _of_page(template: Template, project: Project) -> tuple[tuple[View, tuple[Route, ...]], ...]:
    """The views that show a page: a form without an action is sent to its page's URL."""
    shown: list[tuple[View, tuple[Route, ...]]] = []
    for render in project.renders.get(template.name, ()):
        view = render.module.view(render.call)
        parent = render.module.parents.get(render.call)
        # A page for an error is shown at any URL.
        if view is None or not isinstance(parent, ast.Return) or not render.only:
            return ()
        if _is_open(render.module):
            return ()
        shown.append((view, view.routes))
    return tuple(shown)
