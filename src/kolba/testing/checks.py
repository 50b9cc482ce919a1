"""What development finds, found by tests too."""

from __future__ import annotations

from flask import Flask

from kolba import startup
from kolba.escaping.examination import examine as examine_templates
from kolba.escaping.findings import UnsafeTemplate
from kolba.escaping.reflection import watch
from kolba.urls.examination import find_problems
from kolba.urls.problems import RoutingErrors


def watch_reflection(app: Flask) -> None:
    """From now on an answer that repeats its request as markup raises `ReflectedInput`."""
    watch(app)


def check_app(app: Flask) -> None:
    """Examine the routes, the links and all templates of an app, whether they are used or not.

    Raises:
        RoutingErrors: a route or a link cannot work.
        UnsafeTemplate: a template puts a value where escapes do not make it safe.
    """
    startup.start(app)
    problems = [problem for problem in find_problems(app) if problem.certain]
    if problems:
        raise RoutingErrors(app.name, problems)
    findings = [finding for finding in examine_templates(app) if not finding.note]
    if findings:
        raise UnsafeTemplate(findings)
