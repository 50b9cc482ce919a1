"""A real server of a Kolba app for one test module, and raw requests to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from tests.cli.conftest import Served, environment


@contextmanager
def served(folder: Path, code: str, **variables: str) -> Iterator[Served]:
    """`kolba run` of an app whose source is `code`, until the block ends."""
    (folder / "served.py").write_text(dedent(code), "utf-8")
    errors = folder / "errors.txt"
    with errors.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kolba", "run", "served.py:app", "--port", "0"],
            cwd=folder,
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        )
        try:
            server = Served(process, errors)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def request(
    path: str, *lines: str, method: str = "GET", host: str | None = "example.test"
) -> bytes:
    """The bytes of a request; `host=None` leaves the header out."""
    head = [f"{method} {path} HTTP/1.1", "Connection: close"]
    if host is not None:
        head.append(f"Host: {host}")
    return "\r\n".join([*head, *lines, "", ""]).encode("latin-1")


def status(answer: bytes) -> int:
    """The status of a raw answer."""
    return int(answer.split(b" ", 2)[1])


def header(answer: bytes, name: str) -> str | None:
    """The first header of that name in a raw answer."""
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    for line in head.split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return None
