"""Teardown functions that meet a store which is down: the answer is made, and it is sent.

Flask lets what a teardown function raises out of the request, and the answer is lost. Here
the function that needed the store has failed, which is logged; those after it run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from flask import Flask, current_app

from kolba.sessions.unavailable import MET, tell

Teardown = Callable[..., Any]


def spare_answers(app: Flask) -> None:
    """Have the functions that an app runs at the end of its requests cost no answer."""
    for functions in (*app.teardown_request_funcs.values(), app.teardown_appcontext_funcs):
        functions[:] = [_sparing(function) for function in functions]


def _sparing(function: Teardown) -> Teardown:
    is_async = iscoroutinefunction(function)

    @wraps(function, updated=())  # a mark that it is a coroutine function is not the wrapper's
    def teardown(error: BaseException | None) -> None:
        run = current_app.ensure_sync(function) if is_async else function
        try:
            run(error)
        except MET as met:
            name = f"{function.__module__}.{getattr(function, '__qualname__', function)}"
            tell(f"the teardown function {name} failed", met.__cause__ or met)

    return teardown
