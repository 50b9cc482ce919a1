"""What PEP 3333 promises an application, through the server and through others."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from kolba.server.wsgi import prompt
from tests.cli.conftest import PATIENCE, Serve, environment, eventually
from tests.ports import free_port

ODD = """
    import time

    from flask import Flask, Response, request, stream_with_context

    app = Flask(__name__)


    def note(text):
        with open("notes", "a") as notes:
            notes.write(text + "\\n")


    class Chunks:
        def __init__(self, count):
            self.left = count

        def __iter__(self):
            return self

        def __next__(self):
            if not self.left:
                raise StopIteration
            self.left -= 1
            return b"x" * 1000

        def close(self):
            note(f"closed with {self.left} left")


    def odd(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Chunks(3 if environ["PATH_INFO"] == "/chunks" else 10**9)


    def late(environ, start_response):
        start_response("201 CREATED", [("X-Late", "yes")])
        if environ["PATH_INFO"] == "/late-error":
            raise RuntimeError("before the first chunk")
        yield b"late"


    flasks = app.wsgi_app


    def router(environ, start_response):
        path = environ["PATH_INFO"]
        inner = late if path.startswith("/late") else odd if "chunks" in path else flasks
        return inner(environ, start_response)


    app.wsgi_app = router


    @app.get("/text")
    def text():
        return "text"


    @app.get("/stream")
    def stream():
        return Response(stream_with_context(iter(["a", "", "b"])), headers={"X-Stream": "1"})


    @app.post("/echo")
    def echo():
        return request.get_data()


    @app.get("/status/<int:code>")
    def status(code):
        return "", code, {"ETag": '"1"'}


    @app.get("/file")
    def file():
        from flask import send_file

        return send_file("odd.py", conditional=True)


    @app.get("/path/<path:rest>")
    def path(rest):
        return f"{rest}|{request.query_string.decode()}|{request.remote_addr}"


    @app.get("/cookies")
    def cookies():
        response = Response("")
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response
    """


@pytest.fixture
def odd(write: Callable[..., Path]) -> Path:
    """`odd.py` in the test's folder: an application with every kind of answer."""
    return write("odd.py", ODD)


def exchange(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    """The bytes of one request that closes its connection."""
    head = [f"{method} {path} HTTP/1.1", "Host: shop", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


ANSWERS = {
    "a text": (exchange("GET", "/text"), b"200 OK", b"content-length: 4", b"text"),
    "its HEAD": (exchange("HEAD", "/text"), b"200 OK", b"content-length: 4", b""),
    "a stream": (
        exchange("GET", "/stream"),
        b"200 OK",
        b"transfer-encoding: chunked",
        b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n",
    ),
    "HEAD of a stream": (exchange("HEAD", "/stream"), b"200 OK", b"x-stream: 1", b""),
    "a late start": (
        exchange("GET", "/late"),
        b"201 Created",
        b"x-late: yes",
        b"4\r\nlate\r\n0\r\n\r\n",
    ),
    "a late error": (
        exchange("GET", "/late-error"),
        b"500 Internal Server Error",
        b"content-length: 0",
        b"",
    ),
    "204": (exchange("GET", "/status/204"), b"204 No Content", b'etag: "1"', b""),
    "304": (exchange("GET", "/status/304"), b"304 Not Modified", b'etag: "1"', b""),
    "a body": (
        exchange("POST", "/echo", "Content-Length: 5", body=b"hello"),
        b"200 OK",
        b"content-length: 5",
        b"hello",
    ),
    "a chunked body": (
        exchange(
            "POST", "/echo", "Transfer-Encoding: chunked", body=b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
        ),
        b"200 OK",
        b"content-length: 5",
        b"hello",
    ),
    "a range of a file": (
        exchange("GET", "/file", "Range: bytes=1-6"),
        b"206 Partial Content",
        b"content-length: 6",
        b"import",
    ),
    "a path": (
        exchange("GET", "/path/a%2Fb%20%D1%8F/?q=%20"),
        b"200 OK",
        b"content-type: text/html; charset=utf-8",
        "a/b я/|q=%20|127.0.0.1".encode(),
    ),
}


@pytest.mark.slow
def test_every_kind_of_answer_arrives(odd: Path, serve: Serve) -> None:
    """Lists, generators, files, HEAD, empty statuses and bodies arrive as PEP 3333 says."""
    served = serve("odd", "--workers", "1")
    for name, (request, status, header, body) in ANSWERS.items():
        head, _, rest = served.raw(request).partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        assert first == b"HTTP/1.1 " + status, name
        assert header in lines, name
        assert rest == body, name
    cookies = served.request("/cookies").headers.get_all("Set-Cookie")
    assert cookies == ["a=1; Path=/", "b=2; Path=/"]


@pytest.mark.slow
def test_close_is_called_once(odd: Path, serve: Serve, tmp_path: Path) -> None:
    """An answer's `close` runs once: after the last chunk, for HEAD, when the client leaves."""
    served = serve("odd", "--workers", "1")
    notes = tmp_path / "notes"
    served.raw(exchange("GET", "/chunks"))
    served.raw(exchange("HEAD", "/chunks"))
    with socket.create_connection(("127.0.0.1", served.port), PATIENCE) as leaver:
        leaver.sendall(exchange("GET", "/endless-chunks"))
        assert leaver.recv(1000)
    lines = eventually(lambda: len(notes.read_text().splitlines()) == 3 and notes.read_text())
    first, second, third = lines.splitlines()
    assert first == "closed with 0 left"
    # How many chunks of an answer to HEAD the server still takes is its own affair.
    assert second in {f"closed with {left} left" for left in range(3)}
    assert int(third.split()[2]) > 0
    assert served.request("/text").text == "text"


def test_an_answer_that_cannot_begin_is_closed() -> None:
    """An exception before the first chunk reaches the server, and the answer is closed first."""
    closed = []

    class Broken:
        def __iter__(self) -> Iterator[bytes]:
            raise RuntimeError("no first chunk")

        def close(self) -> None:
            closed.append(True)

    application = prompt(lambda environ, start_response: Broken())
    with pytest.raises(RuntimeError, match="no first chunk"):
        application({}, lambda *_: print)
    assert closed == [True]


def test_a_list_passes_untouched() -> None:
    """The answer of nearly every view goes to the server as the same list."""
    answer = [b"text"]
    assert prompt(lambda environ, start_response: answer)({}, lambda *_: print) is answer


SHOP = """
    import kolba
    from flask import Flask

    kolba.install()
    app = Flask(__name__)


    @app.get("/")
    def home():
        return "the shop"
    """

OTHERS = {
    "gunicorn": ["gunicorn", "--bind", "127.0.0.1:{port}", "--workers", "1", "shop:app"],
    "waitress": ["waitress", "--listen", "127.0.0.1:{port}", "shop:app"],
    "flask run": ["flask", "--app", "shop", "run", "--port", "{port}"],
    "wsgiref, validated": ["validated", "{port}"],
}

VALIDATED = """
    import sys
    from wsgiref.simple_server import make_server
    from wsgiref.validate import validator

    from shop import app

    make_server("127.0.0.1", int(sys.argv[1]), validator(app)).serve_forever()
    """


@pytest.mark.slow
@pytest.mark.parametrize("server", OTHERS)
def test_the_app_is_a_plain_wsgi_callable(
    server: str, tmp_path: Path, write: Callable[..., Path]
) -> None:
    """An application on the engine runs under every WSGI server, and passes the validator."""
    write("shop.py", SHOP)
    write("validated.py", dedent(VALIDATED))
    port = free_port()
    command = [part.format(port=port) for part in OTHERS[server]]
    log = tmp_path / "log"
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=tmp_path,
        env=environment(PYTHONPATH=os.fspath(tmp_path)),
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
    )

    def home() -> bytes | None:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.sendall(exchange("GET", "/"))
            return b"".join(iter(lambda: connection.recv(65536), b""))

    try:
        reply = eventually(home)
    finally:
        process.terminate()
        process.wait(PATIENCE)
    assert b" 200 OK\r\n" in reply, log.read_text()
    assert reply.endswith(b"\r\n\r\nthe shop"), log.read_text()
