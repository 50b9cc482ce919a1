"""Templates from strings: compiled once, and again whenever anything could make a difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response, render_template_string, stream_template_string
from jinja2 import Environment, TemplateAssertionError, TemplateSyntaxError, pass_context
from jinja2.ext import Extension

from kolba.templates import strings
from kolba.templates.equipment import equip
from kolba.templates.techniques import ALL, only
from tests.templates.environments import StockFlask, environment


class Counted:
    """Counts how often Jinja generates code, without the environment's class knowing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        stock = compile

        def counting(source: Any, filename: Any, mode: str, *args: Any) -> Any:
            self.count += 1
            return stock(source, filename, mode, *args)

        monkeypatch.setattr("jinja2.environment.compile", counting, raising=False)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The number of compilations so far."""
    return Counted(monkeypatch)


@pytest.fixture
def env() -> Iterator[Environment]:
    """An environment with strings alone, so that nothing else is looked at."""
    yield environment(only("strings"), {}, extensions=())


def test_a_source_is_compiled_once(env: Environment, compiled: Counted) -> None:
    """The second template of the same source costs no compilation, and is another template."""
    one, other = env.from_string("{{ x }}"), env.from_string("{{ x }}")
    assert compiled.count == 1
    assert one is not other
    assert [one.render(x=1), other.render(x="<")] == ["1", "&lt;"]


def test_templates_share_no_globals(env: Environment) -> None:
    """Globals given to, or set on, one template are not those of the next."""
    one = env.from_string("{{ g }}", globals={"g": "one"})
    other = env.from_string("{{ g }}")
    one.globals["g"] = "changed"
    env.globals["g"] = "env"
    assert [one.render(), other.render()] == ["changed", "env"]
    assert env.from_string("{{ g }}", globals={"g": "third"}).render() == "third"


def test_modules_are_not_shared(env: Environment) -> None:
    """Each template has a module of its own."""
    one, other = (env.from_string("{% set x = make() %}") for _ in range(2))
    env.globals["make"] = object
    first, second = (template.module.x for template in (one, other))  # type: ignore[attr-defined]
    assert first is not second


def changed_filter(env: Environment) -> None:
    env.filters["upper"] = lambda value: f"mine {value}"


def changed_delimiters(env: Environment) -> None:
    env.variable_start_string, env.variable_end_string = "[[", "]]"


def changed_autoescape(env: Environment) -> None:
    env.autoescape = False


def changed_policy(env: Environment) -> None:
    env.policies["truncate.leeway"] = 0


def changed_trim(env: Environment) -> None:
    env.trim_blocks = True


def added_extension(env: Environment) -> None:
    env.add_extension(Shouting)


class Shouting(Extension):
    """Makes sources louder."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return source.replace("loud", "LOUD")


@pytest.mark.parametrize(
    "change",
    [
        changed_filter,
        changed_delimiters,
        changed_autoescape,
        changed_policy,
        changed_trim,
        added_extension,
    ],
)
def test_a_changed_environment_compiles_again(change: Callable[[Environment], None]) -> None:
    """What is changed between two calls counts in the second."""
    source = "{{ x|upper }}{{ '<b>' }}{% if x %}\nloud{% endif %}{{ 'loooong'|truncate(6) }}[[ x ]]"
    results = []
    for techniques in (None, only("strings"), ALL):
        env = environment(techniques, {}, extensions=())
        first = env.from_string(source).render(x="a<")
        change(env)
        results.append((first, env.from_string(source).render(x="a<")))
    assert results[0] == results[1] == results[2]
    assert results[0][0] != results[0][1]


def test_functions_that_compiling_calls_are_called_each_time(env: Environment) -> None:
    """A filter of the application's own on a constant gives what it gives now."""
    made = iter(range(9))
    env.filters["now"] = lambda value: next(made)
    assert [env.from_string("{{ 'x'|now }}").render() for _ in range(3)] == ["0", "1", "2"]


def test_own_filters_on_variables_are_kept(env: Environment, compiled: Counted) -> None:
    """A filter that only pages call does not keep the code from being kept."""
    env.filters["twice"] = lambda value: value * 2
    source = "{{ x.y|twice|upper }}{% filter twice %}a{% endfilter %}"
    texts = [env.from_string(source).render(x={"y": "b"}) for _ in range(3)]
    assert texts == ["BBaa"] * 3
    assert compiled.count == 1


def test_an_own_parser_is_asked_each_time(env: Environment) -> None:
    """A class that parses in its own way may give another tree for the same source."""
    trees = iter(("one", "two"))

    class Own(type(env)):  # type: ignore[misc]
        def _parse(self, source: str, name: Any, filename: Any) -> Any:
            return super()._parse(next(trees), name, filename)

    own = Own(autoescape=True)
    assert [own.from_string("x").render() for _ in range(2)] == ["one", "two"]


def test_an_overlay_keeps_its_own(env: Environment) -> None:
    """An overlay has its original's attributes, and settings of its own."""
    assert env.from_string("{{ x }}").render(x="<") == "&lt;"
    plain = env.overlay(autoescape=False)
    assert plain.from_string("{{ x }}").render(x="<") == "<"
    assert env.from_string("{{ x }}").render(x="<") == "&lt;"


def test_sources_are_bounded(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources made of what users send fill no memory."""
    monkeypatch.setattr(strings, "MOST", 8)
    for number in range(50):
        assert env.from_string(f"{number}{{{{ x }}}}").render(x="x") == f"{number}x"
    codes: Any = vars(env)[strings._CODES]
    assert len(codes.known) == 8


@pytest.mark.parametrize("source", ["{% if %}", "a\n{{ x|nothing }}", "{% extends 'a' %}{% block"])
def test_errors_are_raised_each_time(source: str) -> None:
    """A source with a mistake fails as in Jinja, with its line, every time."""
    found = []
    for techniques in (None, only("strings")):
        env = environment(techniques, {}, extensions=())
        for _ in range(2):
            with pytest.raises((TemplateSyntaxError, TemplateAssertionError)) as caught:
                env.from_string(source)
            found.append((str(caught.value), caught.value.lineno, caught.value.source))
    assert len(set(found)) == 1


def test_a_template_class_asked_for_is_used(env: Environment) -> None:
    """`template_class` gets what stock Jinja would give it."""

    class Own(env.template_class):  # type: ignore[name-defined,misc]
        pass

    assert type(env.from_string("{{ x }}", template_class=Own)) is Own


class FlaskEnvironment(StockFlask):
    """Flask's environment, equipped."""


equip(FlaskEnvironment)


def test_flask_functions_use_it(compiled: Counted) -> None:
    """`render_template_string` and `stream_template_string` say what they say under Flask."""
    bodies = []
    for environment_of_app in (StockFlask, FlaskEnvironment):
        app = Flask("shop")
        app.jinja_environment = environment_of_app

        @pass_context
        def seen(context: Any) -> str:
            return str(sorted(context.keys()))

        app.jinja_env.globals["seen"] = seen

        @app.route("/")
        def index() -> str:
            return "".join(render_template_string("{{ x }}{{ seen() }}", x=i) for i in "<>&")

        @app.route("/stream")
        def stream() -> Response:
            return Response(stream_template_string("{% for i in 'ab' %}{{ i }};{% endfor %}"))

        client = app.test_client()
        bodies.append([client.get(path).data for path in ("/", "/", "/stream", "/stream")])
    assert bodies[0] == bodies[1]
