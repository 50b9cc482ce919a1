"""Sessions of an interface that may be called late: what is seen is what Flask would have done."""

from __future__ import annotations

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

from kolba import Kolba, door
from kolba.engine import explain, run
from kolba.engine.frame import PLAN
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
        return enter(self, partial(run.flask_wsgi_app, self), environ, start_response)


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
