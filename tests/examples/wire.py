"""An app behind a real server, and a browser that talks to it over a socket.

Invariant: what is written down leaves out only what belongs to the server or to the clock: the
headers `Date`, `Server` and `Connection`, the order and case of header names, and the time (with
the signature over it) and Kolba's random numbers inside `Set-Cookie`.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from tests.ports import free_port

SERVERS_OWN = {"date", "server", "connection"}
_SECONDS = 60
_STAMPED = (
    (re.compile(r"^(session=\.?[\w-]+)\.[\w-]+\.[\w-]+"), r"\1"),
    (re.compile(r"^(session|last_login)=[\w-]{32,}"), r"\1"),  # Kolba's: random numbers
    (re.compile(r"Expires=[^;]+; Max-Age=(?!0;)"), "Max-Age="),
)


def command(way: str, file: Path, port: int) -> list[str]:
    """What a person would type to serve `file` that way."""
    if way == "flask run":
        return ["flask", "--app", str(file), "run", "--port", str(port)]
    return ["kolba", "run", str(file), "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]


@contextmanager
def serving(way: str, file: Path) -> Iterator[int]:
    """The port on which `file` is served, from the first moment it answers."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *command(way, file, port)],
        env={
            **os.environ,
            "SECRET_KEY": "of the tests",
            "PYTHONHASHSEED": "0",
            "KOLBA_STATE": "memory:",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_until_it_listens(process, port)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=_SECONDS)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = monotonic() + _SECONDS
    while monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            try:
                process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(process.communicate()[0].decode()) from None
    raise AssertionError(f"nothing listens on port {port} after {_SECONDS} s")


class WireBrowser:
    """Plays a journey over one connection a request, and writes down what comes back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}
        self.lines: list[str] = []

    def get(self, path: str, **options: Any) -> None:
        self.open(path, method="GET", **options)

    def post(self, path: str, data: Any = None, **options: Any) -> None:
        self.open(path, method="POST", data=data, **options)

    def set_cookie(self, name: str, value: str) -> None:
        self._cookies[name] = value

    def open(
        self, path: str, *, method: str, data: Any = None, headers: dict[str, str] | None = None
    ) -> None:
        sent = {"Host": "localhost", **(headers or {})}
        if self._cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        body = None
        if method == "POST":
            body = urlencode(data or {}, doseq=True)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_SECONDS)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            got = response.read()
        finally:
            connection.close()
        headers_got = response.getheaders()
        for name, value in headers_got:
            if name.lower() == "set-cookie":
                self._keep(value)
        self.lines.append(f"> {method} {path}")
        self.lines.append(f"< {response.status}")
        self.lines += sorted(
            _written(name.lower(), value)
            for name, value in headers_got
            if name.lower() not in SERVERS_OWN
        )
        self.lines.append(f"< {got!r}")

    def _keep(self, header: str) -> None:
        for name, cookie in SimpleCookie(header).items():
            if cookie["max-age"] == "0":
                self._cookies.pop(name, None)
            else:
                self._cookies[name] = cookie.value


def _written(name: str, value: str) -> str:
    """One header as it is compared."""
    if name == "set-cookie":
        for pattern, replacement in _STAMPED:
            value = pattern.sub(replacement, value)
    return f"< {name}: {value}"
