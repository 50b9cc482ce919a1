"""Everything that is known of an app's routes and links before a request: one value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing.exceptions import RoutingException

from kolba.urls import rules
from kolba.urls.links import macros, resolve, sources
from kolba.urls.links.in_python import Module
from kolba.urls.links.link import Link
from kolba.urls.links.sources import TemplateSource
from kolba.urls.problems import Problem, at
from kolba.urls.routes import Route, routes

_VALUE = re.compile(r"\$?\{[^}]*\}+")


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
    templates = sources.templates(app)
    links = list(_links(app, templates))
    named = {link.endpoint for link, _ in links if link.endpoint} | set(_named(app))
    paths = set(_paths(app, templates))
    dynamic = {f"{at(link.file, link.line)}: {link.text}" for link, _ in links if not link.endpoint}
    return Examination(
        problems=tuple(_problems(app, found, links)),
        dynamic=tuple(sorted(dynamic)),
        unused=tuple(_unused(app, found, named, paths)),
    )


def find_problems(app: Flask) -> tuple[Problem, ...]:
    """The mistakes alone, which is less work."""
    links = _links(app, sources.templates(app))
    return tuple(_problems(app, routes(app), links))


def _problems(
    app: Flask, found: list[Route], links: Iterable[tuple[Link, bool]]
) -> Iterator[Problem]:
    for rule in rules.ALL:
        yield from rule(app, found)
    told: set[str] = set()
    for link, certain in links:
        problem = resolve.problem(app, link, certain)
        if problem is not None and str(problem) not in told:
            told.add(str(problem))
            yield problem


def _links(app: Flask, templates: list[TemplateSource]) -> Iterator[tuple[Link, bool]]:
    """All links, and whether each surely runs in this app when its code is reached."""
    facts = {template.name: template.facts for template in templates}
    for template in templates:
        for link in template.facts.links:
            yield link, True
        for link in macros.links(template.facts, template.file, facts):
            yield link, True
    places = sources.code_places(app)
    for file, module in sources.modules(app):
        for link, functions in _of_module(app, file, module):
            ours = any((file, line) in places for line in functions)
            # What stands outside of a view may serve another app, and does where there are two.
            if ours or module.apps < 2:
                yield link, ours


def _named(app: Flask) -> Iterator[str]:
    """The endpoints that the app's files name, those without views too."""
    for file, module in (*sources.modules(app), *sources.elsewhere(app)):
        yield from module.named
        yield from (link.endpoint for link, _ in _of_module(app, file, module) if link.endpoint)


def _of_module(app: Flask, file: str, module: Module) -> Iterator[tuple[Link, tuple[int, ...]]]:
    for link in module.links:
        yield link, link.functions
    for text in module.templates:
        facts = sources.facts_of(app, text.source, file, first_line=text.line)
        for link in facts.links if facts else ():
            yield link, text.functions


def _paths(app: Flask, templates: list[TemplateSource]) -> Iterator[str]:
    """Paths that templates and redirects name as text."""
    for template in templates:
        yield from template.facts.paths
    for file, module in sources.modules(app):
        yield from module.redirects
        for text in module.templates:
            facts = sources.facts_of(app, text.source, file)
            yield from facts.paths if facts else ()


def _unused(
    app: Flask, found: list[Route], named: Iterable[str], paths: Iterable[str]
) -> Iterator[Route]:
    used = {endpoint for name in named for endpoint in resolve.endpoints(app, name)}
    used |= {endpoint for path in set(paths) for endpoint in _endpoints_at(app, path)}
    # A form without an action posts to the URL of its own page; '/' is what people type.
    urls = {(route.domain, route.pattern) for route in found if route.rule.endpoint in used}
    urls.add(("", "/"))
    told = set(used) | {r.rule.endpoint for r in found if (r.domain, r.pattern) in urls}
    for route in found:
        # The links of an installed package are not read, so its routes may have some.
        if route.rule.endpoint not in told and route.own and not _is_of_files(route):
            told.add(route.rule.endpoint)
            yield route


def _is_of_files(route: Route) -> bool:
    return str(route.rule.endpoint).rpartition(".")[2] == "static"


def _endpoints_at(app: Flask, path: str) -> Iterator[str]:
    """The endpoints of a path as a template writes it, with a number for each value in it."""
    adapter = app.url_map.bind("localhost")
    path = _VALUE.sub("1", path).partition("?")[0].partition("#")[0]
    # A script may put the last value behind: `"/item/" + number`.
    for url in (path, f"{path}1") if path.endswith("/") else (path,):
        for method in ("GET", "POST", "PUT", "DELETE"):
            try:
                yield str(adapter.match(url, method)[0])
            except (RoutingException, HTTPException):
                continue
