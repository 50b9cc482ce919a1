"""duplicate-route: two routes answer the same URL and method, and Flask silently takes the first.

The same view registered twice under one endpoint is harmless, and passed over; so is a
second name for a URL, a route without a view that only `url_for` uses. One view under two
endpoints is told, and stops no app.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from flask import Flask
from flask.helpers import _split_blueprint_path

from kolba.urls.problems import Problem
from kolba.urls.routes import Route


def find(app: Flask, routes: list[Route]) -> Iterator[Problem]:
    for first, second in pairs(routes):
        methods = ", ".join(sorted(first.methods & second.methods))
        yield Problem(
            "duplicate-route",
            f"{methods} {second.path} is answered by {first.shown} and by {second.shown},"
            " which is never reached",
            "Give one of them another URL or other methods",
            # A package that registers one URL twice knows what it does.
            certain=(first.own or second.own) and not _are_alike(app, first, second),
            subject=second.path,
        )


def pairs(routes: list[Route]) -> Iterator[tuple[Route, Route]]:
    """Routes of two endpoints with one URL and a method in common, the answering one first."""
    same: dict[tuple[str, str], list[Route]] = {}
    for route in routes:
        same.setdefault((route.domain, route.pattern), []).append(route)
    for group in same.values():
        for first, second in combinations(group, 2):
            if second.view is None or first.rule.endpoint == second.rule.endpoint:
                continue
            if first.methods & second.methods:
                yield first, second


def _are_alike(app: Flask, first: Route, second: Route) -> bool:
    """Whether one view has two names, for links: nothing is lost with the second.

    SECURITY: not if another hook would have run before it, as one that asks who is there.
    """
    given = [(route.view, route.rule.rule, route.rule.defaults) for route in (first, second)]
    return given[0] == given[1] and _hooks(app, first) == _hooks(app, second)


def _hooks(app: Flask, route: Route) -> list[object]:
    blueprint = str(route.rule.endpoint).rpartition(".")[0]
    registries = app.url_value_preprocessors, app.before_request_funcs, app.after_request_funcs
    names = _split_blueprint_path(blueprint) if blueprint else []
    return [hook for hooks in registries for name in names for hook in hooks.get(name, ())]
