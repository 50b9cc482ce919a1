"""`flask.templating._render` without its detours, while nothing can tell the difference.

Signals that nobody receives are not sent, Flask's own context processor alone needs no copies to
protect the view's values, and what it adds comes into being when the template uses it: most use
neither `request` nor `g`. Anything else is done as Flask does it, in Flask's order.
"""

from __future__ import annotations

from inspect import CO_COROUTINE
from types import FunctionType
from typing import Any

from flask import Flask, Request, templating
from flask.ctx import RequestContext
from flask.globals import _cv_app, _cv_request
from jinja2 import Template

from kolba.readings import as_written, is_written
from kolba.templates.context import LATER, completed
from kolba.templates.template import FastTemplate

# Signals are looked up there at each render: a test may have replaced them.
_globals = vars(templating)
_stock_render = templating._render
_stock_update = as_written(Flask.update_template_context)
_stock_ensure_sync = as_written(Flask.ensure_sync)
_stock_template_render = as_written(Template.render)
_fast_new_context = FastTemplate.new_context
_stock_processor = templating._default_template_ctx_processor

# What says whose processors run.
_SCOPED = ("blueprints", "blueprint", "endpoint", "url_rule")
# Whose processors run where no blueprint has any.
_APP = (None,)


def install() -> None:
    """Replace the function that `render_template` and `render_template_string` call."""
    # An agent that came before Kolba may have put its own there, or a proxy around it.
    if is_written(_stock_render) and templating._render is _stock_render:
        templating._render = _render


def _render(app: Flask, template: Template, context: dict[str, Any]) -> str:
    if not _is_stock(app):
        return _stock_render(app, template, context)
    before, after = _globals["before_render_template"], _globals["template_rendered"]
    watched = before.receivers or after.receivers
    update_context(app, context, not watched and _may_wait(template))
    if before.receivers:
        before.send(app, _async_wrapper=app.ensure_sync, template=template, context=context)
    text = template.render(context)
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


def _may_wait(template: Template) -> bool:
    """Whether nobody but the fast code will see the variables before they are complete."""
    cls = type(template)
    return (
        getattr(template, "table", None) is not None
        and cls.new_context is _fast_new_context
        and cls.render is _stock_template_render
    )


def update_context(app: Flask, context: dict[Any, Any], may_wait: bool = False) -> None:
    """What `Flask.update_template_context` does.

    With `may_wait` what Flask's own processor adds may be left out, for `LATER`.
    """
    processors = app.template_context_processors
    request_context = _cv_request.get(None)
    names: tuple[str | None, ...] = _APP
    asks = len(processors) > 1 or None not in processors or _is_odd(app, request_context)
    # A request may say that it is false; Flask asks it the same way.
    if asks and request_context is not None and (request := request_context.request):
        names = None, *reversed(request.blueprints)
    given = late = None
    for name in names:
        if name in app.template_context_processors:
            for function in app.template_context_processors[name]:
                if (
                    function is _stock_processor
                    and may_wait
                    and late is None
                    and "g" not in context
                    and "request" not in context
                ):
                    late = len(context), _Late(_cv_app.get(None), request_context)
                    continue
                if given is None:
                    given = context.copy()
                # PERF: an ordinary function is called without the adapter that others may need.
                if (
                    type(function) is FunctionType
                    and not function.__code__.co_flags & CO_COROUTINE
                    and not function.__dict__
                ):
                    context.update(function())
                else:
                    context.update(app.ensure_sync(function)())
    if given is not None:
        context.update(given)
    if late is not None:
        context[LATER] = late
        if given is not None and ("g" in context or "request" in context):
            _complete(context)


def _complete(context: dict[Any, Any]) -> None:
    """Add at once what was left for later: a processor has given one of them, which counts."""
    whole = completed(context)
    context.clear()
    context.update(whole)


def _is_odd(app: Flask, request_context: RequestContext | None) -> bool:
    """Whether to ask the request for its truth and its blueprints may have effects."""
    if request_context is None:
        return False
    request = request_context.__dict__.get("request")
    cls = app.request_class if request is None else type(request)
    return cls is not Request and (
        any(getattr(cls, name) is not getattr(Request, name) for name in _SCOPED)
        or hasattr(cls, "__bool__")
        or hasattr(cls, "__len__")
    )


class _Late:
    """Makes what Flask's own context processor would have made when the render began."""

    __slots__ = ("app_context", "request_context")

    def __init__(self, app_context: Any, request_context: Any) -> None:
        self.app_context = app_context
        self.request_context = request_context

    def __call__(self) -> dict[str, Any]:
        made = {}
        if self.app_context is not None:
            made["g"] = self.app_context.g
        if self.request_context is not None:
            made["request"] = self.request_context.request
        return made
