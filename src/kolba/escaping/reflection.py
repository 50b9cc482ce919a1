"""A page that repeats what a request sent, as markup: found in development and in tests.

Looks at finished answers, so it does not matter who forgot to escape. Off in production:
`watch` is called in debug mode, and by tests through `kolba.testing`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request, template_rendered
from jinja2 import Template

from kolba import safety
from kolba.errors import KolbaError
from kolba.escaping import tracing
from kolba.escaping.filters import GUARD
from kolba.safety import Mode

logger = logging.getLogger("kolba.escaping")

View = TypeVar("View", bound=Callable[..., Any])

_WATCHED = "_kolba_watches_reflection"
_ALLOWED = "_kolba_reflects_html"
_RENDERED = "kolba.rendered"
_PAGES = frozenset(("text/html", "application/xhtml+xml", "image/svg+xml"))
_HEADERS = ("Referer", "User-Agent", "X-Forwarded-Host", "X-Requested-With")
# What would be markup in a page; a lone tag is in most pages anyhow.
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_LONE_TAG = re.compile(r"\s*</?[a-zA-Z0-9]+\s*/?>\s*")


class ReflectedInput(KolbaError):
    """An answer holds a value of its request as markup, instead of as text.

    Attributes:
        source: where in the request the value is.
        value: its beginning.
        place: where it got into the page, as far as that can be told.
    """

    def __init__(self, source: str, value: str, place: str) -> None:
        super().__init__(source, value, place)
        self.source = source
        self.value = value if len(value) <= 80 else f"{value[:80]}..."
        self.place = place

    def __str__(self) -> str:
        return (
            f"the page repeats {self.source} as markup: {self.value!r}. It got there by"
            f" {self.place}. Return html('<p>{{name}}</p>', name=...) or a template without |safe;"
            " if the view is meant to show this HTML, write @reflects_html('name') above it."
        )


def reflects_html(*names: str) -> Callable[[View], View]:
    """Says that a view shows the HTML in these fields as HTML, such as a preview does.

    Only silences `ReflectedInput`: what the HTML may hold is the view's business.
    """

    def mark(view: View) -> View:
        view.__dict__[_ALLOWED] = frozenset(names)
        return view

    return mark


def watch(app: Flask) -> None:
    """Have every page of `app` looked at from now on."""
    if app.__dict__.get(_WATCHED) or safety.mode(app, GUARD) is Mode.OFF:
        return
    app.__dict__[_WATCHED] = True
    template_rendered.connect(_remember, app)
    # Functions run in the opposite order: this one sees what all others have made.
    app.after_request_funcs.setdefault(None, []).insert(0, check)


def _remember(app: Flask, template: Template, context: dict[str, Any], **more: Any) -> None:
    if request:
        request.environ.setdefault(_RENDERED, []).append((template, context))


def check(response: Response) -> Response:
    """Look at one answer.

    Raises:
        ReflectedInput: it repeats the request as markup (in `report`, that is logged).
    """
    if response.mimetype not in _PAGES or not response.is_sequence:
        return response
    page = response.get_data(as_text=True)
    rendered: list[Any] = request.environ.get(_RENDERED, [])
    for source, value in _values():
        if _is_markup(value) and value in page and not tracing.is_constant(value, rendered):
            error = ReflectedInput(source, value, tracing.place(value, rendered))
            if safety.mode(current_app, GUARD) is Mode.ENFORCE:
                raise error
            logger.warning("%s", error)
    return response


def _is_markup(value: str) -> bool:
    return _MARKUP.search(value) is not None and _LONE_TAG.fullmatch(value) is None


def _values() -> Iterator[tuple[str, str]]:
    """What the client sent, and where; a body only if the view has read it."""
    view = current_app.view_functions.get(request.endpoint or "")
    allowed: frozenset[str] = getattr(view, _ALLOWED, frozenset())
    for name, value in (request.view_args or {}).items():
        if isinstance(value, str) and name not in allowed:
            yield f"the URL's {name!r}", value
    for name, value in request.args.items(multi=True):
        if name not in allowed:
            yield f"request.args[{name!r}]", value
            yield "the name of an argument", name
    yield from _of_body(allowed)
    for name, value in request.cookies.items():
        yield f"request.cookies[{name!r}]", value
    for name in _HEADERS:
        yield f"the header {name}", request.headers.get(name, "")
    yield "request.path", request.path


def _of_body(allowed: frozenset[str]) -> Iterator[tuple[str, str]]:
    parsed = request._get_current_object().__dict__  # type: ignore[attr-defined]
    if "form" in parsed:
        for name, value in request.form.items(multi=True):
            if name not in allowed:
                yield f"request.form[{name!r}]", value
    if "files" in parsed:
        for name, file in request.files.items(multi=True):
            yield f"the file name of request.files[{name!r}]", file.filename or ""
