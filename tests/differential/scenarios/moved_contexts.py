"""Contexts that hooks, receivers, views and teardowns push or pop in the midst of a request."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

import flask
from flask import Blueprint, after_this_request, g, request, session
from flask.globals import app_ctx, request_ctx

from tests.differential.collect import table
from tests.differential.trace import Trace, error_text

Act = Callable[..., None]

_MOVES = (
    *("push", "pop", "push the same", "push another app's"),
    *("push an app context", "pop the app context"),
)
_PATHS = ("/", "/?write=1", "/v", "/bp/page", "/bp/v/", "/nowhere", "/bp/v")
_SIGNALS = (
    *("request_started", "request_finished", "request_tearing_down"),
    *("appcontext_pushed", "appcontext_tearing_down", "appcontext_popped"),
)


def _move(app: flask.Flask, other: flask.Flask, move: str, kept: list[object]) -> None:
    if move == "push":
        kept.append(app.test_request_context("/bp/page"))
        kept[-1].push()  # type: ignore[attr-defined]
    elif move == "push another app's":
        kept.append(other.test_request_context("/else"))
        kept[-1].push()  # type: ignore[attr-defined]
    elif move == "push the same":
        request_ctx.push()
    elif move == "push an app context":
        app.app_context().push()
    elif move == "pop the app context":
        app_ctx.pop()
    else:
        request_ctx.pop()


def _noting(t: Trace, scope: Any, name: str) -> None:
    """Every kind of hook of an app or a blueprint."""

    @scope.before_request
    def before() -> None:
        t.note("before", name, request.endpoint if flask.has_request_context() else "nothing")

    @scope.after_request
    def after(response: flask.Response) -> flask.Response:
        t.note("after", name)
        return response

    scope.url_value_preprocessor(lambda endpoint, values: t.note("pre", name, endpoint, values))
    scope.teardown_request(lambda error: t.note("teardown", name, error_text(error)))


def _views(app: flask.Flask, bp: Blueprint, where: str, act: Act) -> None:
    def view(part: str = "-") -> str:
        if where == "after_this_request":
            after_this_request(lambda response: act() or response)
        elif where == "view":
            act()
        if flask.has_request_context() and "write" in request.args:
            session["seen"] = 1
        return f"page {part}"

    app.add_url_rule("/", "index", view)
    app.add_url_rule("/<part>", "part", view)
    bp.add_url_rule("/page", "page", view)
    bp.add_url_rule("/<part>/", "part", view)


def _hook(app: flask.Flask, where: str, act: Act) -> None:
    """Let `act` be called there."""
    if where == "before_request":
        app.before_request(act)
    elif where == "url_value_preprocessor":
        app.url_value_preprocessor(lambda endpoint, values: act())
    elif where == "after_request":
        app.after_request(lambda response: act() or response)
    elif where == "teardown_request":
        app.teardown_request(lambda error: act())
    elif where == "teardown_appcontext":
        app.teardown_appcontext(lambda error: act())
    elif where in _SIGNALS:
        getattr(flask, where).connect(lambda sender, **rest: act(), app, weak=False)


def _moves(t: Trace, move: str, where: str) -> None:
    app, bp, other = t.app(), Blueprint("bp", "bp", url_prefix="/bp"), t.app("other")
    t.watch_signals(app)
    t.watch_signals(other)
    kept: list[object] = []

    def act() -> None:
        if not kept:
            kept.append(act)
            t.attempt(move, _move, app, other, move, kept)

    first = where in ("before_request", "url_value_preprocessor")
    if first:
        _hook(app, where, act)
    _noting(t, app, "app")
    _noting(t, bp, "bp")
    if not first:
        _hook(app, where, act)
    app.teardown_appcontext(lambda error: t.note("app teardown", error_text(error)))
    _views(app, bp, where, act)
    app.register_blueprint(bp)
    for path in _PATHS:
        contextvars.copy_context().run(t.send, app, path)
        kept.clear()


@table(_MOVES)
def a_function_after_this_request(t: Trace, move: str) -> None:
    """Hooks after it are those of the context that is current then."""
    _moves(t, move, "after_this_request")


@table(_MOVES)
def a_preprocessor_of_url_values(t: Trace, move: str) -> None:
    """The next preprocessor gets what the context that is current then says."""
    _moves(t, move, "url_value_preprocessor")


@table(_MOVES)
def a_view_or_a_hook(t: Trace, move: str) -> None:
    """What comes after it is asked of the context that is current then."""
    for where in ("view", "before_request", "after_request"):
        _moves(t, move, where)


@table(_MOVES)
def a_teardown(t: Trace, move: str) -> None:
    """The end of the request finds what Flask's end finds."""
    for where in ("teardown_request", "teardown_appcontext"):
        _moves(t, move, where)


@table(_MOVES)
def a_receiver(t: Trace, move: str) -> None:
    """What comes after a signal is asked of the context that is current then."""
    for where in _SIGNALS:
        contextvars.copy_context().run(_moves, t, move, where)


@table(["do_teardown_appcontext", "do_teardown_request", "preprocess_request", "pop"])
def what_a_teardown_sets_counts_at_once(t: Trace, name: str) -> None:
    """A teardown or a receiver may replace what comes after it."""
    for where in ("teardown_request", "request_tearing_down", "request_started"):
        app = t.app()
        app.teardown_appcontext(lambda error: t.note("app teardown", error_text(error)))
        app.before_request(lambda: t.note("before"))

        def act(name: str = name, app: flask.Flask = app) -> None:
            holder = app_ctx if name == "pop" else app
            setattr(holder, name, lambda *args: t.note("own", name, args))

        _hook(app, where, act)
        app.add_url_rule("/", "index", lambda: "page")
        app.add_url_rule("/g", "kept", lambda: f"page {g.get('kept')}")
        app.add_url_rule("/boom", "boom", lambda: 1 / 0)
        for path in ("/", "/g", "/boom", "/nowhere"):
            if not (name == "pop" and where == "request_started"):  # docs/fallbacks.md
                contextvars.copy_context().run(t.send, app, path)


def _tamper(how: str) -> None:
    context = request_ctx._get_current_object()  # type: ignore[attr-defined]
    if how == "cleared":
        context._cv_tokens.clear()
    elif how == "the app's cleared":
        app_ctx._cv_tokens.clear()
    elif how == "twice":
        context._cv_tokens.append(context._cv_tokens[0])
    elif how == "the app's twice":
        app_ctx._cv_tokens.append(app_ctx._cv_tokens[0])
    else:
        context._cv_tokens = None


@table(["cleared", "the app's cleared", "twice", "the app's twice", "nothing"])
def tokens_that_somebody_has_changed(t: Trace, how: str) -> None:
    """A context whose tokens are not as they were ends as Flask ends it."""
    for where in ("view", "before_request", "after_this_request", "request_finished"):
        app = t.app(PROPAGATE_EXCEPTIONS=True)

        def act() -> None:
            _tamper(how)

        bp = Blueprint("bp", "bp", url_prefix="/bp")
        _hook(app, where, act)
        _views(app, bp, where, act)
        app.register_blueprint(bp)
        app.teardown_appcontext(lambda error: t.note("app teardown", error_text(error)))
        app.teardown_request(lambda error: t.note("teardown", error_text(error)))
        for path in _PATHS:
            error = contextvars.copy_context().run(t.send, app, path).error
            t.note("in place of", error_text(error.__context__ if error else None))
