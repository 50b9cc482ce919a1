"""Real `kolba` processes in a folder of their own, and requests over real sockets."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple, Protocol, TypeVar

import pytest

PATIENCE = 60
"""Seconds after which a test that waits for something gives up."""

Answer = TypeVar("Answer")


def eventually(probe: Callable[[], Answer | None]) -> Answer:
    """Returns the first true answer of `probe`; fails when there is none in time."""
    pause = threading.Event()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if answer := probe():
                return answer
        pause.wait(0.05)
    raise AssertionError(f"nothing came of {probe} in {PATIENCE} s")


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what would steer Flask."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLASK_")}
    return kept | more


class Reply(NamedTuple):
    """What came back for one request."""

    status: int
    headers: http.client.HTTPMessage
    text: str


class Served:
    """A running `kolba run`, from its start line on."""

    def __init__(self, process: subprocess.Popen[str], errors: Path) -> None:
        self.process = process
        self._errors = errors
        self.lines: list[str] = []
        self._started = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._started.wait(PATIENCE), self.errors()
        assert self.start_line, self.errors()
        url = re.search(r"(https?)://(\S+):(\d+)", self.start_line)
        assert url is not None
        self.tls = url[1] == "https"
        self.port = int(url[3])

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Kolba on "):
                self._started.set()
        self._started.set()

    @property
    def start_line(self) -> str:
        return next((line for line in self.lines if line.startswith("Kolba on ")), "")

    def errors(self) -> str:
        return self._errors.read_text("utf-8")

    def request(self, path: str, method: str = "GET", trust: ssl.SSLContext | None = None) -> Reply:
        connection: http.client.HTTPConnection
        if self.tls:
            connection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=PATIENCE, context=trust
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, headers={"Connection": "close"})
            reply = connection.getresponse()
            return Reply(reply.status, reply.headers, reply.read().decode())

    def get(self, path: str) -> str:
        return self.request(path).text

    def raw(self, request: bytes) -> bytes:
        """All bytes that come back for these bytes, until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def stop(self, signum: int = signal.SIGTERM) -> int:
        self.process.send_signal(signum)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code


class Serve(Protocol):
    def __call__(self, *arguments: str, **variables: str) -> Served: ...


class Kolba(Protocol):
    def __call__(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file below the test's folder."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
        return path

    return write


@pytest.fixture
def kolba(tmp_path: Path) -> Kolba:
    """Runs `kolba ...` in the test's folder to its end."""

    def kolba(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kolba", *arguments],
            cwd=tmp_path,
            env=environment(**variables),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )

    return kolba


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts `kolba run ... --port 0` in the test's folder; stops it after the test."""
    running: list[Served] = []

    def serve(*arguments: str, **variables: str) -> Served:
        errors = tmp_path / f"errors-{len(running)}.txt"
        process = subprocess.Popen(
            [sys.executable, "-m", "kolba", "run", *arguments, "--port", "0"],
            cwd=tmp_path,
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=errors.open("w"),
            text=True,
            encoding="utf-8",
        )
        try:
            served = Served(process, errors)
        except BaseException:
            process.kill()
            raise
        running.append(served)
        return served

    yield serve
    for served in running:
        if served.process.poll() is None:
            served.stop()
