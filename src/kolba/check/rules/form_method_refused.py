"""form-method-refused: a form is sent by a method that its route does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit
from kolba.check.form_targets import Target, sends_itself, targets
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import Route

_PARAMETER = re.compile(r"<[^<>]*>")


def find(project: Project) -> Iterator[Hit]:
    taken = dict(_taken(project))
    for target in targets(project):
        form, template = target.form, target.template
        if form.method not in ("GET", "POST") or not sends_itself(form, template):
            continue
        methods = _methods(target, taken)
        if methods and form.method not in methods:
            routes = sorted({r.path for _, found in target.views for r in found if r.path})
            values = {
                "method": form.method,
                "route": ", ".join(routes),
                "methods": ", ".join(sorted(methods)),
            }
            yield Hit(form.line, form.column, values, form.line, template.path)


def _taken(project: Project) -> Iterator[tuple[str, frozenset[str]]]:
    """What each path takes, whoever answers there; without methods where that is unknown."""
    found: dict[str, set[str]] = {}
    for module in project:
        for view in module.views.values():
            for route in view.routes:
                known = found.setdefault(_pattern(route), set())
                known |= {"GET", "POST"} if route.methods is None else route.methods
    yield from ((path, frozenset(methods)) for path, methods in found.items())


def _pattern(route: Route) -> str:
    return _PARAMETER.sub("<>", route.path or "").rstrip("/")


def _methods(target: Target, taken: dict[str, frozenset[str]]) -> frozenset[str]:
    """What the form's URL takes; nothing where that is not certain."""
    routes = [route for _, found in target.views for route in found]
    if not routes or any(route.path is None or not route.sure for route in routes):
        return frozenset()
    if any(all(route.methods is None for route in found) for _, found in target.views):
        return frozenset()
    return frozenset().union(*(taken.get(_pattern(route), frozenset()) for route in routes))


RULE = Rule(
    code="form-method-refused",
    chapter="requests",
    message=Text(
        "the form is sent with {method} to {route}, which takes {methods} alone: the answer is 405",
        "форма отправляется методом {method} на {route}, где принимают только {methods}: "
        "ответом будет 405",
    ),
    hint=Text(
        "Name the method in the route, or the right one in the form's tag",
        "Назовите метод в маршруте, а если он не тот — исправьте его в теге формы",
    ),
    why=Text(
        "A route without `methods` takes GET alone. What was typed is gone.",
        "Маршрут без `methods` принимает только GET. Введённое пропадёт.",
    ),
    bad="""{# @app.route("/comment") #}
<form method="post" action="{{ url_for('comment') }}">""",
    good="""{# @app.route("/comment", methods=["GET", "POST"]) #}
<form method="post" action="{{ url_for('comment') }}">""",
    find_in_project=find,
)
