"""Play one journey in this process: `python -m tests.journey.player WAY MODULE`.

Prints JSON: a line for each request, status, header and body, and for each thing that the journey
noted. Invariant: nothing here imports Kolba unless the way asks for the engine.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any, TextIO

import time_machine
from flask import Flask
from werkzeug.test import TestResponse

NOW = 1_770_000_000  # a second in February 2026
_ADDRESS = re.compile(r"\b0x[0-9a-f]{8,16}\b")  # of an object, where a page shows its repr


class Visitor:
    """Flask's own test client, which writes down all that it sends and gets."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.lines: list[str] = []

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.open(path, method="GET", **options)

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        return self.open(path, method="POST", data=data, **options)

    def open(self, path: str, *, method: str, **options: Any) -> TestResponse:
        """Send one request; `options` are those of `FlaskClient.open`."""
        self.lines.append(f"> {method} {path}")
        response = self.client.open(path, method=method, **options)
        self.lines.append(f"< {response.status}")
        self.lines += [f"< {name}: {value}" for name, value in response.headers]
        self.lines.append(_ADDRESS.sub("0x…", f"< {response.data!r}"))
        return response

    def set_cookie(self, name: str, value: str) -> None:
        self.client.set_cookie(name, value)

    def forget(self) -> None:
        """Go on as another visitor, without cookies."""
        self.enter(self.app)

    def enter(self, app: Flask) -> None:
        """Go on at another app, without cookies."""
        self.app = app
        self.client = app.test_client()

    def note(self, what: str, value: object) -> None:
        """Write down something that no answer shows: rows, events, spans, the order of hooks."""
        self.lines.append(f"= {what}: {value!r}")


def still(play: Callable[[], None]) -> None:
    """Run `play` while the clock stands and chance always takes the same turns."""
    chance = random.Random(NOW)
    # Both names of the source: `secrets` goes through the second.
    os.urandom = random._urandom = chance.randbytes  # type: ignore[attr-defined]
    random.seed(NOW)
    with time_machine.travel(NOW, tick=False):
        play()


def stats() -> dict[str, int] | None:
    """The engine's counters; None where it was never imported."""
    engine = sys.modules.get("kolba.engine")
    return engine and {key: engine.stats()[key] for key in ("compiled", "werkzeug", "fallback")}


def main(way: str, name: str, out: TextIO) -> None:
    """Play the journey of the module `name` and write what came of it."""
    visitors: list[Visitor] = []

    def play() -> None:
        if way == "engine-first":
            importlib.import_module("kolba").install()
        module = importlib.import_module(name)
        visitors.append(Visitor(module.create_app()))
        if way == "engine-last":
            importlib.import_module("kolba").install()
        module.journey(visitors[0])

    with redirect_stdout(sys.stderr):
        still(play)
    assert (way == "flask") == ("kolba" not in sys.modules)
    json.dump({"lines": visitors[0].lines, "stats": stats()}, out)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.stdout)
