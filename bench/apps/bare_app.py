"""A bare WSGI callable that answers with the bytes of the Flask app, recorded at its start.

What is left of a request when no framework does anything: the floor of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from bench.apps import FRAMEWORKS
from bench.apps.flask_app import create_app as create_flask_app
from bench.call import send_wsgi
from bench.jobs import JOBS, verify

Recorded = tuple[str, list[tuple[str, str]], list[bytes]]


def record() -> dict[str, Recorded]:
    """The Flask app's answer to each job, by `METHOD path`."""
    app = create_flask_app()
    answers = {}
    for row in verify(FRAMEWORKS["flask"], JOBS, lambda request: send_wsgi(app, request)):
        answer = send_wsgi(app, row.request)
        status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        key = f"{row.request.method} {row.request.path}"
        answers[key] = (status, list(answer.headers), [answer.body])
    return answers


def create_app() -> Callable[[dict[str, Any], Any], list[bytes]]:
    """The callable: one look-up and one call."""
    answers = record()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        status, headers, body = answers[f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"]
        start_response(status, headers)
        return body

    return app
