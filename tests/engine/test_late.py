"""Sessions of an interface that may be called late: what is seen is what Flask would have done."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import (
    Flask,
    Response,
    abort,
    flash,
    get_flashed_messages,
    redirect,
    request,
    session,
    stream_with_context,
)

from kolba import Kolba
from kolba.engine import explain, pieces
from kolba.engine.frame import PLAN
from kolba.guards import door
from kolba.sessions import StoredSessions


class Noted(StoredSessions):
    """Notes when it is called; declares what `StoredSessions` does."""

    calls: list[str]
    _kolba_opens_late = StoredSessions._kolba_opens_late
    _kolba_rests = StoredSessions._kolba_rests

    def open_session(self, app: Flask, request: Any) -> Any:
        self.calls.append("open")
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        self.calls.append("save")
        super().save_session(app, session, response)


class Paging(Noted):
    """Declares what is done with pages that only read, too."""

    _kolba_opens_late = StoredSessions._kolba_opens_late
    _kolba_rests = StoredSessions._kolba_rests
    _kolba_page = StoredSessions._kolba_page


class OnFlask(Kolba):
    """Flask's own dispatch behind the guards, though the engine is installed."""

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        enter = self.extensions.get(door.ENTER) or door.compile_door(self)
        return enter(self, partial(pieces.flask_wsgi_app, self), environ, start_response)


class Undeclared(StoredSessions):
    """A subclass that declares nothing of its own."""


def shop(folder: Path, *, by_flask: bool) -> Kolba:
    """An app with every kind of answer, on the engine or on Flask's own code."""
    app = (OnFlask if by_flask else Kolba)(__name__)
    app.config["KOLBA_STATE"] = f"sqlite:///{folder}/{by_flask}.sqlite3"
    late: list[str] = []

    @app.get("/text")
    def text() -> str:
        return "text"

    @app.get("/write")
    def write() -> str:
        session["n"] = session.get("n", 0) + 1
        return str(session["n"])

    @app.get("/read")
    def read() -> str:
        return str(sorted(session.items()))

    @app.get("/inside")
    def inside() -> str:
        session.setdefault("cart", [])
        return str(session["cart"])

    @app.get("/append")
    def append() -> str:
        session["cart"].append(len(session["cart"]))
        return "appended"

    @app.get("/bad")
    def bad() -> str:
        session["cart"].append(object())
        return "never sent"

    @app.get("/flash")
    def flashing() -> str:
        flash("hello")
        return "flashed"

    @app.get("/messages")
    def messages() -> str:
        return ", ".join(get_flashed_messages())

    @app.get("/lasting")
    def lasting() -> str:
        session.permanent = True
        return "lasting"

    @app.get("/away")
    def away() -> Any:
        return redirect("/text")

    @app.get("/stream")
    def stream() -> Any:
        def parts() -> Any:
            yield "n is "
            try:
                session["n"] = session.get("n", 0) + 1
                yield str(session["n"])
            except Exception as error:
                yield type(error).__name__

        return Response(stream_with_context(parts()))

    @app.get("/refused")
    def refused() -> None:
        abort(403)

    @app.get("/late")
    def last() -> str:
        return ", ".join(late)

    @app.teardown_request
    def teardown(error: BaseException | None) -> None:
        if "too-late" in request.args:
            try:
                session["n"] = 100
                late.append("written")
            except Exception as error:
                late.append(type(error).__name__)

    return app


PATHS = (
    *("/text", "/refused", "/none", "/away", "/stream", "/text?too-late=1", "/late"),
    *("/refused?too-late=1", "/away?too-late=1", "/late", "/write", "/text", "/write", "/stream"),
    *("/refused", "/none", "/away", "/text?too-late=1", "/late", "/write"),
    *("/read", "/inside", "/read", "/append", "/inside", "/bad", "/append", "/read"),
    *("/messages", "/flash", "/read", "/messages", "/messages", "/read?too-late=1", "/late"),
    *("/lasting", "/read", "/read"),
)


def answered(app: Kolba) -> list[Any]:
    """What a browser gets on its way, but for ids of sessions."""
    client = app.test_client()
    seen: list[Any] = []
    for path in PATHS:
        answer = client.get(path)
        headers = sorted((name, value.partition("=")[0]) for name, value in answer.headers)
        seen.append((path, answer.status, headers, answer.data))
    return seen


def test_late_sessions_answer_as_sessions_opened_at_once(tmp_path: Path) -> None:
    """Text, errors, redirects, streams, writes after the answer: the same by either dispatch."""
    by_flask = answered(shop(tmp_path, by_flask=True))
    assert answered(shop(tmp_path, by_flask=False)) == by_flask
    assert (
        by_flask[4][3].removeprefix(b"n is "),
        by_flask[9][3],
    ) == (b"TooLate", b"TooLate, TooLate, TooLate")


def test_a_page_that_only_read_its_session_is_not_saved_by_name(tmp_path: Path) -> None:
    """Whoever declares `_kolba_page` is asked instead of `save_session`; a change is saved."""
    app = shop(tmp_path, by_flask=False)
    interface = app.session_interface = Paging(app)
    interface.calls = []
    client = app.test_client()
    for path, expected in (("/inside", "[]"), ("/read", "[('cart', [])]"), ("/append", "appended")):
        assert client.get(path).text == expected
    assert interface.calls == ["open", "save", "open", "open", "save"]
    answer = client.get("/inside")
    assert answer.text == "[0]"
    assert (answer.headers["Vary"], answer.headers["Cache-Control"]) == ("Cookie", "private")


def test_a_session_that_nobody_touches_is_never_made(tmp_path: Path) -> None:
    """A text, with a cookie or without, calls neither method; a session that is used, both."""
    app = shop(tmp_path, by_flask=False)
    interface = app.session_interface = Noted(app)
    interface.calls = []
    client = app.test_client()
    client.get("/text")
    client.get("/refused")
    client.get("/away")
    assert interface.calls == []
    client.get("/write")
    assert interface.calls == ["open", "save"]
    client.get("/text")
    assert interface.calls == ["open", "save"]
    client.get("/away")  # it may lead a message on
    assert interface.calls == ["open", "save", "open", "save"]


@pytest.mark.parametrize("cls", [StoredSessions, Noted, Undeclared])
def test_a_subclass_declares_for_itself(tmp_path: Path, cls: type[StoredSessions]) -> None:
    """A subclass that declares nothing is opened and saved when Flask does it."""
    app = shop(tmp_path, by_flask=False)
    app.session_interface = cls(app)
    vars(app.session_interface).setdefault("calls", [])
    left = [reason for reason in explain(app).app_reasons if reason.startswith("session")]
    assert bool(left) is (cls is Undeclared)


def test_an_ordinary_app_is_compiled_whole(tmp_path: Path) -> None:
    """Nothing of a `Kolba` app as it comes is left to Flask's own code."""
    app = shop(tmp_path, by_flask=False)
    app.test_client().get("/text")
    assert explain(app).app_reasons == ()
    assert not app.__dict__[PLAN].fallbacks


def test_a_session_needs_no_request_until_somebody_asks_for_one(tmp_path: Path) -> None:
    """A page that only reads its session makes no request; what it writes later knows the same."""
    app = shop(tmp_path, by_flask=False)
    seen: list[Any] = []

    @app.get("/look")
    def look() -> str:
        frame = request_context_of().__dict__
        seen.append((session.get("n"), "request" in frame))
        session_of = session._get_current_object()  # type: ignore[attr-defined]
        seen.append(session_of._request is request._get_current_object())  # type: ignore[attr-defined]
        return "looked"

    client = app.test_client()
    client.get("/write")
    assert client.get("/look").text == "looked"
    assert seen == [(1, False), True]


def test_messages_and_a_log_out_need_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the page that shows a message nor the end of a session makes one."""
    # Where that is imported, a hook asks each form for its endpoint, and so for the request.
    monkeypatch.delitem(sys.modules, "flask_wtf", raising=False)
    app = shop(tmp_path, by_flask=False)
    contexts: list[Any] = []

    @app.get("/show")
    def show() -> str:
        contexts.append(request_context_of())
        return ", ".join(get_flashed_messages())

    @app.post("/leave")
    def leave() -> Any:
        contexts.append(request_context_of())
        session.clear()
        return redirect("/text")

    client = app.test_client()
    client.get("/flash")
    assert client.get("/show").text == "hello"
    assert client.post("/leave").headers["Set-Cookie"].startswith("session=;")
    assert ["request" in context.__dict__ for context in contexts] == [False, False]


def request_context_of() -> Any:
    """The request context, without what the proxies ask of it."""
    return pieces.current_request()


def test_a_session_is_opened_by_what_stands_in_the_place_of_open_session(tmp_path: Path) -> None:
    """Put on the interface, or on its class: it is called, as Flask would call it."""
    app = shop(tmp_path, by_flask=False)
    client = app.test_client()
    client.get("/write")
    stock, calls = StoredSessions.open_session, []

    def counted(self: Any, app: Flask, request: Any) -> Any:
        calls.append(request.path)
        return stock(self, app, request)

    interface: Any = app.session_interface
    interface.open_session = partial(counted, interface)
    assert client.get("/read").text == "[('n', 1)]"
    del interface.open_session
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(StoredSessions, "open_session", counted)
        assert client.get("/read").text == "[('n', 1)]"
    assert client.get("/read").text == "[('n', 1)]"
    assert calls == ["/read", "/read"]


@pytest.mark.parametrize("header", ['a="1\\0732"; {}', "a=\u00e9; {}", "a=\u00ff\u00fe; {}"])
def test_a_session_among_odd_cookies_is_found(tmp_path: Path, header: str) -> None:
    """Quotes, and bytes that are no UTF-8, beside its cookie: found by either dispatch."""
    for by_flask in (True, False):
        app = shop(tmp_path, by_flask=by_flask)
        [cookie] = app.test_client().get("/write").headers.getlist("Set-Cookie")
        headers = {"Cookie": header.format(cookie.partition(";")[0])}
        assert app.test_client(use_cookies=False).get("/read", headers=headers).text == "[('n', 1)]"
