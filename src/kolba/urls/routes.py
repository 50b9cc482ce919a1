"""An app's rules as the checks want them: with their view's place and their pattern.

Reads Werkzeug's map and Flask's `view_functions`; decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from kolba.places import is_flasks_own, is_own, place
from kolba.urls.problems import at

_DYNAMIC = re.compile(
    r"<(?:(?P<converter>[a-zA-Z_]\w*)(?:\((?P<arguments>.*?)\))?:)?(?P<name>[a-zA-Z_]\w*)>"
)
# Every rule answers OPTIONS by itself, and HEAD wherever it answers GET.
_QUIET = frozenset(("HEAD", "OPTIONS"))
ALL_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE"))


@dataclass(frozen=True, slots=True)
class Route:
    """One rule that answers requests.

    Attributes:
        rule: Werkzeug's rule.
        view: what is registered for its endpoint; None when nothing is.
        methods: those it was written for.
        domain: its host or subdomain, as a pattern.
        pattern: its path with the names of its parameters left out.
    """

    rule: Rule
    view: Any
    methods: frozenset[str]
    domain: str
    pattern: str

    @property
    def shown(self) -> str:
        """`'endpoint' (file:line)`, for messages."""
        where = place(self.view) if self.view is not None else None
        if where is None:
            return f"{self.rule.endpoint!r} (no view)"
        if is_flasks_own(where):
            return f"{self.rule.endpoint!r} (Flask's own static files)"
        written = at(where.file, where.line) or where.name
        return f"{self.rule.endpoint!r} ({written})"

    @property
    def own(self) -> bool:
        """Whether the app's developer can mend it: its view is not an installed package's."""
        where = None if self.view is None else place(self.view)
        if where is None or where.file is None:
            return True
        return is_own(where.file) and not is_flasks_own(where)

    @property
    def path(self) -> str:
        """Its path as it was written, with the host or subdomain if it is bound to one."""
        return f"{self.rule.host or self.rule.subdomain or ''}{self.rule.rule}"


def routes(app: Flask) -> list[Route]:
    """The rules that answer requests, those that match first coming first."""
    app.url_map.update()
    return [route for rule in app.url_map._rules if (route := _route(app, rule)) is not None]


def _route(app: Flask, rule: Rule) -> Route | None:
    # Websocket rules have their own servers; the others only build or lead elsewhere.
    if rule.build_only or rule.websocket or rule.redirect_to is not None:
        return None
    methods = ALL_METHODS if rule.methods is None else frozenset(rule.methods)
    return Route(
        rule=rule,
        view=app.view_functions.get(rule.endpoint),
        methods=methods - _QUIET or methods,
        domain=nameless(rule.host or rule.subdomain or ""),
        pattern=nameless(rule.rule),
    )


def nameless(written: str) -> str:
    """A rule's text with the names of its parameters left out: `/<int:n>` as `/<int>`."""

    def converter(match: re.Match[str]) -> str:
        arguments = (match["arguments"] or "").strip()
        name = match["converter"] or "default"
        return f"<{'default' if name == 'string' else name}({arguments})>"

    return _DYNAMIC.sub(converter, written)


def skeleton(written: str) -> str:
    """A rule's text with each parameter a `<>`: equal for rules that might answer one URL."""
    return _DYNAMIC.sub("<>", written)


def parameters(written: str) -> Iterator[str]:
    """The names of the parameters in a rule's text."""
    return (match["name"] for match in _DYNAMIC.finditer(written))
