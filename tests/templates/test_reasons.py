"""What stays stock Jinja, and what `kolba explain` is told about it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jinja2.runtime
import pytest
from flask import Flask, render_template
from jinja2 import DictLoader, Environment, Template
from jinja2.compiler import CodeGenerator
from jinja2.nativetypes import NativeEnvironment
from jinja2.runtime import Context, Macro

from kolba.templates import StockReason, reasons
from kolba.templates.eligibility import reason_against
from kolba.templates.equipment import equip
from kolba.templates.techniques import ALL, names
from tests.templates.environments import StockFlask, environment
from tests.templates.test_traps import Memory


class FlaskEnvironment(StockFlask):
    """Flask's environment, equipped."""


equip(FlaskEnvironment)


def make_app(options: dict[str, Any] | None = None, **templates: str) -> Flask:
    """An application with these templates."""
    app = Flask("shop")
    app.jinja_environment = FlaskEnvironment
    app.jinja_options = {"loader": DictLoader(templates), **(options or {})}
    return app


def test_an_ordinary_application_has_no_reasons() -> None:
    """Everything is cheap: nothing is listed."""
    assert reasons(make_app(page="{{ x }}", other="{% block b %}{% endblock %}")) == ()


def test_a_template_with_a_mistake_is_listed() -> None:
    """One that cannot be compiled is named with Jinja's message; the others do not suffer."""
    (found,) = reasons(make_app(page="{% if %}", other="{{ x }}"))
    assert found.template == "page"
    assert found.reason.startswith("cannot be compiled: ")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"enable_async": True}, "async templates"),
        (
            {"bytecode_cache": Memory()},
            "a bytecode cache, whose code stock Flask must be able to load",
        ),
    ],
)
def test_an_environment_is_named_as_a_whole(options: dict[str, Any], reason: str) -> None:
    """What holds for all templates is said once."""
    assert reasons(make_app(options, page="")) == (StockReason(None, reason),)


def test_classes_of_the_applications_own_are_named() -> None:
    """A generator, template or context class that somebody set is why nothing is changed."""
    app = make_app(page="")
    app.jinja_env.context_class = type("Own", (Context,), {})
    assert reasons(app) == (StockReason(None, "context_class is overridden"),)
    app.jinja_env.code_generator_class = type("Own", (CodeGenerator,), {})
    app.jinja_env.template_class = type("Own", (Template,), {})
    assert reasons(app) == (StockReason(None, "template_class is overridden"),)


@pytest.mark.parametrize(
    ("cls", "name", "reason"),
    [
        (Context, "call", "Context.call is patched"),
        (Context, "resolve_or_missing", "Context.resolve_or_missing is patched"),
        (Macro, "_invoke", "Macro._invoke is patched"),
        (Template, "new_context", "Template.new_context is patched"),
        (CodeGenerator, "visit_For", "CodeGenerator.visit_For is patched"),
        (CodeGenerator, "visit_Output", "CodeGenerator.visit_Output is patched"),
    ],
)
def test_a_patched_method_of_jinja_is_named(
    cls: type, name: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever patches Jinja keeps Jinja, and is told so."""
    stock = getattr(cls, name)
    monkeypatch.setattr(cls, name, lambda *args, **kwargs: stock(*args, **kwargs))
    assert reasons(make_app(page="")) == (StockReason(None, reason),)


def test_patched_escaping_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another `escape` in Jinja's runtime is one that pages must go through."""
    monkeypatch.setattr(jinja2.runtime, "escape", lambda value: value)
    assert reasons(make_app(page="")) == (StockReason(None, "jinja2.runtime.escape is patched"),)


def test_an_equipped_class_is_left_alone_if_it_has_its_own() -> None:
    """`equip` says why it changed nothing."""
    own: Any = type("Own", (Environment,), {"template_class": type("T", (Template,), {})})
    assert equip(own) == "Own.template_class is overridden"
    assert own.code_generator_class is CodeGenerator


def test_no_reason_without_a_reason() -> None:
    """An equipped environment has none."""
    assert reason_against(environment(ALL, {})) is None


def test_an_environment_of_another_family_is_named() -> None:
    """An app with a Jinja environment that is not Flask's keeps it as it is."""
    app: Any = Flask("shop")
    app.jinja_env = Environment()
    (found,) = reasons(app)
    assert found.template is None
    assert found.reason in PAGE


def test_a_class_that_says_it_wants_stock_jinja_gets_it() -> None:
    """The way out that the documentation shows works, and is listed."""

    class Own(FlaskEnvironment):
        template_class = Template

    app = make_app(page="{{ x }}")
    app.jinja_environment = Own
    assert reasons(app) == (StockReason(None, "template_class is overridden"),)
    with app.test_request_context():
        assert type(app.jinja_env.get_template("page")) is Template
        assert render_template("page", x="<") == "<"


def test_a_mixin_keeps_its_classes() -> None:
    """Behind Flask's class, a mixin's generator and templates are found as they were before."""

    class Native(FlaskFamily, NativeEnvironment):
        pass

    class Plain(FlaskFamily):
        pass

    assert Native.code_generator_class is NativeEnvironment.code_generator_class
    assert Native.template_class is NativeEnvironment.template_class
    assert Plain.code_generator_class is not CodeGenerator
    rendered: object = Native(Flask("shop")).from_string("{{ [x] }}").render(x=1)
    assert rendered == [1]


class FlaskFamily(Environment):
    """As Flask's class: it has none of the attributes itself."""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(**options)


equip(FlaskFamily)


PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")


def test_the_page_names_every_technique() -> None:
    """docs/templates.md has a row for each switch, in their order."""
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert tuple(rows) == names()
