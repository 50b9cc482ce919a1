"""A bare WSGI callable that answers every request with the bytes of the Kolba app's style sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.apps.state_app import create_app as create_kolba_app
from bench.call import send_wsgi
from bench.jobs import ROWS


def create_app() -> Callable[[dict[str, Any], Any], list[bytes]]:
    """The callable: one call."""
    recorded = send_wsgi(create_kolba_app(), ROWS["asset"].request)
    headers, body = list(recorded.headers), [recorded.body]

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", headers)
        return body

    return app
