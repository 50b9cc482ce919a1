"""`python -m bench.templates`: every shape of template on stock Jinja and on ours, in one run.

Both run in this process, in a request context, in turn, other engines beside them; a figure is the
median of the rounds' CPU microseconds. Nothing is timed before it has rendered the same. Then
Flask's own calls, what each technique adds, and what compiling and keeping templates costs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import process_time_ns
from typing import Any

from flask import Flask, render_template, render_template_string, templating
from flask.globals import _cv_request
from jinja2 import DictLoader, Environment, Template
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context

from bench import template_peers
from bench.apps.flask_app import add_item, add_other_routes, add_pages
from bench.machine import machine, versions
from bench.shapes import Shape, shapes
from bench.template_costs import costs
from kolba.templates import flask_render, urls
from kolba.templates.equipment import equip
from kolba.templates.techniques import ALL, Techniques, names

BUDGET_NS = 20_000_000
Work = Callable[[], object]

# The shape that shows each technique most.
SHOWN_BY = {
    "context": "small page",
    "escape": "table 10",
    "attributes": "table 10",
    "urls": "J4 page",
    "calls": "5 constant",
    "lookups": "13 includes",
    "loops": "loop variable",
    "macros": "7 macro",
    "names": "small page",
    "inheritance": "inheritance",
    "rows": "10 sqlite3",
}
_STOCK_FROM_STRING = Environment.from_string
_STOCK_PARSE = Environment._parse
_STOCK_SELECT = Environment.get_or_select_template
_STOCK_RENDER = flask_render._stock_render


class StockEnvironment(templating.Environment):
    """Flask's environment as it is."""

    code_generator_class = CodeGenerator
    template_class = Template
    context_class = Context
    from_string = _STOCK_FROM_STRING
    _parse = _STOCK_PARSE
    get_or_select_template = _STOCK_SELECT


def fast_environment(techniques: Techniques = ALL) -> type[templating.Environment]:
    """Flask's environment, equipped."""
    cls = type("FastEnvironment", (StockEnvironment,), {})
    equip(cls, techniques)
    return cls


def make_app(environment: type[templating.Environment], shape: Shape) -> Flask:
    """The benchmark's Flask app with the templates of one shape."""
    app = Flask("bench.apps.flask_app")
    app.jinja_environment = environment
    app.jinja_options = {"loader": DictLoader(shape.templates)}
    add_pages(app)
    add_other_routes(app)
    add_item(app)
    return app


@contextmanager
def request_to(app: Flask) -> Iterator[None]:
    """A request as a browser sends it."""
    with app.test_request_context("/page", environ_overrides={"SERVER_NAME": "localhost"}):
        yield


def url_key(app: Flask) -> object:
    """What the engine would look at: here the registries do not change."""
    adapter: Any = _cv_request.get().url_adapter
    return adapter.script_name, adapter.subdomain, adapter.default_method


def microseconds(work: Work) -> float:
    """CPU time of one call, over as many as fill the budget of a round."""
    count, spent = 1, 0
    while spent < BUDGET_NS:
        count *= 2
        before = process_time_ns()
        for _ in range(count):
            work()
        spent = process_time_ns() - before
    return spent / count / 1000


def in_turn(works: Mapping[str, Work], rounds: int) -> dict[str, float]:
    """Each work's median over interleaved rounds."""
    samples: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            samples[name].append(microseconds(work))
    return {name: statistics.median(found) for name, found in samples.items()}


def renders(environment: type[templating.Environment], shape: Shape) -> Callable[[], str]:
    """`Template.render` of the shape's page, to be called in a request."""
    template = make_app(environment, shape).jinja_env.get_template("main.html")
    return lambda: template.render(shape.context)


def compare(shape: Shape, rounds: int, peers: list[str]) -> tuple[dict[str, float], dict[str, str]]:
    """The microseconds of all that render the same, and why the others are left out."""
    app = make_app(StockEnvironment, shape)
    works: dict[str, Work] = {}
    absent: dict[str, str] = {}
    with request_to(app):
        stock = app.jinja_env.get_template("main.html")
        works["stock"] = lambda: stock.render(shape.context)
        fast_app = make_app(fast_environment(), shape)
        fast = fast_app.jinja_env.get_template("main.html")
        expected = stock.render(shape.context)
        for name, render in template_peers.renders(peers, app, shape, expected):
            if callable(render):
                works[name] = render
            else:
                absent[name] = render
    with request_to(fast_app):
        works["fast"] = lambda: fast.render(shape.context)
        if expected != (got := fast.render(shape.context)):
            raise SystemExit(f"{shape.name}: not the same\n{expected!r}\n{got!r}")
        return in_turn(works, rounds), absent


def compare_flask(rounds: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Flask's functions on the page of J4 and on a string."""
    shape = shapes()[0]
    apps = {"stock": make_app(StockEnvironment, shape), "fast": make_app(fast_environment(), shape)}
    source = shapes()[2].templates["main.html"]
    calls: dict[str, Callable[[], str]] = {
        "render_template, J4 page": lambda: render_template("main.html", **shape.context),
        "render_template_string, table": lambda: render_template_string(
            source, **shapes()[2].context
        ),
    }
    for name, call in calls.items():
        works = {side: _in_app(app, call, side == "fast") for side, app in apps.items()}
        yield name, in_turn(works, rounds)


def _in_app(app: Flask, call: Callable[[], str], fast: bool) -> Work:
    """The call in a request of the app, with Flask's `_render` or ours."""

    def many() -> None:
        templating._render = flask_render._render if fast else _STOCK_RENDER
        with request_to(app):
            for _ in range(MANY):
                call()

    return many


MANY = 50


def without_each(rounds: int) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Each technique with the shape that shows it: all techniques, and all but this one."""
    for name in names():
        shape = next((s for s in shapes() if s.name.startswith(SHOWN_BY.get(name, "-"))), None)
        if shape is None:
            continue
        less = Techniques(**{other: other != name for other in names()})
        with request_to(make_app(fast_environment(), shape)):
            works = {
                "all": renders(fast_environment(), shape),
                "without": renders(fast_environment(less), shape),
            }
            yield name, shape.name, in_turn(works, rounds)


def print_shapes(rounds: int, only: str | None, peers: list[str]) -> None:
    """The table of the shapes."""
    columns = ("stock", "fast", *peers)
    print(f"{'CPU us a render':32}" + "".join(f"{name:>10}" for name in columns) + f"{'ratio':>8}")
    reasons: dict[str, list[str]] = {}
    for shape in shapes():
        if only and only not in shape.name:
            continue
        found, absent = compare(shape, rounds, peers)
        cells = "".join(f"{found[n]:10.1f}" if n in found else f"{'-':>10}" for n in columns)
        print(f"{shape.name:32}{cells}{found['stock'] / found['fast']:8.2f}", flush=True)
        for peer, why in absent.items():
            reasons.setdefault(f"{peer}: {why[:60]}", []).append(shape.name)
    for reason, left_out in reasons.items():
        print(f"  {reason}: {'; '.join(left_out)}")


def print_flask(rounds: int) -> None:
    """The table of Flask's functions."""
    for name, found in compare_flask(rounds):
        stock, fast = found["stock"] / MANY, found["fast"] / MANY
        print(f"{name:32}{stock:10.1f}{fast:10.1f}{stock / fast:8.2f}", flush=True)


def print_techniques(rounds: int) -> None:
    """The table of the techniques."""
    print(f"{'technique':14}{'shape':32}{'all':>8}{'without':>9}")
    for name, shape, found in without_each(rounds):
        print(f"{name:14}{shape:32}{found['all']:8.1f}{found['without']:9.1f}", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.templates")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--only", help="shapes whose name has this in it, and nothing else")
    parser.add_argument("--costs", action="store_true", help="compile time and memory alone")
    parser.add_argument("--no-peers", action="store_true", help="leave the other engines out")
    options = parser.parse_args()
    urls.use_key(url_key)
    print(machine())
    print(versions())
    if not options.costs:
        print_renders(options)
    if not options.only:
        for line in costs(StockEnvironment, fast_environment(), options.rounds):
            print(line, flush=True)


def print_renders(options: argparse.Namespace) -> None:
    """Everything that renders."""
    peers = (
        [] if options.no_peers else template_peers.installed(lambda s: print(s, file=sys.stderr))
    )
    print_shapes(options.rounds, options.only, peers)
    if not options.only:
        print_flask(options.rounds)
        print_techniques(options.rounds)


if __name__ == "__main__":
    main()
