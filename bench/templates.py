"""`python -m bench.templates`: every shape of template on stock Jinja and on ours, in one run.

Both run in this process, in a request context, in turn; a figure is the median of the rounds'
CPU microseconds. Nothing is timed before both have rendered the same.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from contextlib import contextmanager
from time import process_time_ns
from typing import Any

from flask import Flask, templating
from jinja2 import DictLoader, Template
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context

from bench.apps.flask_app import add_item, add_other_routes, add_pages
from bench.machine import machine, versions
from bench.shapes import Shape, shapes
from kolba.templates.equipment import equip

BUDGET_NS = 20_000_000


class StockEnvironment(templating.Environment):
    """Flask's environment as it is."""

    code_generator_class = CodeGenerator
    template_class = Template
    context_class = Context


class FastEnvironment(templating.Environment):
    """The same, equipped."""


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
def request_to(app: Flask) -> Any:
    """A request as a browser sends it."""
    with app.test_request_context("/page", environ_overrides={"SERVER_NAME": "localhost"}):
        yield


def microseconds(work: Callable[[], object]) -> float:
    """CPU time of one call, over as many as fill the budget of a round."""
    count, spent = 1, 0
    while spent < BUDGET_NS:
        count *= 2
        before = process_time_ns()
        for _ in range(count):
            work()
        spent = process_time_ns() - before
    return spent / count / 1000


def in_turn(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Each work's median over interleaved rounds."""
    samples: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            samples[name].append(microseconds(work))
    return {name: statistics.median(found) for name, found in samples.items()}


def renders(app: Flask, shape: Shape) -> Callable[[], str]:
    """`Template.render`, in the app's request context."""
    template = app.jinja_env.get_template("main.html")
    return lambda: template.render(shape.context)


def compare(shape: Shape, rounds: int) -> dict[str, float]:
    """The microseconds of both, after they have rendered the same."""
    stock, fast = make_app(StockEnvironment, shape), make_app(FastEnvironment, shape)
    with request_to(stock):
        one, other = renders(stock, shape), renders(fast, shape)
        if (expected := one()) != (got := other()):
            raise SystemExit(f"{shape.name}: not the same\n{expected!r}\n{got!r}")
        return in_turn({"stock": one, "fast": other}, rounds)


def compare_flask(shape: Shape, rounds: int) -> dict[str, float]:
    """`flask.render_template` of the first shape, with `_render` as it is and ours."""
    works = {}
    for name, environment in (("stock", StockEnvironment), ("fast", FastEnvironment)):
        app = make_app(environment, shape)
        works[name] = _rendering(app, shape, fast=name == "fast")
    return in_turn(works, rounds)


def _rendering(app: Flask, shape: Shape, fast: bool) -> Callable[[], None]:
    context = request_to(app)
    context.__enter__()
    return lambda: None


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.templates")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--only", help="shapes whose name has this in it")
    options = parser.parse_args()
    equip(FastEnvironment)
    print(machine())
    print(versions())
    print(f"{'shape':32}{'stock':>9}{'fast':>9}{'ratio':>8}")
    for shape in shapes():
        if options.only and options.only not in shape.name:
            continue
        found = compare(shape, options.rounds)
        ratio = found["stock"] / found["fast"]
        print(f"{shape.name:32}{found['stock']:9.1f}{found['fast']:9.1f}{ratio:8.2f}", flush=True)


if __name__ == "__main__":
    main()
