"""OpenTelemetry's agent: it wraps `wsgi_app`, or replaces the class `flask.Flask`; same spans."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import flask
import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.propagators import (
    TraceResponsePropagator,
    set_global_response_propagator,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.journey import compare
from tests.journey.player import Visitor

SPANS = InMemorySpanExporter()
METRICS = InMemoryMetricReader()
HOW = os.environ.get("OTEL_HOW", "")
CALLER = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


def create_app() -> flask.Flask:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(SPANS))
    options: dict[str, Any] = {
        "tracer_provider": provider,
        "meter_provider": MeterProvider([METRICS]),
        "request_hook": lambda span, environ: span.set_attribute("hook", environ["PATH_INFO"]),
        "response_hook": lambda span, status, headers: headers.append(("X-Hooked", status)),
        "excluded_urls": "quiet",
    }
    set_global_response_propagator(TraceResponsePropagator())
    if HOW == "class":
        FlaskInstrumentor().instrument(**options)
    app = flask.Flask(__name__)
    add_views(app)
    if HOW == "app":
        FlaskInstrumentor.instrument_app(app, **options)
    return app


def add_views(app: flask.Flask) -> None:
    tracer = trace.get_tracer(__name__)

    @app.get("/hello/<name>")
    def hello(name: str) -> str:
        trace.get_current_span().set_attribute("name", name)
        with tracer.start_as_current_span("inside"):
            return flask.render_template_string("{{ name }}", name=name)

    @app.post("/echo")
    def echo() -> flask.Response:
        return flask.jsonify(flask.request.form)

    @app.get("/stream")
    def stream() -> Iterator[str]:
        @flask.stream_with_context
        def parts() -> Iterator[str]:
            yield flask.request.path
            yield str(trace.get_current_span().is_recording())

        return parts()

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("broken")

    @app.get("/quiet")
    def quiet() -> str:
        return str(trace.get_current_span().is_recording())

    @app.teardown_request
    def last(error: BaseException | None) -> None:
        trace.get_current_span().set_attribute("teardown", repr(error))


def journey(visitor: Visitor) -> None:
    visitor.get("/hello/%D0%90%D0%BD%D0%BD%D0%B0?q=1", headers=CALLER)
    visitor.post("/echo", data={"a": "1"})
    for path in ("/stream", "/broken", "/quiet", "/missing", "/hello/again"):
        visitor.get(path)
    visitor.open("/echo", method="PUT")
    visitor.open("/echo", method="BREW")
    for span in SPANS.get_finished_spans():
        visitor.note("span", described(span))
    for point in measured():
        visitor.note("metric", point)
    SPANS.clear()
    if HOW == "app":
        FlaskInstrumentor.uninstrument_app(visitor.app)
        assert "X-Hooked" not in visitor.get("/hello/nobody-listens").headers
        visitor.note("spans after the agent has gone", SPANS.get_finished_spans())


def described(span: ReadableSpan) -> list[object]:
    """All of a span but the frames of tracebacks."""
    events = [
        (event.name, {k: v for k, v in (event.attributes or {}).items() if "stack" not in k})
        for event in span.events
    ]
    return [
        *(span.name, span.kind.name, span.status.status_code.name, span.status.description),
        *(f"{span.context.span_id:x}", span.parent and f"{span.parent.span_id:x}"),
        *(span.start_time, span.end_time, sorted((span.attributes or {}).items()), events),
    ]


def measured() -> Iterator[tuple[object, ...]]:
    """Each metric's points: how many, with which attributes; how long is chance."""
    data = METRICS.get_metrics_data()
    for resource in data.resource_metrics if data else []:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.data.data_points:
                    number = getattr(point, "count", None) or getattr(point, "value", None)
                    yield metric.name, number, sorted((point.attributes or {}).items())


@pytest.mark.parametrize("how", ["app", "class"])
def test_opentelemetry(how: str) -> None:
    """Spans, their parents, attributes and counts are the same however the agent was put in."""
    played = compare(__name__, {"OTEL_HOW": how}, wrapped_early=True)
    spans = [line for line in played["flask"].lines if line.startswith("= span: ")]
    assert len([span for span in spans if "'SERVER'" in span]) == 8
    assert any("b7ad6b7169203331" in span for span in spans), "the caller's trace goes on"
