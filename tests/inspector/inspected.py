"""An app whose requests are recorded, in this process, and a browser for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.test import Client, EnvironBuilder, TestResponse, run_wsgi_app

import kolba
from kolba import Kolba
from kolba.inspector import recording
from kolba.inspector.recorder import Recorder
from kolba.inspector.ring import Ring

kolba.install()

KEY = "a key for the tests of the inspector"
PAGE = {
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
SCRIPT = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}


def plain() -> Flask:
    """Flask, as it comes."""
    app = Flask("shop")
    app.secret_key = KEY
    return app


def safe() -> Flask:
    """Kolba, with its state in this process."""
    app = Kolba("shop")
    app.config.update(KOLBA_STATE="memory:", SECRET_KEY=KEY)
    return app


BOTH = [plain, safe]


class Browser(Client):
    """Reads each answer to its end."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; `buffered=False` leaves its answer open."""
        return super().open(*args, **{"buffered": True, **kwargs})


class Inspected:
    """An app, its recorder, and what is known of its requests."""

    def __init__(self, app: Flask, recorder: Recorder, ring: Ring) -> None:
        self.app, self.recorder, self.ring = app, recorder, ring
        self.browser = self.another()

    def another(self) -> Browser:
        """A browser without cookies."""
        return Browser(self.recorder)

    def call(self, environ: dict[str, Any]) -> str:
        """The status of what answers an environ that no browser would make."""
        whole = EnvironBuilder("/").get_environ() | environ
        _, status, _ = run_wsgi_app(self.recorder, whole, buffered=True)
        return status

    @property
    def listed(self) -> list[dict[str, Any]]:
        """All requests, as the list has them."""
        found: list[dict[str, Any]] = self.ring.since(0)["requests"]
        return found

    def whole(self, number: int) -> dict[str, Any]:
        """A request of a number."""
        found = self.ring.one(number)
        assert found is not None
        return found

    @property
    def last(self) -> dict[str, Any]:
        """The last request."""
        return self.whole(max(one["number"] for one in self.listed))

    def notes(self, number: int) -> list[str]:
        """The codes of a request's notes."""
        return [note["code"] for note in self.whole(number)["notes"]]


@contextmanager
def inspecting(app: Flask, ring: Ring | None = None, inner: Any = None) -> Iterator[Inspected]:
    """Record the requests of an app, or of what is around it, until the block ends."""
    ring = Ring() if ring is None else ring
    recorder = recording(app, inner or app, ring)
    recorder.begin()
    try:
        yield Inspected(app, recorder, ring)
    finally:
        recorder.end()


Make = Callable[[], Flask]
