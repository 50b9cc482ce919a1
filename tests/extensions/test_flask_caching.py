"""Flask-Caching: cached views, memoized functions, the template tag, and all ways to forget."""

from __future__ import annotations

from itertools import count

import time_machine
from flask import Flask, Response, make_response, render_template_string, request
from flask_caching import Cache

from tests.journey import compare
from tests.journey.player import NOW, Visitor

CALLS: list[str] = []
FRAGMENT = "{% cache 60, 'fragment' %}{{ next() }}{% endcache %} {{ next() }}"


def create_app() -> Flask:
    app = Flask(__name__)
    cache = Cache(app, config={"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 60})
    numbers = count(1)
    app.jinja_env.globals["next"] = numbers.__next__

    @app.get("/view")
    @cache.cached(timeout=30)
    def view() -> str:
        return called(f"view {next(numbers)}")

    @app.get("/query")
    @cache.cached(query_string=True, unless=lambda: "fresh" in request.args)
    def query() -> str:
        return called(f"query {request.args.get('q')} {next(numbers)}")

    @app.get("/status")
    @cache.cached(response_filter=lambda answer: answer.status_code == 200)
    def status() -> Response:
        return make_response(called(f"status {next(numbers)}"), int(request.args.get("code", 200)))

    @app.get("/etag")
    @cache.cached(response_hit_indication=True)
    def etag() -> Response:
        answer = make_response(called("etag"))
        answer.add_etag()
        answer.set_cookie("seen", "1")
        return answer.make_conditional(request)

    add_memory(app, cache, numbers)
    return app


def add_memory(app: Flask, cache: Cache, numbers: count[int]) -> None:
    @cache.memoize(timeout=30)
    def square(value: int, note: str = "") -> int:
        called(f"square {value} {note}")
        return value * value

    @app.get("/square/<int:value>")
    def squared(value: int) -> str:
        return f"{square(value)} {square(value, note='again')}"

    @app.post("/forget/<what>")
    def forget(what: str) -> str:
        if what == "all":
            cache.clear()
        elif what == "view":
            cache.delete("view//view")
        else:
            cache.delete_memoized(square, int(what))
        return what

    @app.get("/fragment")
    def fragment() -> str:
        return render_template_string(FRAGMENT)


def called(what: str) -> str:
    CALLS.append(what)
    return what


def journey(visitor: Visitor) -> None:
    twice(visitor, "/view", "/query?q=1", "/query?q=2", "/query?q=1&fresh=1", "/fragment")
    twice(visitor, "/status?code=500", "/status", "/status?code=500", "/square/3", "/square/4")
    answer = twice(visitor, "/etag")
    visitor.get("/etag", headers={"If-None-Match": answer})
    visitor.open("/view", method="HEAD")
    for what, path in (("view", "/view"), ("3", "/square/3"), ("all", "/square/4")):
        visitor.post(f"/forget/{what}")
        twice(visitor, path)
    with time_machine.travel(NOW + 31, tick=False):
        twice(visitor, "/view", "/square/3", "/query?q=1")
    visitor.note("calls", CALLS)


def twice(visitor: Visitor, *paths: str) -> str:
    """The second answer is the cache's; gives back the last ETag."""
    for path in paths:
        visitor.get(path)
        etag = visitor.get(path).headers.get("ETag", "")
    return etag


def test_flask_caching() -> None:
    """What is cached, for how long and under which key is the same on the engine as on Flask."""
    played = compare(__name__)
    calls = next(line for line in played["flask"].lines if line.startswith("= calls"))
    assert calls.count("'square 4 '") == 2, "memoize kept it, and forgot it once"
