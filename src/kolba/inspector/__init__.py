"""The inspector: what each request of an app did, on a page of its own, while you develop.

It observes and does not touch: no session is opened, no message is taken, no body is read,
and no byte of an answer changes. Chapters and the engine do not know of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Config, Flask

from kolba.engine.explain import reasons_of
from kolba.inspector.document import document
from kolba.inspector.panel import Panel
from kolba.inspector.record import Record
from kolba.inspector.recorder import Recorder
from kolba.inspector.ring import Ring
from kolba.inspector.serving import serve

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["inspected", "recording"]


def inspected(app: Flask, inner: WSGIApplication, address: str, port: int) -> WSGIApplication:
    """What answers as `inner` does, and is shown at an address of this machine.

    Args:
        app: the application.
        inner: the application, or what is around it.
        address: of the loopback, for the inspector's own page.
        port: free, for the same.
    """
    ring = Ring()
    serve(Panel(ring, port, app.import_name), address, port)
    recorder = recording(app, inner, ring)
    recorder.begin()
    return recorder


def recording(app: Flask, inner: WSGIApplication, ring: Ring) -> Recorder:
    """What answers as `inner` does, and keeps each request in a ring, between `begin` and `end`."""

    def keep(record: Record) -> None:
        ring.add(record, document(record, reasons_of(app)), _cookie_name(app))

    return Recorder(app, inner, ring.begin, keep)


def _cookie_name(app: Flask) -> str:
    """The session's, also of an app that has put something else in its configuration's place."""
    config = app.config
    return str(config.get("SESSION_COOKIE_NAME")) if isinstance(config, Config) else "session"
