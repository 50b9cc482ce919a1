"""Calling an app object directly, by WSGI or ASGI: once for an answer, many times for the clock.

The requests of a timed batch are made before the clock starts: what is timed is the call of
the app, the reading of its body and the closing of it, and nothing else.
"""

from __future__ import annotations

import asyncio
import gc
import io
from collections.abc import Callable
from time import process_time_ns
from typing import Any

from bench.jobs import Answer, Request

Batch = Callable[[int], float]
"""Runs so many requests; returns CPU microseconds per request."""


def environ_of(request: Request) -> dict[str, Any]:
    """The environ that a server would build."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT": "*/*",
        "HTTP_USER_AGENT": "bench",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.content_type:
        environ["CONTENT_TYPE"] = request.content_type
        environ["CONTENT_LENGTH"] = str(len(request.body))
    for name, value in request.headers:
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ


def environs(request: Request, count: int) -> list[dict[str, Any]]:
    """So many fresh environs, each with a body stream of its own."""
    base = environ_of(request)
    return [{**base, "wsgi.input": io.BytesIO(request.body)} for _ in range(count)]


def send_wsgi(app: Any, request: Request) -> Answer:
    """Call a WSGI app once."""
    started: list[Any] = []
    iterable = app(environs(request, 1)[0], lambda *given: started.append(given))
    body = b"".join(iterable)
    if hasattr(iterable, "close"):
        iterable.close()
    status, headers = started[-1][:2]
    pairs = tuple((name.lower(), value) for name, value in headers)
    return Answer(int(status.split()[0]), pairs, body)


def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
    """Take the answer's head as a server would, and do nothing with it."""


def run_wsgi(app: Any, given: list[dict[str, Any]]) -> None:
    """Answer the environs, one after the other, as a server does."""
    for environ in given:
        iterable = app(environ, start_response)
        for _ in iterable:
            pass
        close = getattr(iterable, "close", None)
        if close is not None:
            close()


def wsgi_batch(app: Any, request: Request) -> Batch:
    """A timed batch for a WSGI app."""

    def batch(count: int) -> float:
        given = environs(request, count)
        before = process_time_ns()
        run_wsgi(app, given)
        return (process_time_ns() - before) / count / 1000

    return batch


def scope_of(request: Request) -> dict[str, Any]:
    """The ASGI scope that a server would build."""
    headers = [(b"host", b"127.0.0.1:8000"), (b"accept", b"*/*"), (b"user-agent", b"bench")]
    if request.content_type:
        headers.append((b"content-type", request.content_type.encode()))
        headers.append((b"content-length", str(len(request.body)).encode()))
    headers += [(name.lower().encode(), value.encode()) for name, value in request.headers]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }


def receiver(body: bytes) -> Callable[[], Any]:
    """The `receive` of one request: its whole body, then the disconnect."""
    messages: list[dict[str, Any]] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": body, "more_body": False},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop()

    return receive


async def ignore(message: dict[str, Any]) -> None:
    """A `send` that does nothing with what it gets."""


async def send_asgi(app: Any, request: Request) -> Answer:
    """Call an ASGI app once."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope_of(request), receiver(request.body), send)
    pairs = tuple((name.decode().lower(), value.decode()) for name, value in sent[0]["headers"])
    return Answer(sent[0]["status"], pairs, b"".join(m.get("body", b"") for m in sent[1:]))


async def run_asgi(app: Any, given: list[tuple[dict[str, Any], Any]]) -> None:
    """Answer the scopes, one after the other."""
    for scope, receive in given:
        await app(scope, receive, ignore)


def asgi_batch(app: Any, request: Request, loop: asyncio.AbstractEventLoop) -> Batch:
    """A timed batch for an ASGI app, inside of a running loop."""

    def batch(count: int) -> float:
        given = [(scope_of(request), receiver(request.body)) for _ in range(count)]
        before = process_time_ns()
        loop.run_until_complete(run_asgi(app, given))
        return (process_time_ns() - before) / count / 1000

    return batch


class Caller:
    """An app object with both ways of calling it."""

    def __init__(self, app: Any, interface: str) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop() if interface == "asgi" else None
        if self.loop is not None and hasattr(app, "start"):
            self.loop.run_until_complete(app.start())

    def close(self) -> None:
        """Close the loop, if there is one."""
        if self.loop is not None:
            self.loop.close()

    def send(self, request: Request) -> Answer:
        """One answer."""
        if self.loop is None:
            return send_wsgi(self.app, request)
        return self.loop.run_until_complete(send_asgi(self.app, request))

    def batch(self, request: Request) -> Batch:
        """A timed batch of this request."""
        if self.loop is None:
            return wsgi_batch(self.app, request)
        return asgi_batch(self.app, request, self.loop)

    def garbage(self, request: Request, count: int = 100) -> float:
        """Objects in reference cycles left behind by each request."""
        batch = self.batch(request)
        batch(10)
        gc.collect()
        gc.disable()
        try:
            batch(count)
            return gc.collect() / count
        finally:
            gc.enable()
