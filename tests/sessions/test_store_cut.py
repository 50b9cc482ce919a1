"""The connection to the server is cut at each exchange of a request in turn: the page, or a 503."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import (
    Response,
    abort,
    flash,
    redirect,
    render_template_string,
    request,
    session,
    stream_with_context,
)
from flask.testing import FlaskClient
from pydantic import BaseModel, Field

from kolba import Form, Kolba
from kolba.login import log_in, log_out, login_required
from kolba.sessions import for_user
from kolba.stores import store_of
from tests.stores.conftest import prefix

BROWSER = {
    "Accept": "text/html",
    "Origin": "http://localhost",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
}
LAYOUT = "{{ session.get('user') }} {{ get_flashed_messages() }} "
MOST = 12  # exchanges of a request


class Cutter:
    """A proxy that hands on what is sent to a server, until it has to cut all off."""

    def __init__(self, port: int, listener: socket.socket, url: str) -> None:
        self._to, self._listener = port, listener
        self.url = url.replace(f":{port}/", f":{listener.getsockname()[1]}/")
        self.passes: int | None = None  # how many exchanges; None is all
        self.cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                for run in (self._ask, self._answer):
                    threading.Thread(target=run, args=(client, server), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while (sent := client.recv(65536)) and self._may_pass():
                server.sendall(sent)
        for one in (client, server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError), client, server:
            while got := server.recv(65536):
                client.sendall(got)

    def _may_pass(self) -> bool:
        if self.passes is None:
            return True
        self.cut = self.passes == 0
        self.passes -= not self.cut
        return not self.cut


@pytest.fixture(params=["redis", "postgres"])
def cutter(request: pytest.FixtureRequest) -> Iterator[Cutter]:
    server = request.getfixturevalue(f"{request.param}_server")
    apart = "prefix" if request.param == "redis" else "schema"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Cutter(server.port, listener, f"{server.url}?{apart}={prefix()}")
        listener.shutdown(socket.SHUT_RDWR)


class Order(BaseModel):
    name: str = Field(min_length=3)


def page(text: str = "page", **values: Any) -> str:
    return render_template_string(LAYOUT + text, **values)


def create_app(url: str) -> Kolba:
    """A site whose every page, those for errors too, shows who is here and the messages."""
    app = Kolba("shop")
    app.config.update(KOLBA_STATE=url, SECRET_KEY="of the tests")
    app.login_view = "enter"
    for code in (401, 403, 404, 500, 503):
        app.register_error_handler(code, lambda error: (page("sorry"), error.code))
    app.add_url_rule("/page", "page", page)
    app.add_url_rule("/gated", "gated", login_required(page), methods=["GET", "POST"])

    @app.after_request
    def named(response: Response) -> Response:
        if request.path == "/hooked":
            response.headers["X-User"] = str(session.get("user"))
        if request.path == "/tallied":
            response.headers["X-Tally"] = str(session.increment("tally"))
            response.headers["X-List"] = str(session.append("list", 1))
        return response

    @app.get("/hooked")
    def hooked() -> str:
        return "hooked"

    @app.get("/tallied")
    def tallied() -> str:
        return "tallied"

    @app.get("/failing")
    def failing() -> None:
        raise RuntimeError("a mistake of the app's own")

    @app.get("/busy")
    def busy() -> None:
        abort(503)

    @app.post("/enter")
    def enter() -> Any:
        log_in("anna")
        flash("hello")
        return redirect("/page")

    @app.post("/leave")
    def leave() -> Any:
        log_out()
        flash("bye")
        return redirect("/page")

    @app.post("/count")
    def count() -> Any:
        session["kept"] = 1
        session.increment("n")
        session.append("list", 1)
        flash("counted")
        return redirect("/page")

    @app.get("/order")
    def ask(form: Form[Order]) -> str:
        return page("{{ form }}", form=form)

    @app.post("/order")
    def order(form: Form[Order]) -> Any:
        return form.redirect_back("/order")

    @app.get("/devices")
    def devices() -> str:
        return page(str(len(for_user("anna"))))

    @app.post("/revoke")
    def revoke() -> str:
        return str(for_user("anna").revoke_all())

    @app.post("/own")
    def own() -> str:
        return str(store_of(app).count("own", now=time.time(), expires=time.time() + 60))

    @app.get("/stream")
    def stream() -> Response:
        session["began"] = 1
        return Response(stream_with_context(iter(["a", "b"])))

    return app


REQUESTS = [
    *("GET /page", "GET /gated", "GET /hooked", "GET /tallied", "GET /failing", "GET /busy"),
    *("GET /nowhere", "GET /order", "GET /devices", "GET /stream", "GET /_kolba/form"),
    *("POST /enter", "POST /leave", "POST /count", "POST /order", "POST /gated", "POST /own"),
    *("POST /revoke", "POST /_kolba/form"),
]


@pytest.mark.parametrize("known", [False, True], ids=["a stranger", "anna"])
@pytest.mark.parametrize("asked", REQUESTS)
def test_a_request_whose_store_is_cut_off_is_answered_as_ever_or_503(
    cutter: Cutter, asked: str, known: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """With `Retry-After`, whichever exchange it is, and whatever asks; no other error is logged."""
    method, path = asked.split()
    for passes in range(MOST):
        cutter.passes, cutter.cut = None, False
        app = create_app(cutter.url)
        client = app.test_client()
        if known:
            _visit(client, "POST", "/enter")
            _visit(client, "POST", "/order")
        else:
            _visit(client, "POST", "/own")  # the connection is there
        caplog.clear()
        cutter.passes = passes
        answer = _visit(client, method, path)
        if answer.status_code == 503 and path != "/busy":
            assert int(answer.headers["Retry-After"]) > 0
            assert "Set-Cookie" not in answer.headers
        assert answer.status_code != 500 or path == "/failing"
        said = [one for one in caplog.records if one.exc_info]
        assert len(said) == (path == "/failing")
        was_cut = cutter.cut
        cutter.passes = None
        store_of(app).close()
        if not was_cut:
            return
    raise AssertionError(f"more than {MOST} exchanges")


def _visit(client: FlaskClient, method: str, path: str) -> Any:
    data = {"name": "x"} if method == "POST" else None
    return client.open(path, method=method, data=data, headers=BROWSER, buffered=True)
