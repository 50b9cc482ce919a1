"""Sentry's agent: it patches `Flask.__call__` and listens to signals; its events stay the same."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from flask import Flask, Response, abort, jsonify, render_template_string, request
from sentry_sdk.envelope import Envelope
from sentry_sdk.integrations.flask import FlaskIntegration
from sentry_sdk.transport import Transport

from tests.journey import compare
from tests.journey.player import Visitor

# What the clock that cannot be stopped, the process or the interpreter's frames have written.
CHANCE = {"timestamp", "start_timestamp", "sent_at", "thread.id", "sys.argv", "modules"}
# At the end of `create_app` or, "late", when the app has answered already.
WHEN = os.environ.get("SENTRY_INIT", "")


class Collector(Transport):
    """Keeps what would be sent."""

    events: list[Any]

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self.events = []

    def capture_envelope(self, envelope: Envelope) -> None:
        for item in envelope.items:
            self.events.append({"item": item.type, **(item.payload.json or {})})


def start(**options: Any) -> None:
    sentry_sdk.init(
        dsn="https://key@sentry.invalid/1",
        transport=Collector,
        integrations=[FlaskIntegration(**options)],
        traces_sample_rate=1.0,
        send_default_pii=True,
        max_request_body_size="always",
        server_name="here",
    )


def create_app() -> Flask:
    if WHEN == "first":
        start(transaction_style="url")
    app = Flask(__name__)
    app.logger.propagate = False
    add_views(app)
    add_failures(app)
    if WHEN == "app":
        start()
    return app


def add_views(app: Flask) -> None:
    @app.get("/hello/<name>")
    def hello(name: str) -> str:
        sentry_sdk.set_tag("name", name)
        with sentry_sdk.start_span(op="work", name="inside the view"):
            return render_template_string("<head>{{ sentry_trace_meta }}</head>{{ n }}", n=name)

    @app.post("/echo")
    def echo() -> Response:
        logging.getLogger("shop").warning("a breadcrumb")
        sentry_sdk.capture_message("said by hand", level="info")
        return jsonify(form=request.form, json=request.get_json(silent=True))

    @app.get("/stream")
    def stream() -> Iterator[bytes]:
        def parts() -> Iterator[bytes]:
            yield b"one"
            sentry_sdk.capture_message("while streaming")
            yield b"two"

        return parts()


def add_failures(app: Flask) -> None:
    @app.route("/broken/<int:number>", methods=["GET", "POST"])
    def broken(number: int) -> str:
        raise RuntimeError(f"broken {number}")

    @app.get("/handled")
    def handled() -> str:
        raise LookupError("handled by the app")

    @app.get("/logged")
    def logged() -> str:
        try:
            raise ValueError("for the log")
        except ValueError:
            app.logger.exception("it was logged")
        return "logged"

    @app.get("/aborted")
    def aborted() -> None:
        abort(503, "busy")

    @app.errorhandler(LookupError)
    def found(error: LookupError) -> tuple[str, int]:
        return str(error), 404


def journey(visitor: Visitor) -> None:
    if WHEN == "late":
        visitor.get("/hello/nobody-listens")
        visitor.get("/broken/0")
        start()
    trace = {"sentry-trace": "771a43a4192642f0b136d5159a501700-1234567890abcdef-1"}
    visitor.get("/hello/%D0%90%D0%BD%D0%BD%D0%B0?q=1", headers=trace)
    visitor.post("/echo", data={"a": "1", "password": "secret"})
    visitor.post("/echo", json={"deep": [1, {"x": None}]})
    visitor.get("/stream")
    for path in ("/broken/1", "/handled", "/logged", "/aborted", "/missing", "/hello/again"):
        visitor.get(path)
    visitor.post("/broken/2", data={"a": "1"})
    for event in sentry_sdk.get_client().transport.events:
        visitor.note("event", json.dumps(settled(event), sort_keys=True, ensure_ascii=False))


def settled(value: Any) -> Any:
    """An event without what differs from run to run; of a traceback, the app's own frames."""
    if isinstance(value, list):
        return [settled(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: settled(item) for key, item in value.items() if key not in CHANCE}
    if "frames" in kept:
        frames = [frame for frame in kept["frames"] if __name__.endswith(frame["module"] or " ")]
        return [(frame["function"], frame["lineno"], frame["vars"]) for frame in frames]
    return kept


@pytest.mark.parametrize("when", ["first", "app", "late"])
def test_sentry(when: str) -> None:
    """Events, transactions, breadcrumbs and scopes are the same, whenever the agent came."""
    played = compare(__name__, {"SENTRY_INIT": when})
    events = [line for line in played["flask"].lines if line.startswith("= event")]
    failures = [event for event in events if "RuntimeError" in event]
    assert ["broken 1" in failures[0], "broken 2" in failures[1]] == [True, True]
    assert sum('"item": "transaction"' in event for event in events) == 11
