"""`_render` without its detours: contexts, their order, processors and signals are Flask's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, before_render_template, g, request, template_rendered
from jinja2 import Template

from kolba.templates import flask_render

Seen = list[tuple[object, ...]]
Prepare = Callable[[Flask, Seen], None]


class Spy(Template):
    """Notes what it is rendered with, and in which order."""

    seen: Seen

    def render(self, *args: Any, **kwargs: Any) -> str:
        (context,) = args
        self.seen.append(("render", *map(str, context), *map(repr, context.values())))
        return super().render(*args, **kwargs)


def nothing(app: Flask, seen: Seen) -> None:
    """Flask as it comes."""


def processors(app: Flask, seen: Seen) -> None:
    """The app's and the blueprint's own, one of which wants to win over the view."""

    @app.context_processor
    def of_app() -> dict[str, Any]:
        seen.append(("app",))
        return {"x": "processor", "y": "app"}

    def of_blueprint() -> dict[str, Any]:
        seen.append(("bp",))
        return {"y": "bp", "z": "bp"}

    app.template_context_processors.setdefault("bp", []).append(of_blueprint)


def async_processor(app: Flask, seen: Seen) -> None:
    """One that has to be awaited."""

    @app.context_processor
    async def awaited() -> dict[str, Any]:
        seen.append(("awaited",))
        return {"y": "awaited"}


def signals(app: Flask, seen: Seen) -> None:
    """Receivers of both signals, one of which changes the context."""

    def before(sender: Flask, template: Template, context: dict[str, Any], **more: Any) -> None:
        seen.append(("before", *context, sorted(more) == []))
        context["y"] = "signal"

    def after(sender: Flask, template: Template, context: dict[str, Any], **more: Any) -> None:
        seen.append(("after", *context, template.name))

    before_render_template.connect(before, app)
    template_rendered.connect(after, app)
    app.extensions["receivers"] = (before, after)


def own_update(app: Flask, seen: Seen) -> None:
    """An app that makes contexts in its own way."""

    def update(context: dict[str, Any]) -> None:
        context["y"] = "own"

    app.update_template_context = update  # type: ignore[method-assign]


def own_ensure_sync(app: Flask, seen: Seen) -> None:
    """An app that calls its functions in its own way."""

    def ensure_sync(function: Callable[..., Any]) -> Callable[..., Any]:
        seen.append(("ensure_sync",))
        return function

    app.ensure_sync = ensure_sync  # type: ignore[method-assign,assignment]


def without_default(app: Flask, seen: Seen) -> None:
    """An app that took `g` and `request` out."""
    app.template_context_processors[None].clear()


def result(
    render: Callable[..., str], prepare: Prepare, context: dict[str, Any], path: str | None
) -> tuple[str, Seen]:
    """What is rendered, and all that was seen on the way."""
    app = Flask("shop")
    seen: Seen = []
    bp = Blueprint("bp", "bp")
    bp.add_url_rule("/bp", "page", lambda: "")
    app.register_blueprint(bp)
    app.add_url_rule("/", "index", lambda: "")
    prepare(app, seen)
    template: Any = app.jinja_env.from_string("{{ x }} {{ y }} {{ z }}", template_class=Spy)
    template.seen = seen
    with app.app_context() if path is None else app.test_request_context(path):
        text = render(app, template, context)
        return text, [_plain(event, g, request) for event in seen]


def _plain(event: tuple[object, ...], *known: object) -> tuple[object, ...]:
    return tuple(str(item).split(" at 0x")[0] for item in event)


@pytest.mark.parametrize("path", ["/", "/bp", None])
@pytest.mark.parametrize(
    "context", [{"x": "view"}, {"request": "mine", "x": "view"}, {"z": 1, "y": 2, "g": None}]
)
@pytest.mark.parametrize(
    "prepare",
    [
        nothing,
        processors,
        async_processor,
        signals,
        own_update,
        own_ensure_sync,
        without_default,
    ],
)
def test_render_does_what_flask_does(
    prepare: Prepare, context: dict[str, Any], path: str | None
) -> None:
    """The same text, the same calls in the same order, the same keys in the same order."""
    stock = result(flask_render._stock_render, prepare, dict(context), path)
    assert result(flask_render._render, prepare, dict(context), path) == stock
    assert stock[1]


def test_a_patched_class_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever replaces `Flask.update_template_context` for all apps is called."""
    called: list[Flask] = []

    def update(self: Flask, context: dict[str, Any]) -> None:
        called.append(self)

    monkeypatch.setattr(Flask, "update_template_context", update)
    result(flask_render._render, nothing, {}, "/")
    assert len(called) == 1
