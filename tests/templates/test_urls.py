"""Constant `url_for` calls: kept by the application's key, and never when something may differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template
from jinja2 import DictLoader
from werkzeug.routing import BaseConverter, BuildError

from kolba import Kolba
from kolba.templates import urls
from kolba.templates.equipment import equip
from kolba.templates.techniques import only
from tests.templates.environments import StockFlask

LINKS = (
    "<a href={{ url_for('index') }}><a href={{ url_for('item', n=4, q='a b&c') }}>"
    "<a href={{ url_for('static', filename='a&b.css') }}>"
)
BUILT = "<a href=/><a href=/item/4?q=a+b%26c><a href=/static/a&amp;b.css>"


class Environment(StockFlask):
    """Flask's environment with the URLs alone."""


equip(Environment, only("urls"))


class Builds:
    """Counts the URLs that Werkzeug is asked for, and says which revision the application is."""

    def __init__(self) -> None:
        self.revision = 0

    def key(self, app: Flask) -> object:
        return self.revision, id(app)


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Builds]:
    """A key under the test's control."""
    made = Builds()
    monkeypatch.setattr(urls, "_key", made.key)
    yield made


def make_app(**templates: str) -> Flask:
    """An application with the pages that the links lead to."""
    app = Flask("shop")
    app.jinja_environment = Environment
    app.jinja_options = {"loader": DictLoader(templates)}
    app.add_url_rule("/", "index", lambda: "")
    app.add_url_rule("/item/<int:n>", "item", lambda n: "")
    return app


def render(app: Flask, **context: Any) -> str:
    """The page, in a request."""
    with app.test_request_context("/"):
        return render_template("page", **context)


def kept(app: Flask, name: str = "page") -> dict[Any, tuple[str | None, ...]]:
    """What the template has kept, by key."""
    template: Any = app.jinja_env.get_template(name)
    sites = template.root_render_func.__globals__.get("sites")
    found: dict[Any, tuple[str | None, ...]] = sites._known if sites else {}
    return found


@pytest.fixture
def app(builds: Builds) -> Flask:
    """The application with the three links on its page."""
    return make_app(**{"page.html": LINKS, "page": "{% include 'page.html' %}"})


def test_links_are_kept_by_the_key(app: Flask, builds: Builds) -> None:
    """The second render takes the texts of the first, escaped as the page escapes."""
    assert [render(app), render(app)] == [BUILT, BUILT]
    assert list(kept(app, "page.html")) == [builds.key(app)]
    assert None not in next(iter(kept(app, "page.html").values()))


def test_without_a_key_nothing_is_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody who tells revisions: every link is built at every render."""
    monkeypatch.setattr(urls, "_key", None)
    assert render(app) == BUILT
    assert not kept(app, "page.html")


def test_another_revision_builds_again(builds: Builds) -> None:
    """A rule put before an endpoint's others counts from the next revision on."""
    app = make_app(page="{{ url_for('item', n=4) }}")
    assert render(app) == "/item/4"
    app.url_map.add(app.url_rule_class("/four", endpoint="item", defaults={"n": 4}))
    assert render(app) == "/item/4"
    builds.revision += 1
    assert render(app) == "/four"


def test_keys_are_bounded(app: Flask, builds: Builds) -> None:
    """Whatever keys come, a template keeps a limited number of texts."""
    for builds.revision in range(urls.MOST_KEYS * 2):
        assert render(app) == BUILT
    assert 0 < len(kept(app, "page.html")) <= urls.MOST_KEYS


def test_a_url_that_cannot_be_built_fails_in_its_place(builds: Builds) -> None:
    """What stands before the bad link has run, and a branch that is not taken builds nothing."""
    app = make_app(page="{{ note() }}{% if bad %}{{ url_for('nowhere') }}{% endif %}")
    notes: list[str] = []

    def note() -> str:
        notes.append("ran")
        return ""

    assert render(app, bad=False, note=note) == ""
    with pytest.raises(BuildError, match="nowhere"):
        render(app, bad=True, note=note)
    assert notes == ["ran", "ran"]


def test_build_error_handlers_are_asked_in_their_place(builds: Builds) -> None:
    """The application's handler is called once a link, as without keeping."""
    app = make_app(page="{{ url_for('nowhere', n=1) }}")
    asked: list[dict[str, Any]] = []

    def handler(error: Exception, endpoint: str, values: dict[str, Any]) -> str:
        asked.append(values)
        return f"/handled/{endpoint}"

    app.url_build_error_handlers.append(handler)
    assert [render(app), render(app)] == ["/handled/nowhere"] * 2
    assert [values["n"] for values in asked] == [1, 1]


class Lazy(BaseConverter):
    """A converter whose URLs depend on something else."""

    now = "one"

    def to_url(self, value: Any) -> str:
        return f"{value}-{Lazy.now}"


def converter(app: Flask) -> None:
    app.url_map.converters["lazy"] = Lazy
    app.add_url_rule("/lazy/<lazy:n>", "lazy", lambda n: "")


def defaults(app: Flask) -> None:
    app.url_defaults(lambda endpoint, values: values.setdefault("lang", "de"))


def own_method(app: Flask) -> None:
    app.inject_url_defaults = lambda endpoint, values: values.update(x=1)  # type: ignore[method-assign]


def own_adapter(app: Flask) -> None:
    made = app.create_url_adapter
    app.create_url_adapter = lambda request: made(request)  # type: ignore[method-assign]


def other_function(app: Flask) -> None:
    app.jinja_env.globals["url_for"] = lambda endpoint, **values: f"/cdn/{endpoint}"


def processor(app: Flask) -> None:
    app.context_processor(lambda: {"url_for": lambda endpoint, **values: f"/p/{endpoint}"})


CHANGES: tuple[Callable[[Flask], None], ...] = (
    defaults,
    own_method,
    own_adapter,
    other_function,
    processor,
)


@pytest.mark.parametrize("change", CHANGES)
def test_an_application_with_a_say_in_urls_is_asked_each_time(
    change: Callable[[Flask], None], builds: Builds
) -> None:
    """Whatever of its own the application puts on the way is called for every link."""
    ours, plain = (make_app(page=LINKS) for _ in range(2))
    plain.jinja_environment = StockFlask
    for app in (ours, plain):
        change(app)
    assert render(ours) == render(plain)
    assert not kept(ours)


def test_a_converter_of_the_applications_own_is_asked_each_time(
    builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What such a converter gives may depend on anything."""
    app = make_app(page="{{ url_for('lazy', n=1) }}")
    converter(app)
    assert render(app) == "/lazy/1-one"
    monkeypatch.setattr(Lazy, "now", "two")
    assert render(app) == "/lazy/1-two"


@pytest.mark.parametrize(
    "source",
    [
        "{% set url_for = f %}{{ url_for('index') }}",
        "{% for url_for in [f] %}{{ url_for('index') }}{% endfor %}",
        "{% with url_for = f %}{{ url_for('index') }}{% endwith %}",
        "{% macro m(url_for) %}{{ url_for('index') }}{% endmacro %}{{ m(f) }}",
        "{% macro url_for(x) %}/mine{% endmacro %}{{ url_for('index') }}",
        "{% from 'other' import url_for %}{{ url_for('index') }}",
        "{% import 'other' as url_for %}{{ url_for.url_for('index') }}",
        "{% set url_for = f %}{% include 'uses' %}",
    ],
)
def test_another_thing_of_the_name_is_not_taken_for_it(source: str, builds: Builds) -> None:
    """A template that gives the name to something else calls that."""
    other = "{% macro url_for(x) %}/mine{% endmacro %}"
    app = make_app(page=source, other=other, uses="{{ url_for('index') }}")
    assert [render(app, f=lambda endpoint: "/mine") for _ in range(2)] == ["/mine"] * 2


@pytest.mark.parametrize(
    "call",
    [
        "url_for('index', _external=true)",
        "url_for('index', _anchor='x')",
        "url_for('.index')",
        "url_for('index', x=none)",
        "url_for('index', x=1.5)",
        "url_for('index', x=name)",
        "url_for(*['index'])",
        "url_for('index', **{'x': 1})",
        "url_for('index')|upper",
    ],
)
def test_other_calls_are_made(call: str, builds: Builds) -> None:
    """A call with options, other constants or variables is no constant one."""
    app = make_app(page=f"{{{{ {call} }}}}")
    plain = make_app(page=f"{{{{ {call} }}}}")
    plain.jinja_environment = StockFlask
    assert render(app, name="n") == render(plain, name="n")
    assert not kept(app)


def test_urls_outside_the_site_are_built_each_time(builds: Builds) -> None:
    """An absolute URL holds the request's host, which a key need not tell."""
    app = make_app(page="{{ url_for('shop') }}")
    app.config["SERVER_NAME"] = "example.com"
    app.add_url_rule("/", "shop", lambda: "", subdomain="shop")
    with app.test_request_context("/", base_url="http://example.com"):
        assert render_template("page") == "http://shop.example.com/"
    assert list(kept(app).values()) == [(None,)]


def test_a_macro_of_a_kept_module_asks_the_request(builds: Builds) -> None:
    """Jinja keeps imported modules between requests: their links are built when called."""
    app = make_app(
        page="{% from 'lib' import link %}{{ link() }}",
        lib="{% macro link() %}{{ url_for('index') }}{% endmacro %}",
    )
    for root in ("/one", "/two"):
        with app.test_request_context("/", base_url=f"http://localhost{root}"):
            assert render_template("page") == f"{root}/"


def test_a_declared_state_is_part_of_the_key(builds: Builds) -> None:
    """URL defaults that say on what they depend are kept by it, and called when they say None."""
    app = make_app(page="{{ url_for('index') }}")
    state: list[int | None] = [1]
    calls: list[str] = []

    def version(endpoint: str, values: dict[str, Any]) -> None:
        calls.append(endpoint)
        values["v"] = state[0]

    version._kolba_state = lambda: state[0]  # type: ignore[attr-defined]
    app.url_defaults(version)
    assert [render(app), render(app)] == ["/?v=1"] * 2
    assert calls == ["index"]
    state[0] = 2
    assert [render(app), render(app)] == ["/?v=2"] * 2
    assert len(calls) == 2
    state[0] = None
    assert [render(app), render(app)] == ["/"] * 2
    assert len(calls) == 4


def test_static_files_of_a_kolba_app_are_kept_with_their_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link with a content hash is kept while the file is trusted, and follows the content."""
    (tmp_path / "static").mkdir()
    sheet = tmp_path / "static" / "a.css"
    sheet.write_text("body {}")
    app = Kolba("shop", root_path=str(tmp_path))
    monkeypatch.setattr(urls, "_key", Builds().key)
    app.jinja_environment = Environment
    app.jinja_options = {
        "loader": DictLoader({"page": "{{ url_for('static', filename='a.css') }}"})
    }
    assets: Any = vars(app)["_kolba_assets"]
    first = render(app)
    assert len(kept(app)) == 1
    assert first.startswith("/static/a.css?v=")
    sheet.write_text("body { color: red }")
    assets.patience = 0
    second = render(app)
    assert second != first
    assert second.startswith("/static/a.css?v=")
