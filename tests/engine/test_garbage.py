"""A compiled request leaves nothing for the garbage collector: reference counts free it all."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import flask
import pytest
from flask import Flask, Response, g, request, session, url_for
from jinja2 import DictLoader
from werkzeug.test import EnvironBuilder

from kolba import engine

engine.install()

TIMES = 5


def shop() -> Flask:
    """An app with hooks, as extensions leave one, and a view of each kind."""
    app = Flask(__name__)
    app.secret_key = "a key of thirty-two characters!!"
    app.jinja_loader = DictLoader({"page": PAGE})
    app.before_request(lambda: setattr(g, "seen", request.path))
    app.after_request(lambda response: response)
    app.teardown_request(lambda error: None)
    app.teardown_appcontext(lambda error: None)
    app.register_error_handler(403, lambda error: ("no", 403))
    app.add_url_rule("/", "index", lambda: "index")
    app.add_url_rule("/item/<int:n>", "item", lambda n: f"{n} {request.args.get('q')}")
    app.add_url_rule("/headers", "headers", lambda: request.headers["Host"])
    app.add_url_rule("/environ", "environ", lambda: request.environ["PATH_INFO"])
    app.add_url_rule("/links", "links", lambda: url_for("item", n=1, _external=True))
    app.add_url_rule("/json", "json", lambda: {"got": request.get_json()}, methods=["POST"])
    app.add_url_rule("/form", "form", lambda: request.form["a"], methods=["POST"])
    app.add_url_rule("/count", "count", lambda: session.update(n=1) or "counted")
    app.add_url_rule("/go", "go", lambda: flask.redirect(url_for("index")))
    app.add_url_rule("/made", "made", lambda: Response("made", 201))
    app.add_url_rule("/stream", "stream", lambda: Response(iter("ab")))
    app.add_url_rule("/page", "page", lambda: flask.render_template("page", rows=[1, 2]))
    app.add_url_rule("/abort", "abort", lambda: flask.abort(403))
    app.add_url_rule("/dir/", "dir", lambda: "dir")
    return app


PAGE = "{% for row in rows %}{{ url_for('item', n=row) }}{{ session.n }}{% endfor %}"
ASKED: dict[str, Callable[[], EnvironBuilder]] = {
    "text": lambda: EnvironBuilder("/"),
    "arguments": lambda: EnvironBuilder("/item/3", query_string="q=x"),
    "headers": lambda: EnvironBuilder("/headers"),
    "environ": lambda: EnvironBuilder("/environ"),
    "external URL": lambda: EnvironBuilder("/links"),
    "JSON": lambda: EnvironBuilder("/json", method="POST", json={"x": [1]}),
    "form": lambda: EnvironBuilder("/form", method="POST", data={"a": "1"}),
    "session": lambda: EnvironBuilder("/count"),
    "redirect": lambda: EnvironBuilder("/go"),
    "response": lambda: EnvironBuilder("/made"),
    "stream": lambda: EnvironBuilder("/stream"),
    "template": lambda: EnvironBuilder("/page"),
    "HEAD": lambda: EnvironBuilder("/", method="HEAD"),
    "OPTIONS": lambda: EnvironBuilder("/", method="OPTIONS"),
    "slash": lambda: EnvironBuilder("/dir"),
    "404": lambda: EnvironBuilder("/none"),
    "405": lambda: EnvironBuilder("/", method="DELETE"),
    "abort": lambda: EnvironBuilder("/abort"),
    "static": lambda: EnvironBuilder("/static/none"),
}


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The collector runs when a test says so."""
    gc.disable()
    yield
    gc.enable()


def left_behind(app: Flask, asked: Callable[[], EnvironBuilder]) -> int:
    """How many objects `TIMES` requests leave that only the collector can free."""

    def ask() -> None:
        environ = asked().get_environ()
        statuses: list[str] = []
        chunks = app.wsgi_app(environ, lambda status, headers: statuses.append(status))  # type: ignore[arg-type,return-value]
        b"".join(chunks)
        getattr(chunks, "close", lambda: None)()
        assert statuses[0] < "500"

    for _ in range(3):
        ask()
    gc.collect()
    for _ in range(TIMES):
        ask()
    return gc.collect()


@pytest.mark.parametrize("kind", ASKED)
def test_nothing_is_left(kind: str) -> None:
    """However much of a request was touched, no cycle is left when it has been answered."""
    assert left_behind(shop(), ASKED[kind]) == 0


def test_the_test_would_notice() -> None:
    """A view that leaves one cycle is seen: the measure measures."""
    app = shop()

    def careless() -> str:
        cycle: list[object] = []
        cycle.append(cycle)
        return "careless"

    app.add_url_rule("/careless", "careless", careless)
    assert left_behind(app, lambda: EnvironBuilder("/careless")) == TIMES


def test_flask_itself_leaves_some() -> None:
    """Why there is a promise at all: Flask's own code leaves cycles for the same request."""
    from kolba.engine.pieces import flask_wsgi_app

    app = shop()
    app.url_map._matcher.match = app.url_map._matcher.match  # type: ignore[method-assign]
    app.wsgi_app = lambda environ, start: flask_wsgi_app(app, environ, start)  # type: ignore[method-assign]
    assert left_behind(app, ASKED["text"]) > 0
