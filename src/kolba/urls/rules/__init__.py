"""The checks of an app's routes, one a file: each is a `find(app, routes)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Flask

from kolba.urls.problems import Problem
from kolba.urls.routes import Route
from kolba.urls.rules import duplicate, no_view, parameters, static_name, unreachable

Rule = Callable[[Flask, list[Route]], Iterator[Problem]]

ALL: tuple[Rule, ...] = (
    static_name.find,
    no_view.find,
    duplicate.find,
    unreachable.find,
    parameters.find,
)
