"""`flask.templating._render` without its detours, while nothing can tell the difference.

Signals that nobody receives are not sent, and Flask's own context processor alone needs no copies
to protect the view's values. Anything else is done as Flask does it, in Flask's order.
"""

from __future__ import annotations

from inspect import CO_COROUTINE
from types import FunctionType
from typing import Any

from flask import Flask, templating
from flask.globals import _cv_request
from jinja2 import Template

# Signals are looked up there at each render: a test may have replaced them.
_globals = vars(templating)
_stock_render = templating._render
_stock_update = Flask.update_template_context
_stock_ensure_sync = Flask.ensure_sync
_stock_processor = templating._default_template_ctx_processor


def install() -> None:
    """Replace the function that `render_template` and `render_template_string` call."""
    if templating._render is _stock_render:
        templating._render = _render


def _render(app: Flask, template: Template, context: dict[str, Any]) -> str:
    if not _is_stock(app):
        return _stock_render(app, template, context)
    update_context(app, context)
    before = _globals["before_render_template"]
    if before.receivers:
        before.send(app, _async_wrapper=app.ensure_sync, template=template, context=context)
    text = template.render(context)
    after = _globals["template_rendered"]
    if after.receivers:
        after.send(app, _async_wrapper=app.ensure_sync, template=template, context=context)
    return text


def _is_stock(app: Flask) -> bool:
    """Whether the application has Flask's own ideas of what a context is made of."""
    cls = type(app)
    return (
        cls.update_template_context is _stock_update
        and cls.ensure_sync is _stock_ensure_sync
        and "update_template_context" not in app.__dict__
        and "ensure_sync" not in app.__dict__
    )


def update_context(app: Flask, context: dict[str, Any]) -> None:
    """What `Flask.update_template_context` does."""
    processors = app.template_context_processors
    names: list[str | None] = [None]
    request_context = _cv_request.get(None)
    # A request may say that it is false; Flask asks it the same way.
    if request_context is not None and (request := request_context.request):
        names += reversed(request.blueprints)
    if len(names) == 1 and processors.get(None) == _ALONE and context.keys().isdisjoint(_PROVIDED):
        context.update(_stock_processor())
        return
    given = context.copy()
    for name in names:
        if name in processors:
            for function in processors[name]:
                context.update(_called_sync(app, function))
    context.update(given)


_ALONE = [_stock_processor]
_PROVIDED = frozenset(("g", "request"))


def _called_sync(app: Flask, function: Any) -> Any:
    """The result of a context processor; an ordinary function needs no adapter."""
    if (
        type(function) is FunctionType
        and not function.__code__.co_flags & CO_COROUTINE
        and not hasattr(function, "_is_coroutine_mark")
    ):
        return function()
    return app.ensure_sync(function)()
