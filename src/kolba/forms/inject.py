"""Giving views the forms that their parameters ask for.

Done once, when a URL rule is added: a view without such a parameter is left as it is, and
costs nothing. One with it is wrapped, whatever it is (a function, an `async` one, a
`MethodView`, decorated or of a blueprint).
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, get_args, get_origin

from flask import Flask, current_app, request

from kolba import startup
from kolba.errors import ConfigError
from kolba.forms.answers import answered
from kolba.forms.base import BaseForm, load_model
from kolba.forms.form import Form
from kolba.forms.look import look_of

_MARK = "_kolba_forms"
View = Callable[..., Any]


@dataclass(frozen=True)
class Asked:
    """One parameter of a view that asks for a form."""

    parameter: str
    form: type[BaseForm[Any]]
    model: type[Any]


def wrap(view: View) -> View:
    """The view, given its forms; the same view if it asks for none."""
    if hasattr(view, _MARK):
        return view
    cls = getattr(view, "view_class", None)
    if cls is not None and (by_method := _of_class(cls)):
        every = tuple(one for asked in by_method.values() for one in asked)
        return _wrapped(view, every, lambda: by_method.get(request.method, by_method.get("", ())))
    if asked := asked_by(view):
        return _wrapped(view, asked, lambda: asked)
    return view


def _wrapped(
    view: View, every: tuple[Asked, ...], asked_now: Callable[[], tuple[Asked, ...]]
) -> View:
    @functools.wraps(view)
    def with_forms(*args: Any, **kwargs: Any) -> Any:
        forms = _forms(asked_now())
        rv = current_app.ensure_sync(view)(*args, **kwargs, **forms)
        refused = next((form for form in forms.values() if form.refused), None)
        return rv if refused is None else answered(rv, refused)

    setattr(with_forms, _MARK, every)
    # It waits for a coroutine itself: nobody may take it for one (`inspect` marks them so).
    vars(with_forms).pop("_is_coroutine_mark", None)
    return with_forms


def _forms(asked: tuple[Asked, ...]) -> dict[str, BaseForm[Any]]:
    several = sum(issubclass(one.form, Form) for one in asked) > 1
    return {
        one.parameter: one.form(
            one.model, one.parameter, one_of_several=several and issubclass(one.form, Form)
        )
        for one in asked
    }


def _of_class(cls: Any) -> dict[str, tuple[Asked, ...]]:
    """What each HTTP method of a class asks for; under '' what its `dispatch_request` does."""
    found = {}
    for method in cls.methods or ():
        function = getattr(cls, method.lower(), None)
        if function is not None and (asked := asked_by(function)):
            found[method.upper()] = asked
    if "GET" in found:
        found.setdefault("HEAD", found["GET"])
    if asked := asked_by(cls.dispatch_request):
        found[""] = asked
    return found


def asked_by(function: View) -> tuple[Asked, ...]:
    """The parameters of a function that are annotated with a form.

    Raises:
        ConfigError: an annotation names a form but cannot be read.
    """
    plain = inspect.unwrap(function)
    plain = plain.func if isinstance(plain, functools.partial) else plain
    annotations: Mapping[str, Any] = getattr(plain, "__annotations__", {})
    found = []
    for parameter, annotation in annotations.items():
        if isinstance(annotation, str):
            annotation = _evaluated(annotation, plain)
        origin = get_origin(annotation)
        if isinstance(origin, type) and issubclass(origin, BaseForm):
            found.append(Asked(parameter, origin, get_args(annotation)[0]))
    return tuple(found)


def _evaluated(text: str, function: View) -> Any:
    """An annotation that is text (`from __future__ import annotations`), as what it means."""
    if "[" not in text and not text.isidentifier():
        return None
    names = getattr(function, "__globals__", {})
    try:
        return eval(text, names)
    except Exception as error:
        known = _names_of_callers(sys._getframe())
        try:
            return eval(text, {**known, **names})
        except Exception:
            if "Form[" in text or "Query[" in text:
                where = getattr(function, "__qualname__", function)
                raise ConfigError(
                    f"{where}: the annotation {text!r} cannot be read ({error}). "
                    "Define the model before the view, in the same module or function"
                ) from error
    return None


def _names_of_callers(frame: FrameType | None) -> dict[str, Any]:
    """Local names of the functions that led here (an app factory's models), nearest first."""
    names: dict[str, Any] = {}
    while frame is not None:
        if frame.f_code.co_flags & inspect.CO_NEWLOCALS:
            names = {**frame.f_locals, **names}
        frame = frame.f_back
    return names


def prove(app: Flask) -> None:
    """Compile the models of an app's forms, and read their look, before a visitor asks for one.

    Raises:
        ConfigError: pydantic is not installed, a model is none, or there is no such look.
    """
    every = [one for view in app.view_functions.values() for one in getattr(view, _MARK, ())]
    for one in every:
        load_model(one.model)
    if every:
        look_of(app)


def attach(app: Flask) -> None:
    """Wrap the views of an app as they are added."""
    startup.on_start(app, prove)
    plain_rule, plain_endpoint = app.add_url_rule, app.endpoint

    def add_url_rule(
        rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **options: Any
    ) -> None:
        if view_func is not None:
            endpoint = endpoint if endpoint is not None else view_func.__name__
            view_func = wrapped.setdefault(view_func, wrap(view_func))
        plain_rule(rule, endpoint, view_func, *args, **options)

    def endpoint(endpoint: str) -> Callable[[View], View]:
        plainly = plain_endpoint(endpoint)  # Flask's set-up error comes now, as in Flask

        def register(view: View) -> View:
            plainly(wrapped.setdefault(view, wrap(view)))
            return view

        return register

    # One wrapper for one view: Flask refuses two functions under one endpoint.
    wrapped: dict[View, View] = {}
    app.add_url_rule = add_url_rule  # type: ignore[method-assign]
    app.endpoint = endpoint  # type: ignore[method-assign, assignment]
