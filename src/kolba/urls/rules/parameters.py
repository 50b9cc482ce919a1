"""route-parameters: a route gives its view arguments that the view does not take, or too few.

Each request for such a route is a TypeError. Where a decorator stands between the route and
the view, it may add and drop arguments: then nothing is said, unless its text shows that it hands
on what it gets (`wrappers.py`); and then the mistake is only reported.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.views import MethodView, View

from kolba.places import is_flasks_own, place
from kolba.urls.problems import Problem
from kolba.urls.routes import Route
from kolba.urls.rules.wrappers import pass_all_on

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a view takes: names, those of them that it needs, and whether it takes any other."""

    names: frozenset[str]
    needed: frozenset[str]
    any: bool


def find(app: Flask, routes: list[Route]) -> Iterator[Problem]:
    for route in routes:
        if route.view is None or _rewritten(app, route) or is_flasks_own(place(route.view)):
            continue
        for function, certain in _functions(route):
            yield from _compared(route, function, certain)


def _rewritten(app: Flask, route: Route) -> bool:
    """Whether a URL value preprocessor may change what the view gets."""
    names = route.rule.endpoint.split(".")[:-1]
    scopes = {None, *(".".join(names[: n + 1]) for n in range(len(names)))}
    return any(app.url_value_preprocessors.get(scope) for scope in scopes)


def _functions(route: Route) -> Iterator[tuple[Callable[..., Any], bool]]:
    """What is called with a route's arguments, and whether nothing stands before it."""
    view = route.view
    cls = getattr(view, "view_class", None)
    if isinstance(cls, type) and issubclass(cls, View):
        plain = not cls.decorators and not hasattr(view, "__wrapped__")
        if plain or (hasattr(view, "__wrapped__") and pass_all_on(view)):
            for function in _methods(cls, route):
                yield function, plain
    else:
        yield view, True


def _methods(cls: type[View], route: Route) -> Iterator[Callable[..., Any]]:
    if not issubclass(cls, MethodView) or cls.dispatch_request is not MethodView.dispatch_request:
        yield _bound(cls, "dispatch_request")
        return
    for method in route.methods:
        if getattr(cls, method.lower(), None) is not None:
            yield _bound(cls, method.lower())


def _bound(cls: type[View], name: str) -> Callable[..., Any]:
    """A method as its object has it: without its first parameter, however that is called."""
    function = getattr(cls, name)
    plain = isinstance(inspect.getattr_static(cls, name), types.FunctionType)
    return types.MethodType(function, cls) if plain else function


def _compared(route: Route, function: Callable[..., Any], plain: bool) -> Iterator[Problem]:
    given = set(route.rule.arguments) | set(route.rule.defaults or ())
    taken = _taken(function, follow=False)
    certain = plain
    if taken is not None and taken.any and hasattr(function, "__wrapped__"):
        if not pass_all_on(getattr(function, "__func__", function)):
            return
        taken, certain = _taken(function, follow=True), False
    if taken is None:
        return
    surplus = set() if taken.any else given - taken.names
    missing = taken.needed - given
    if surplus:
        yield _problem(route, f"gives {_listed(surplus)}, which the view does not take", certain)
    if missing:
        yield _problem(route, f"does not give {_listed(missing)}, which the view needs", certain)


def _problem(route: Route, what: str, certain: bool) -> Problem:
    return Problem(
        "route-parameters",
        f"the route {route.path} of {route.shown} {what}",
        "Let the names in the route and in the view's parameters be the same",
        certain and route.own,
        subject=route.path,
    )


def _taken(function: Callable[..., Any], *, follow: bool) -> _Taken | None:
    try:
        signature = inspect.signature(function, follow_wrapped=follow)
    except (TypeError, ValueError):
        return None
    found = [p for p in signature.parameters.values() if p.name != "self"]
    if any(p.kind is p.POSITIONAL_ONLY for p in found):
        return None
    named = [p for p in found if p.kind in _NAMED]
    ours = _filled_by_kolba(function, named)
    return _Taken(
        names=frozenset(p.name for p in named),
        needed=frozenset(p.name for p in named if p.default is p.empty) - ours,
        any=any(p.kind is p.VAR_KEYWORD for p in found),
    )


def _filled_by_kolba(function: Callable[..., Any], named: list[inspect.Parameter]) -> set[str]:
    """Parameters whose type is one of Kolba's, such as a form: they do not come from the URL."""
    if not any(p.default is p.empty and p.annotation is not p.empty for p in named):
        return set()
    try:
        hints = typing.get_type_hints(inspect.unwrap(function))
    except Exception:  # a name that exists only for type checkers: cannot be told
        return {p.name for p in named if isinstance(p.annotation, str)}
    return {name for name, hint in hints.items() if _is_kolbas(hint)}


def _is_kolbas(hint: Any) -> bool:
    if typing.get_origin(hint) is typing.Annotated:
        return any(_is_kolbas(part) for part in typing.get_args(hint))
    kind = typing.get_origin(hint) or hint
    module = getattr(kind, "__module__", "") or type(kind).__module__
    return module == "kolba" or module.startswith("kolba.")


def _listed(names: set[str] | frozenset[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
