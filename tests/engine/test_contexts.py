"""Contexts end with their request, however it ends."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask, Response, g, request, session, stream_with_context
from flask.globals import _cv_app, _cv_request, app_ctx, request_ctx
from werkzeug.test import EnvironBuilder

from kolba import engine

engine.install()

Refs = list[weakref.ref[Any]]


class Shop:
    """An app that remembers, weakly, every context and request that it ran in."""

    def __init__(self, **config: Any) -> None:
        self.refs: Refs = []
        self.torn: list[str] = []
        self.app = Flask(__name__)
        self.app.config.update(config, SECRET_KEY="a key of thirty-two characters!!")
        self.app.teardown_request(lambda error: self.torn.append(f"request {error!r}"))
        self.app.teardown_appcontext(lambda error: self.torn.append(f"app {error!r}"))
        self.app.logger.disabled = True  # a captured record would hold the traceback
        self.rule("/", lambda: "index")

    def rule(self, path: str, view: Callable[..., Any]) -> None:
        """A view that first remembers where it runs."""

        def remembering() -> Any:
            things = (request_ctx, app_ctx, request)
            self.refs += [weakref.ref(thing._get_current_object()) for thing in things]  # type: ignore[attr-defined]
            g.user, session["user"] = "ann", "ann"
            return view()

        self.app.add_url_rule(path, path, remembering)

    def ask(self, path: str = "/") -> Any:
        """The iterable that the server would get."""
        return self.app(EnvironBuilder(path).get_environ(), lambda status, headers: None)  # type: ignore[arg-type,return-value]

    @property
    def alive(self) -> list[Any]:
        """The contexts and requests that still are."""
        return [ref() for ref in self.refs if ref() is not None]


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """After each test there is no context, and it was not the collector who took it away."""
    gc.disable()
    yield
    gc.enable()
    assert (_cv_app.get(None), _cv_request.get(None)) == (None, None)


def fail() -> Any:
    raise LookupError("on purpose")


def test_a_view_that_raises_leaves_no_context() -> None:
    """The exception reaches the server or becomes a 500; either way the contexts are popped."""
    for config in ({}, {"PROPAGATE_EXCEPTIONS": True}):
        shop = Shop(**config)
        shop.rule("/fail", fail)
        try:
            shop.ask("/fail")
        except LookupError as error:
            error.__traceback__ = None
        assert shop.torn == ["request LookupError('on purpose')", "app LookupError('on purpose')"]
        assert _cv_request.get(None) is None
        gc.collect()  # a traceback holds frames, and they it: a cycle, in Flask too
        assert shop.alive == []


@pytest.mark.parametrize("registry", ["before_request", "after_request", "teardown_request"])
def test_a_hook_that_raises_leaves_no_context(registry: str) -> None:
    """Whichever hook raises, the next request starts from nothing."""
    shop = Shop()
    getattr(shop.app, registry)(lambda *_: fail())
    with suppress(LookupError):
        shop.ask()
    assert (_cv_app.get(None), _cv_request.get(None)) == (None, None)


def test_an_exit_passes_through_and_leaves_no_context() -> None:
    """SystemExit goes to the server, with teardown on its way."""
    shop = Shop()
    shop.rule("/exit", lambda: (_ for _ in ()).throw(SystemExit(3)))
    with pytest.raises(SystemExit):
        shop.ask("/exit")
    assert shop.torn == ["request SystemExit(3)", "app SystemExit(3)"]


def streaming() -> Response:
    def chunks() -> Iterator[str]:
        for n in range(1_000_000):
            yield f"{n} {request.path} {g.user}"

    return Response(stream_with_context(chunks()))


def test_a_client_that_leaves_in_mid_stream_ends_the_context() -> None:
    """`close` of a stream ends its generator and pops the context that it had taken along."""
    shop = Shop()
    shop.rule("/stream", streaming)
    answer = shop.ask("/stream")
    chunks = iter(answer)
    assert [next(chunks), next(chunks)] == [b"0 /stream ann", b"1 /stream ann"]
    answer.close()
    del answer, chunks
    # Once when the view had answered, once when the stream was closed: as in Flask.
    assert shop.torn == [
        "request None",
        "app None",
        "request GeneratorExit()",
        "app GeneratorExit()",
    ]
    assert shop.alive == []


def test_a_stream_that_nobody_finishes_leaves_nothing() -> None:
    """A generator that is dropped half-way takes its contexts with it, without a collector."""
    shop = Shop()
    shop.rule("/stream", streaming)
    chunks = iter(shop.ask("/stream"))
    assert next(chunks) == b"0 /stream ann"
    del chunks
    assert shop.alive == []
    assert (_cv_app.get(None), _cv_request.get(None)) == (None, None)


def test_a_stream_that_nobody_begins_leaves_nothing() -> None:
    """An answer that the server never iterates is freed with its contexts."""
    shop = Shop()
    shop.rule("/stream", streaming)
    shop.ask("/stream").close()
    assert shop.alive == []


def test_a_finished_request_is_freed_at_once() -> None:
    """Nothing of the engine holds a request that is over, though it was touched all over."""
    shop = Shop()
    shop.rule("/all", lambda: f"{request.args}{request.headers}{request.environ}{session}{g}")
    shop.ask("/all")
    assert shop.alive == []


def test_g_is_new_in_every_request() -> None:
    """What one request puts into `g` or its session, the next one does not see."""
    shop = Shop()
    seen: list[Any] = []
    shop.app.before_request(lambda: seen.append((g.get("user"), dict(session))))
    for _ in range(3):
        shop.ask()
    assert seen == [(None, {})] * 3


def test_a_context_that_was_there_before_stays() -> None:
    """A request inside of `app.app_context()` shares that context and gives it back."""
    shop = Shop()
    with shop.app.app_context():
        g.mine = 1
        shop.ask()
        assert (g.mine, g.user) == (1, "ann")
        assert shop.torn == ["request None"]
    assert shop.torn == ["request None", "app None"]
