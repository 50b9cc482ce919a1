"""One application, asked and changed by many threads at once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask, g, request, session
from flask.globals import _cv_app, _cv_request
from flask.wrappers import Response
from werkzeug.test import EnvironBuilder

from kolba import engine

engine.install()

THREADS = 8
APPS = 30
ROUNDS = 150


def ask(app: Flask, path: str, **more: Any) -> tuple[str, bytes, dict[str, str]]:
    """Status, body and headers of one request, through WSGI alone."""
    found: list[Any] = []
    environ = EnvironBuilder(path, **more).get_environ()
    chunks = app(environ, lambda status, headers: found.extend((status, headers)))  # type: ignore[arg-type,return-value]
    body = b"".join(chunks)
    getattr(chunks, "close", lambda: None)()
    assert (_cv_app.get(None), _cv_request.get(None)) == (None, None)
    return found[0], body, dict(found[1])


def together(*tasks: Callable[[], Any]) -> list[Any]:
    """Run all tasks, each in a thread, from the same moment on; the first error is raised."""
    barrier = threading.Barrier(len(tasks))

    def start(task: Callable[[], Any]) -> Any:
        barrier.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result() for future in [pool.submit(start, task) for task in tasks]]


def shop() -> Flask:
    app = Flask(__name__)
    app.secret_key = "a key of thirty-two characters!!"
    app.before_request(lambda: setattr(g, "user", request.args["user"]))
    app.after_request(lambda response: response)

    def item(n: int) -> str:
        session["n"] = n
        return f"{n} {g.user} {request.path}"

    for n in range(40):
        app.add_url_rule(f"/r{n}/<int:n>", f"r{n}", item)
    return app


def asking(app: Flask, n: int) -> Callable[[], Any]:
    return lambda: ask(app, f"/r{n}/{n}?user=u{n}")


def test_the_first_request_may_come_from_many_threads() -> None:
    """However many threads compile an app at once, each gets its own right answer, counted once."""
    before = engine.stats()["compiled"]
    for _ in range(APPS):
        app = shop()
        found = together(*[asking(app, n) for n in range(THREADS)])
        assert [body for _, body, _ in found] == [
            f"{n} u{n} /r{n}/{n}".encode() for n in range(THREADS)
        ]
    assert engine.stats()["compiled"] - before == APPS * THREADS


def test_nobody_sees_another_threads_request() -> None:
    """Paths, `g`, cookies and sessions of 8 threads never mix."""
    app = shop()

    def visitor(n: int) -> None:
        cookie = ""
        for turn in range(ROUNDS):
            path = f"/r{n}/{turn}?user=u{n}"
            _, body, headers = ask(app, path, headers={"Cookie": cookie})
            assert body == f"{turn} u{n} /r{n}/{turn}".encode()
            cookie = headers["Set-Cookie"].partition(";")[0]
            with app.test_request_context(headers={"Cookie": cookie}):
                assert session["n"] == turn

    together(*[lambda n=n: visitor(n) for n in range(THREADS)])  # type: ignore[misc]


def test_an_app_may_change_while_it_is_asked() -> None:
    """While every registry changes, each answer is a whole one: the old app's or the new one's."""
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "a")
    app.add_url_rule("/gone", "gone", lambda: "gone")
    index = app.url_map._rules_by_endpoint["index"][0]
    done = threading.Event()

    def hook() -> str:
        return "hooked"

    def header(response: Any) -> Any:
        response.headers["X-Seen"] = "1"
        return response

    changes: list[Callable[[], Any]] = [
        lambda: app.view_functions.update(index=lambda: "b"),
        lambda: app.before_request_funcs.setdefault(None, []).append(hook),
        lambda: app.before_request_funcs[None].remove(hook),
        lambda: app.after_request_funcs.setdefault(None, []).append(header),
        lambda: app.after_request_funcs[None].remove(header),
        lambda: app.config.update(APPLICATION_ROOT="/", SESSION_COOKIE_NAME="other"),
        lambda: setattr(app, "response_class", type("Own", (Response,), {})),
        lambda: delattr(app, "response_class"),
        lambda: setattr(app, "make_response", lambda rv: Response(f"made {rv}")),
        lambda: delattr(app, "make_response"),
        lambda: index.methods.add("PUT"),  # type: ignore[union-attr]
        lambda: setattr(app.url_map, "strict_slashes", not app.url_map.strict_slashes),
        lambda: setattr(Response, "default_mimetype", "text/html"),
        lambda: app.view_functions.update(index=lambda: "a"),
    ]

    begun = threading.Semaphore(0)

    def change() -> None:
        try:
            # On a busy machine all could be over before anybody has asked.
            for _ in range(THREADS):
                begun.acquire()
            for _ in range(ROUNDS // 4):
                for one in changes:
                    one()
        finally:
            done.set()

    def visit() -> int:
        asked = 0
        begun.release()
        while not (done.is_set() and asked):
            status, body, headers = ask(app, "/")
            assert (status, headers["Content-Type"]) == ("200 OK", "text/html; charset=utf-8")
            assert body in {b"a", b"b", b"hooked", b"made a", b"made b", b"made hooked"}
            assert headers["Content-Length"] == str(len(body))
            assert ask(app, "/none")[0] == "404 NOT FOUND"
            asked += 2
        return asked

    found = together(change, *[visit] * THREADS)
    assert sum(found[1:]) > THREADS
    assert ask(app, "/")[1] == b"a"


@pytest.fixture()
def eager_switches() -> Iterator[None]:
    """Threads take turns every ten microseconds, so that races show."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("attempt", range(5))
@pytest.mark.usefixtures("eager_switches")
def test_routes_may_be_added_while_others_are_asked(attempt: int) -> None:
    """A route answers from the moment that adding it returned; the ones before never stop to.

    With plain Flask they do: a list that one thread sorts is empty for the others (404), and a
    dict that grows while one walks it is an error (500).
    """
    app = Flask(__name__)
    app.add_url_rule("/first/<int:n>", "first", lambda n: str(n))
    added = [0]

    def add() -> None:
        for n in range(1, 60):
            # The methods that register are for the time before the first request; the map is not.
            app.view_functions[f"late{n}"] = lambda n=n, **_: f"late {n}"
            app.url_map.add(app.url_rule_class(f"/late{n}/<x>", endpoint=f"late{n}"))
            added[0] = n

    def visit() -> None:
        while added[0] < 59:
            last = added[0]
            app_answer = ask(app, f"/first/{last}")
            assert app_answer[1] == str(last).encode()
            if last:
                assert ask(app, f"/late{last}/x")[1] == f"late {last}".encode()

    together(add, *[visit] * THREADS)
