"""Each way in which cheaper code could be told from Jinja's, and is not."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
import traceback
from collections import UserDict
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from jinja2 import BytecodeCache, DictLoader, Environment, Template, pass_context
from jinja2.bccache import Bucket
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from kolba.templates.equipment import equip
from kolba.templates.techniques import ALL, names
from kolba.templates.template import FastTemplate
from tests.templates.environments import environment, environment_class, pair


def both(sources: dict[str, str], **options: Any) -> Iterator[Environment]:
    """Stock, and with all techniques."""
    return iter(pair(sources, **options))


def same(sources: dict[str, str], make: Callable[[], dict[str, Any]], **options: Any) -> str:
    """What both render `main` to."""
    stock, fast = (env.get_template("main").render(make()) for env in both(sources, **options))
    assert fast == stock
    return fast


# -- one compilation, and the stock code only when somebody asks for it


def test_functions_folded_into_constants_run_once() -> None:
    """Compiling calls a user's filter as often as Jinja does, though two versions may exist."""
    counts = []
    for env in both({"main": "{{ 'x'|count_me }}{% block b %}{{ x }}{% endblock %}"}):
        calls: list[str] = []
        env.filters["count_me"] = lambda value, calls=calls: calls.append(value) or "counted"
        assert env.get_template("main").render(x=1) == "counted1"
        counts.append(len(calls))
    assert counts == [1, 1]


def test_stock_code_is_made_when_first_needed() -> None:
    """Rendering never compiles a second version; looking at `blocks` does."""
    env = environment(ALL, {"main": "{% block b %}{{ x }}{% endblock %}"})
    template: Any = env.get_template("main")
    template.render(x=1)
    assert "_stock" not in vars(template)
    assert list(template.blocks) == ["b"]
    assert "_stock" in vars(template)


def test_stock_code_is_made_once_by_many_threads() -> None:
    """Threads that ask at the same time get the same version."""
    env = environment(ALL, {"main": "{% block b %}{{ x }}{% endblock %}"})
    template: Any = env.get_template("main")
    barrier = threading.Barrier(8)
    found: list[Template] = []

    def ask() -> None:
        barrier.wait(30)
        found.append(template.stock)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


# -- what pages print of our classes


@pytest.mark.parametrize(
    "source",
    [
        "{% block b %}{{ super }}{{ super.__class__ }}{% endblock %}",
        "{{ self }}{{ self.__class__ }}{{ self.__class__.__mro__[1:]|length > 0 }}",
        "{% macro m() %}{% endmacro %}{{ m }}{{ m.__class__ }}",
        "{% for x in xs %}{{ loop }}{{ loop.__class__ }}{% endfor %}",
        "{{ who() }}",
    ],
)
def test_printed_names_are_jinjas(source: str) -> None:
    """No page shows that a class is not Jinja's own."""

    @pass_context
    def who(context: Any) -> str:
        cls = type(context)
        return f"{cls} {cls.__module__} {cls.__qualname__}"

    text = same({"main": source}, lambda: {"xs": [1], "who": who})
    assert "kolba" not in text.lower()
    assert "fast" not in text.lower()


def test_a_template_shows_itself_as_jinjas() -> None:
    """`repr` and class names of templates are Jinja's."""
    stock, fast = (env.get_template("main") for env in both({"main": ""}))
    assert repr(stock) == repr(fast)
    assert type(fast).__qualname__ == "Template"
    assert isinstance(fast, Template)


# -- loops


def _shrinking() -> dict[str, Any]:
    xs = list(range(6))
    return {"xs": xs, "drop": lambda: xs.pop() and ""}


@pytest.mark.parametrize(
    "body",
    [
        "{{ loop.last }}{{ drop() }}",
        "{{ drop() }}{{ loop.last }}",
        "{{ loop.index }}{{ loop.last }}{{ loop.last }}{{ x }}{{ drop() if loop.first }}",
        "{% if not loop.last %},{% endif %}{{ loop.index0 }}",
        "{{ loop.cycle('a', 'b', x) }}{{ loop.depth }}{{ loop.depth0 }}",
        "{% for y in [1, 2] %}{{ loop.index }}{% else %}{{ loop.index }}{% endfor %}{{ loop }}",
        "{% for y in [1, 2] if loop.index > 1 %}{{ y }}{{ loop.index }}{% endfor %}",
        "{% for y in [] %}{% else %}{{ loop.index }}{{ loop.last }}{% endfor %}",
        "{% macro m() %}{{ loop.index }}{% endmacro %}{{ m() }}",
        "{% call f() %}{{ loop.index }}{% endcall %}",
        "{% filter upper %}{{ loop.cycle('a', 'b') }}{% endfilter %}",
        "{% set y %}{{ loop.index }}{% endset %}{{ y }}",
        "{% include 'part' %}",
        "{% import 'part' as part with context %}{{ part }}",
        "{% block b scoped %}{{ loop.index }}{% endblock %}",
        "{% with loop = 3 %}{{ loop }}{% endwith %}",
        "{{ loop.length }}{{ drop() }}{{ loop.revindex }}",
        "{{ loop.previtem }}{{ loop.nextitem }}{{ drop() }}",
        "{{ loop.changed(x) }}{{ loop['index'] }}{{ loop|string|length > 0 }}",
        "{{ loop.cycle() }}",
        "{{ loop.cycle(*[1, 2]) }}",
        "{% if loop.first %}{% continue %}{% endif %}{{ loop.index }}{{ loop.last }}",
        "{% if loop.index == 2 %}{% break %}{% endif %}{{ loop.last }}",
        "{{ loop.index ~ loop.first }}{{ [loop.index, loop.last]|join }}",
    ],
)
def test_loop_tells_the_same(body: str) -> None:
    """Items taken away meanwhile, loops within, names passed on: `loop` says what Jinja's says."""
    sources = {"main": f"{{% for x in xs %}}{body};{{% endfor %}}", "part": "{{ loop.index }}"}
    results = []
    for env in both(sources):
        values = {**_shrinking(), "f": lambda caller: caller()}
        try:
            results.append(env.get_template("main").render(values))
        except Exception as error:
            results.append(f"{type(error).__name__}: {error}")
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        ("{{ loop.index }}{{ loop.first }}{{ loop.cycle('a', 'b') }}", True),
        ("{{ loop.last }}", True),
        ("{% for y in x %}{{ loop.last }}{% endfor %}", True),
        ("{{ loop.length }}", False),
        ("{% include 'part' %}{{ loop.index }}", False),
        ("{% macro m() %}{{ loop.index }}{% endmacro %}", False),
        ("{{ loop }}", False),
    ],
)
def test_which_loops_are_counted(body: str, counts: bool) -> None:
    """A loop object is made only for what a counter cannot tell."""
    env = environment(ALL, {})
    code = env.compile(f"{{% for x in xs %}}{body}{{% endfor %}}", "main", raw=True)
    assert ("LoopContext(" not in code) == counts


def test_a_loop_takes_no_item_too_early() -> None:
    """A generator is asked for the next item when Jinja asks for it, and not before."""

    def items(log: list[str]) -> Iterator[int]:
        for i in range(3):
            log.append(f"made {i}")
            yield i
        log.append("end")

    source = "{% for x in xs %}{{ say(x) }}{% if x == 1 %}{{ loop.last }}{{ say('x') }}{% endif %}"
    logs = []
    for env in both({"main": source + "{% endfor %}"}):
        log: list[str] = []
        env.get_template("main").render(xs=items(log), say=log.append)
        logs.append(log)
    assert logs[0] == logs[1]


# -- values


class Proxy:
    """Says that it is text, and is not."""

    __class__ = str  # type: ignore[assignment]

    def __str__(self) -> str:
        return "<proxy>"


class Property:
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.reads = 0

    @property
    def name(self) -> int:
        self.reads += 1
        return self.reads


def test_a_property_is_read_once_a_mention() -> None:
    """No attribute is evaluated twice for one mention."""
    assert (
        same({"main": "{{ x.name }}{{ x.name }}{{ x['name'] }}"}, lambda: {"x": Property()})[:2]
        == "12"
    )


def test_what_looks_like_text_is_escaped_as_what_it_is() -> None:
    """Escaping goes by the exact type, so that `__html__`, proxies and enums keep their say."""
    assert same({"main": "{{ x }}"}, lambda: {"x": Proxy()}) == "&lt;proxy&gt;"
    assert same({"main": "{{ x ~ '<' }}{% set y = x %}{{ y }}"}, lambda: {"x": Markup("<b>")}) == (
        "<b>&lt;<b>"
    )


def test_dict_names_come_before_items() -> None:
    """`d.items` is the method and `d.get` too, whatever the dict holds."""
    source = "{{ d.items()|length }}{{ d.x }}{{ d['items'] }}{{ d.get('x') }}"
    assert same({"main": source}, lambda: {"d": {"items": 1, "x": 2}}) == "2212"


# -- what is changed late


def test_late_changes_of_the_environment_count() -> None:
    """Filters, tests, globals and the undefined type are read when a page is rendered."""
    results = []
    env: Any
    for env in both({"main": "{{ x|f }}{{ x is t }}{{ g }}{{ nothing }}"}):
        env.filters["f"], env.tests["t"], env.globals["g"] = str, lambda x: bool(x), "g"
        template = env.get_template("main")
        first = template.render(x=1)
        env.filters["f"] = repr
        env.tests["t"] = callable
        env.globals["g"] = "h"
        env.undefined = jinja2.DebugUndefined
        results.append((first, template.render(x="1")))
    assert results[0] == results[1]
    assert results[0] == ("1Trueg", "&#39;1&#39;Falseh{{ nothing }}")


# -- streams


def test_streams_are_lazy() -> None:
    """`generate` gives the pieces that Jinja gives, and may be endless."""
    pieces = []
    for env in both({"main": "a{% for x in xs %}{{ x }}-{% endfor %}b"}):
        stream = env.get_template("main").generate(xs=iter(int, 1))
        pieces.append([next(stream) for _ in range(5)])
    assert pieces[0] == pieces[1]


# -- caches


class Memory(BytecodeCache):
    """Keeps code in a dict."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


def test_a_bytecode_cache_holds_stock_code() -> None:
    """Code that one process keeps, another one without Kolba can run, and the other way round."""
    cache = Memory()
    for techniques in (ALL, None, ALL):
        env = environment(techniques, {"main": "{{ x }}"}, bytecode_cache=cache)
        template = env.get_template("main")
        assert template.render(x="<") == "&lt;"
        assert getattr(template, "table", None) is None
    assert len(cache.kept) == 1
    assert b"kolba" not in next(iter(cache.kept.values()))


def test_a_template_that_changed_is_loaded_again() -> None:
    """With `auto_reload`, included templates are looked at on every render."""
    for techniques in (None, ALL):
        mapping = {"main": "{% include 'part' %}", "part": "old"}
        env = environment_class(techniques)(loader=DictLoader(mapping), auto_reload=True)
        assert env.get_template("main").render() == "old"
        mapping["part"] = "new"
        assert env.get_template("main").render() == "new"


def test_a_patched_look_up_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wraps Jinja's loading sees every template that is used."""
    env = environment(ALL, {"main": "{% include 'part' %}", "part": "x"}, auto_reload=False)
    template = env.get_template("main")
    template.render()
    stock = Environment._load_template
    seen: list[str] = []

    def wrapped(self: Environment, name: str, globals: Any) -> Template:
        seen.append(name)
        return stock(self, name, globals)

    monkeypatch.setattr(Environment, "_load_template", wrapped)
    assert template.render() == "x"
    assert seen == ["part"]


# -- errors


def test_a_stop_iteration_ends_no_page() -> None:
    """It becomes a RuntimeError, as in Jinja's generators, wherever it comes from."""

    def stop(value: object) -> None:
        raise StopIteration

    for source in ("{{ x|stop }}", "{% block b %}{{ x|stop }}{% endblock %}"):
        for env in both({"main": source}):
            env.filters["stop"] = stop
            with pytest.raises(RuntimeError, match="generator raised StopIteration"):
                env.get_template("main").render(x=1)


def test_a_traceback_shows_the_templates_lines() -> None:
    """Every template on the way to an error is shown, with its name and line."""
    sources = {
        "base": "\n\n{% block b %}{% endblock %}",
        "main": "{% extends 'base' %}\n{% block b %}\n{% include 'part' %}{% endblock %}",
        "part": "\n\n\n{{ x.y }}\n{{ x.y.z }}",
    }
    shown = []
    for env in both(sources):
        with pytest.raises(jinja2.UndefinedError) as caught:
            env.get_template("main").render(x={})
        frames = traceback.extract_tb(caught.value.__traceback__)
        shown.append([(f.filename, f.lineno) for f in frames if f.filename in sources])
    assert shown[0] == shown[1] == [("main", 1), ("base", 3), ("main", 3), ("part", 5)]


def test_debug_info_is_that_of_stock_code() -> None:
    """A template's public `debug_info` does not tell which code runs."""
    stock, fast = (env.get_template("main") for env in both({"main": "a\n{{ x }}\n{{ y }}"}))
    assert fast.debug_info == stock.debug_info


# -- who is left to stock Jinja


class OwnGetattr(Environment):
    """Reads attributes in its own way."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        return f"{attribute}!"


@pytest.mark.parametrize("cls", [OwnGetattr, SandboxedEnvironment])
def test_environments_with_ideas_of_their_own_keep_them(cls: type[Environment]) -> None:
    """Stock code runs, and what the class says holds."""
    own = type("Own", (cls,), {})
    equip(own)
    template = own().from_string("{{ x.y }}{{ ''.__class__ }}")
    assert isinstance(template, FastTemplate)
    assert template.table is None
    assert template.render(x={"y": 1}) == cls().from_string("{{ x.y }}{{ ''.__class__ }}").render(
        x={"y": 1}
    )


def test_async_templates_are_stock() -> None:
    """An async environment renders, through Jinja's own code."""
    env = environment(ALL, {"main": "{{ f() }}"}, enable_async=True)

    async def f() -> str:
        return "awaited"

    template: Any = env.get_template("main")
    assert template.table is None
    assert asyncio.run(template.render_async(f=f)) == "awaited"


def test_threads_do_not_meet() -> None:
    """Many threads render the same templates, each with its own values."""
    sources = {
        "main": "{% extends 'base' %}{% block b %}"
        "{{ x }}{{ super() }}{% include 'part' %}{% endblock %}",
        "base": "{% block b %}[{{ x }}]{% endblock %}",
        "part": "{% for i in range(3) %}{{ x }}{{ loop.last }}{% endfor %}",
    }
    env = environment(ALL, sources)
    wrong: list[str] = []
    interval = sys.getswitchinterval()

    def work(number: int) -> None:
        x = f"x{number}"
        expected = f"{x}[{x}]{x}False{x}False{x}True"
        for _ in range(100):
            text = env.get_template("main").render(x=x)
            if text != expected:
                wrong.append(text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    finally:
        sys.setswitchinterval(interval)
    assert not wrong


def test_every_technique_has_a_switch() -> None:
    """The list of techniques is the documented one."""
    assert names() == (
        "context",
        "escape",
        "attributes",
        "urls",
        "calls",
        "lookups",
        "loops",
        "macros",
        "names",
        "inheritance",
        "rows",
        "flask_render",
        "strings",
    )


@pytest.mark.parametrize("body", ["{{ loop.last }}", "{{ loop.index }}{{ loop.last }}{{ x }}"])
@pytest.mark.parametrize("condition", ["x < 3", "x != 2", "x > 1", "x > 9", "x is odd"])
def test_the_last_item_of_a_filtered_loop_is_the_last_that_passes(
    body: str, condition: str
) -> None:
    """`loop.last` looks ahead at what the loop's own `if` lets through."""
    loop = f"{{% for x in xs if {condition} %}}{body}{{% else %}}none{{% endfor %}}"
    assert same({"main": loop}, lambda: {"xs": [1, 2, 3, 4]})


ROWS: list[Any] = [
    {"id": 1, "name": "<a>"},
    {"id": 2},
    {},
    UserDict(id=3, name="b"),
    SimpleNamespace(id=4, name="c"),
    Markup("text"),
    None,
    5,
]


@pytest.mark.parametrize(
    "source",
    [
        "{% for r in rows %}{{ r.id }} {{ r.name }};{% endfor %}",
        "{% for r in rows %}{{ r.id if r.name else r.name }} {{ r.id or r.name }};{% endfor %}",
        (
            "{% for r in rows %}{% for s in rows %}{{ r.id }}{{ s.id }}{{ r.name }}{{ s.name }};"
            "{% endfor %}{% endfor %}"
        ),
        "{% for r in rows %}{% set r = other %}{{ r.id }} {{ r.name }}{% endfor %}",
        (
            "{% for r in rows %}{{ nowhere.id }}{{ nowhere }}{{ other.id }} {{ other.name }}"
            "{% endfor %}"
        ),
        (
            "{% for r in rows %}{% macro m(x) %}{{ x.id }} {{ x.name }} {{ r.id }} {{ r.name }}"
            "{% endmacro %}{{ m(r) }}{% endfor %}"
        ),
        (
            "{% for r in rows %}{{ r.items }}{{ r.id }}{{ r.name }}{{ r.pop('id', 0) }}{{ r.id }}"
            "{% endfor %}"
        ),
        "{% for r in rows recursive %}{{ r.id }}{{ r.name }}{% endfor %}",
    ],
)
def test_what_is_asked_once_of_a_row_holds_for_all_its_cells(source: str) -> None:
    """Dicts, things like dicts, objects and nothing, under one name: all cells are Jinja's."""

    def outcome(env: Environment) -> Any:
        rows = [dict(row) if type(row) is dict else row for row in ROWS]
        only = [row for row in rows if type(row) is dict] if "r.pop" in source else rows
        try:
            text = env.get_template("main").render(rows=only, other={"id": 6, "name": "d"})
        except Exception as error:
            return type(error), str(error)
        return re.sub(r"0x[0-9a-f]+", "", text)

    for options in ({}, {"undefined": jinja2.StrictUndefined}, {"autoescape": True}):
        stock, fast = map(outcome, both({"main": source}, **options))
        assert fast == stock
