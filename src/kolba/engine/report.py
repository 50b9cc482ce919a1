"""The shape of what `explain` tells: which routes run compiled, which by Flask, and why.

Values only: whoever prints them decides how. Nothing of a request is in here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Hooks = tuple[Callable[..., Any], ...]


@dataclass(frozen=True, slots=True)
class RouteReport:
    """One rule of the application's URL map.

    Attributes:
        methods: Sorted, as the rule has them (HEAD and OPTIONS too).
        path: The rule, as it was written: `/item/<int:number>`.
        host_or_subdomain: What the rule is bound to besides its path, if anything.
        endpoint: The name that `url_for` takes.
        view: What is registered for the endpoint; None when nothing is.
        before: Functions that run before the view, in that order.
        after: Functions that get the response, in that order.
        teardown: Functions that run at the end of the request, in that order.
        how: `fallback` when any piece of a request for it is left to Flask's own code.
        reasons: Why, one line a piece; empty when `how` is `compiled`.
    """

    methods: tuple[str, ...]
    path: str
    host_or_subdomain: str | None
    endpoint: str
    view: object
    before: Hooks
    after: Hooks
    teardown: Hooks
    how: Literal["compiled", "fallback"]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppReport:
    """One application.

    Attributes:
        routes: Every rule, in the order of the URL map.
        app_reasons: Why pieces of every request are left to Flask's own code, one line a piece.
        templates: What of the templates is left to stock Jinja, and why, one line each.
    """

    routes: tuple[RouteReport, ...]
    app_reasons: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
