"""Everything that is known of an app's routes and links before a request: one value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask
from jinja2 import nodes
from werkzeug.exceptions import HTTPException
from werkzeug.routing.exceptions import RoutingException

from kolba.urls import rules
from kolba.urls.links import in_templates, macros, resolve, sources
from kolba.urls.links.in_python import Module
from kolba.urls.links.link import Link
from kolba.urls.problems import Problem, at
from kolba.urls.routes import Route, routes

_HREF = re.compile(r"""\b(?:href|src|action|formaction)\s*=\s*["']?(/[^"'\s>{}]*)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Examination:
    """What an app's routes and links are like.

    Attributes:
        problems: the mistakes found.
        dynamic: links whose endpoint only running the code tells, as `file:line: call`.
        unused: the endpoints that no link found leads to.
    """

    problems: tuple[Problem, ...]
    dynamic: tuple[str, ...]
    unused: tuple[Route, ...]


def examine(app: Flask) -> Examination:
    """Check an app's routes, and the links of its own templates and views to them."""
    found = routes(app)
    problems = [problem for rule in rules.ALL for problem in rule(app, found)]
    links = list(_links(app))
    paths = list(_paths(app))
    seen: dict[str, Problem] = {}
    for link, certain in links:
        problem = resolve.problem(app, link, certain)
        if problem is not None:
            seen.setdefault(str(problem), problem)
    dynamic = {f"{at(link.file, link.line)}: {link.text}" for link, _ in links if not link.endpoint}
    return Examination(
        problems=(*problems, *seen.values()),
        dynamic=tuple(sorted(dynamic)),
        unused=tuple(_unused(app, found, (link for link, _ in links), paths)),
    )


def _links(app: Flask) -> Iterator[tuple[Link, bool]]:
    """All links, and whether each surely runs in this app when its code is reached."""
    yield from _of_templates(app)
    places = sources.code_places(app)
    for file, module in sources.modules(app):
        for link, functions in _of_module(app, file, module):
            ours = any((file, line) in places for line in functions)
            # What stands outside of a view may serve another app, and does where there are two.
            if ours or module.apps < 2:
                yield link, ours


def _of_module(app: Flask, file: str, module: Module) -> Iterator[tuple[Link, tuple[int, ...]]]:
    for link in module.links:
        yield link, link.functions
    for text in module.templates:
        tree = sources.parse(app, text.source)
        if tree is not None:
            for link in in_templates.links(tree, file, text.line):
                yield link, text.functions


def _of_templates(app: Flask) -> Iterator[tuple[Link, bool]]:
    found = list(sources.templates(app))
    passing = {template.name: macros.passing(template.tree) for template in found}
    for template in found:
        for link in in_templates.links(template.tree, template.file):
            yield link, True
        for link in macros.calls(template.tree, template.file, passing[template.name], passing):
            yield link, True


def _paths(app: Flask) -> Iterator[str]:
    """Paths that templates and redirects name as text."""
    for template in sources.templates(app):
        for data in template.tree.find_all(nodes.TemplateData):
            yield from _HREF.findall(data.data)
    for _, module in sources.modules(app):
        yield from module.redirects
        for text in module.templates:
            yield from _HREF.findall(text.source)


def _unused(
    app: Flask, found: list[Route], links: Iterable[Link], paths: Iterable[str]
) -> Iterator[Route]:
    used = {e for link in links if link.endpoint for e in resolve.endpoints(app, link.endpoint)}
    used |= {endpoint for path in set(paths) for endpoint in _endpoints_at(app, path)}
    # A form without an action posts to the URL of its own page; '/' is what people type.
    urls = {(route.domain, route.pattern) for route in found if route.rule.endpoint in used}
    urls.add(("", "/"))
    told = set(used) | {r.rule.endpoint for r in found if (r.domain, r.pattern) in urls}
    for route in found:
        if route.rule.endpoint not in told and not _is_of_files(route):
            told.add(route.rule.endpoint)
            yield route


def _is_of_files(route: Route) -> bool:
    return str(route.rule.endpoint).rpartition(".")[2] == "static"


def _endpoints_at(app: Flask, path: str) -> Iterator[str]:
    adapter = app.url_map.bind("localhost")
    for method in ("GET", "POST"):
        try:
            yield str(adapter.match(path.partition("?")[0].partition("#")[0], method)[0])
        except (RoutingException, HTTPException):
            continue
