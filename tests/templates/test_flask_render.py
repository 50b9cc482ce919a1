"""`_render` without its detours: contexts, their order, processors and signals are Flask's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from blinker import Signal
from flask import (
    Blueprint,
    Flask,
    Request,
    before_render_template,
    g,
    request,
    template_rendered,
    templating,
)
from jinja2 import DictLoader, Environment, Template, pass_context
from jinja2.runtime import Context

from kolba.templates import flask_render
from kolba.templates.equipment import equip
from tests.templates.environments import StockFlask

Seen = list[tuple[object, ...]]
Prepare = Callable[[Flask, Seen], None]


class Spy(Template):
    """Notes what it is rendered with, and in which order."""

    seen: Seen

    def render(self, *args: Any, **kwargs: Any) -> str:
        (context,) = args
        self.seen.append(("render", *map(str, context), *map(repr, context.values())))
        return super().render(*args, **kwargs)


class Fast(StockFlask):
    """Flask's environment with everything on."""


equip(Fast)


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


class OddRequest(Request):
    """A request that counts its items, and has none."""

    def __len__(self) -> int:
        return 0


def odd_request(app: Flask, seen: Seen) -> None:
    """An app whose requests are false."""
    app.request_class = OddRequest


def gives_request(app: Flask, seen: Seen) -> None:
    """A processor that gives what Flask's gives, too."""

    @app.context_processor
    def of_app() -> dict[str, Any]:
        return {"more": 1, "request": "processor's"}


def no_globals(app: Flask, seen: Seen) -> None:
    """An app that took Flask's globals out of its templates."""
    for name in ("g", "request"):
        app.jinja_env.globals.pop(name)


def receiver_of_the_end(app: Flask, seen: Seen) -> None:
    """One who looks at the context when the page is done."""

    def after(sender: Flask, template: Template, context: dict[str, Any], **more: Any) -> None:
        seen.append(("after", *context))

    template_rendered.connect(after, app)
    app.extensions["receiver"] = after


LATE_PAGES = {
    "nothing": "{{ x }}",
    "used": "{{ request.path }} {% for i in 'ab' %}{{ g.name }}{{ request }}{% endfor %}{{ g }}",
    "printed": "{{ keys() }} {{ 1 }}",
    "included": "{% include 'used' %}{% include 'printed' %}",
    "imported": "{% from 'macros' import m with context %}{{ m() }}{% import 'macros' as n %}",
    "macros": "{% macro m() %}{{ request.path }} {{ g.name }}{% endmacro %}",
    "set": "{% set request = 1 %}{% macro g() %}m{% endmacro %}{{ request }}{{ g() }}{{ keys() }}",
    "extended": "{% extends 'base' %}{% block b scoped %}{{ super() }}{{ g.name }}{% endblock %}",
    "base": "{% for i in 'ab' %}{% block b scoped %}{{ i }}{{ request }}{% endblock %}{% endfor %}",
    "failing": "{{ x }}{{ request.path.no.where }}",
}


def late(environment: Any, prepare: Prepare, page: str, path: str | None, **given: Any) -> object:
    """What `render_template` gives, on one of the two sides."""
    app = Flask("shop")
    app.jinja_environment = environment
    app.jinja_options = {"loader": DictLoader(LATE_PAGES)}
    app.add_url_rule("/", "index", lambda: "")
    seen: Seen = []

    @app.template_global()
    @pass_context
    def keys(context: Context) -> str:
        return f"{[*context.get_all()]} {'g' in context} {context['x']}"

    prepare(app, seen)
    fast = environment is Fast
    render = flask_render._render if fast else flask_render._stock_render
    with app.app_context() if path is None else app.test_request_context(path):
        g.name = "<ada>"
        template = app.jinja_env.get_or_select_template(page)
        try:
            return render(app, template, {"x": "view", **given}), seen
        except Exception as error:
            return type(error), str(error), seen


@pytest.mark.parametrize("path", ["/", None])
@pytest.mark.parametrize("page", LATE_PAGES)
@pytest.mark.parametrize(
    "prepare",
    [
        nothing,
        processors,
        odd_request,
        gives_request,
        no_globals,
        without_default,
        receiver_of_the_end,
    ],
)
def test_what_comes_late_is_as_if_it_had_been_there(
    prepare: Prepare, page: str, path: str | None
) -> None:
    """Whoever reads `g`, `request` or the whole context finds the same, in the same order."""
    assert late(Fast, prepare, page, path) == late(StockFlask, prepare, page, path)


@pytest.mark.parametrize("given", [{"request": "mine"}, {"g": "mine"}])
def test_a_view_that_gives_the_name_is_not_overruled(given: dict[str, str]) -> None:
    """What a view passes counts, whether Flask's own comes early or late."""
    for page in ("used", "printed"):
        found = late(Fast, nothing, page, "/", **given)
        assert found == late(StockFlask, nothing, page, "/", **given)


def test_a_page_that_asks_for_nothing_makes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a template does not use is not asked for, unless a request's own class may notice."""
    for name in ("before_render_template", "template_rendered"):
        monkeypatch.setattr(templating, name, Signal())
    asked: list[str] = []

    class Watched(Request):
        @property
        def blueprints(self) -> list[str]:
            asked.append("blueprints")
            return []

    app = Flask("shop")
    app.jinja_environment = Fast
    template = app.jinja_env.from_string("{{ x }}")
    with app.test_request_context("/"):
        context = {"x": 1}
        assert flask_render._render(app, template, context) == "1"
        assert not {"g", "request"} & context.keys()
    app.request_class = Watched
    with app.test_request_context("/"):
        assert flask_render._render(app, template, {"x": 1}) == "1"
        assert asked == ["blueprints"]


def test_a_template_is_looked_up_as_jinja_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in the cache is taken, unless a reload or somebody else has a say."""
    app = Flask("shop")
    app.jinja_environment = Fast
    app.jinja_options = {"loader": DictLoader({"page": "x"})}
    environment = app.jinja_env
    page = environment.get_or_select_template("page")
    asked: list[object] = []
    stock = Environment._load_template

    def watched(self: Environment, name: str, globals: Any) -> Template:
        asked.append(name)
        return stock(self, name, globals)

    assert environment.get_or_select_template(["none", "page"]) is page
    assert environment.get_or_select_template(page) is page
    monkeypatch.setattr(Environment, "_load_template", watched)
    assert environment.get_or_select_template("page") is page
    environment.get_or_select_template("page", globals={"y": 1})
    assert asked == ["page", "page"]
    assert page.globals["y"] == 1
