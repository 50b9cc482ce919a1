"""unreachable-route: another route always answers first.

Found by asking the map itself with samples that the route's converters accept: a route
is reported only when one other route answers every one of them.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import (
    AnyConverter,
    BaseConverter,
    FloatConverter,
    IntegerConverter,
    PathConverter,
    Rule,
    UnicodeConverter,
    UUIDConverter,
)
from werkzeug.routing.exceptions import RoutingException

from kolba.urls.problems import Problem
from kolba.urls.routes import Route, skeleton
from kolba.urls.rules import duplicate

# Of many kinds, so that a narrower converter of the other route does not take them all.
_TEXTS = ("kq7x", "Zw", "q-0_q.z", "чай", "9", "n" * 40)


def find(app: Flask, routes: list[Route]) -> Iterator[Problem]:
    told = {id(second.rule) for _, second in duplicate.pairs(routes)}
    by_rule = {id(route.rule): route for route in routes}
    for route in _suspects(routes):
        if id(route.rule) in told:
            continue
        others = {id(rule) for rule in _answering(app, route)}
        if len(others) == 1 and (first := by_rule.get(others.pop())) not in (None, route):
            assert first is not None
            yield Problem(
                "unreachable-route",
                f"{route.path} of {route.shown} is never reached: {first.path} of"
                f" {first.shown} answers every URL of it first",
                "Give one of them another URL, or a narrower converter",
                certain=first.own or route.own,
                subject=route.path,
            )


def _suspects(routes: list[Route]) -> Iterator[Route]:
    """Routes with parameters that share their fixed parts with another route."""
    alike: dict[tuple[str, str], list[Route]] = {}
    for route in routes:
        if "<" in route.rule.rule and "<" not in route.domain:
            alike.setdefault((route.domain, skeleton(route.rule.rule)), []).append(route)
    for group in alike.values():
        if len(group) > 1:
            yield from group


def _answering(app: Flask, route: Route) -> Iterator[Rule]:
    """The rules that answer the samples of a route; itself where that cannot be told."""
    samples = {
        name: _samples(converter)
        for name, converter in route.rule._converters.items()
        if name in route.rule.arguments
    }
    if not all(samples.values()):
        yield route.rule
        return
    names = list(samples)
    for values in zip_longest(*samples.values()):
        arguments = {
            name: samples[name][0] if value is None else value
            for name, value in zip(names, values, strict=True)
        }
        for method in route.methods:
            yield _matched(app, route, arguments, method) or route.rule


def _matched(app: Flask, route: Route, arguments: dict[str, Any], method: str) -> Rule | None:
    built = route.rule.build(arguments, append_unknown=False)
    if built is None:
        return None
    domain, path = built
    host_matching = app.url_map.host_matching
    adapter = app.url_map.bind(
        domain if host_matching else "localhost", subdomain=None if host_matching else domain
    )
    try:
        return adapter.match(path, method, return_rule=True)[0]
    except (RoutingException, HTTPException):
        return None


def _samples(converter: BaseConverter) -> list[Any]:
    """Values of many kinds that the converter takes; none for a converter of one's own."""
    kind = type(converter)
    if kind is IntegerConverter:
        return [n for n in (7, 31, 4242, 0, 123456789) if _takes(converter, n)]
    if kind is FloatConverter:
        return [n for n in (7.5, 0.25, 1234.5) if _takes(converter, n)]
    if kind is UUIDConverter:
        return [uuid.UUID(int=7), uuid.UUID(int=2**127)]
    if kind is AnyConverter:
        return sorted(converter.items)  # type: ignore[attr-defined]
    if kind is PathConverter:
        return [*_TEXTS, "kq/7x", "a/b/c"]
    if kind is UnicodeConverter:
        return [text for text in _TEXTS if _takes(converter, text)] or _of_length(converter)
    return []


def _of_length(converter: BaseConverter) -> list[str]:
    texts = ("q" * n for n in range(1, 130))
    return [text for text in texts if _takes(converter, text)][:1]


def _takes(converter: BaseConverter, value: Any) -> bool:
    url = str(value) if isinstance(value, str) else converter.to_url(value)
    if re.fullmatch(converter.regex, url) is None:
        return False
    try:
        converter.to_python(url)
    except ValueError:
        return False
    return True
