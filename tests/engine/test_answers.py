"""What the engine answers without Werkzeug's help is what Werkzeug would have answered."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import exceptions
from werkzeug.routing import RequestRedirect
from werkzeug.test import EnvironBuilder
from werkzeug.urls import iri_to_uri

from kolba import engine
from kolba.engine import json_answers
from kolba.engine.refusals import response_to
from kolba.engine.responses import send

engine.install()

REFUSALS = [
    *(cls() for cls in exceptions.default_exceptions.values()),
    exceptions.NotFound("own <words>\nin two lines"),
    exceptions.MethodNotAllowed(["GET", "HEAD"]),
    exceptions.RequestedRangeNotSatisfiable(10),
    exceptions.TooManyRequests(retry_after=7),
    exceptions.Unauthorized(www_authenticate=None),
    RequestRedirect("http://localhost/a/?q=é<"),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("error", REFUSALS, ids=repr)
def test_a_refusal_is_werkzeugs(error: exceptions.HTTPException, method: str) -> None:
    """Status, headers in order, body and the shape of a stream are those of `force_type`."""
    environ = EnvironBuilder(method=method).get_environ()
    ours = response_to(error, environ, seen=True)
    theirs = Response.force_type(error, environ)  # type: ignore[arg-type]
    assert ours is not None
    assert (ours.status, [*ours.headers], ours.is_streamed) == (
        theirs.status,
        [*theirs.headers],
        theirs.is_streamed,
    )
    assert [*ours.iter_encoded()] == [*theirs.iter_encoded()]


class Teapot(exceptions.ImATeapot):
    """An exception of an app's own."""


@pytest.mark.parametrize(
    "error", [Teapot(), exceptions.NotFound(response=Response("own")), exceptions.HTTPException()]
)
def test_an_unknown_exception_is_left_to_werkzeug(error: exceptions.HTTPException) -> None:
    """A subclass, an exception with a response, or one without a code: not guessed."""
    assert response_to(error, EnvironBuilder().get_environ(), seen=False) is None


@given(st.text("/ab1?&=#%:;@!$'()*+,~._- \té\"<[]^|\\\r", max_size=12))
def test_a_location_leaves_as_werkzeug_writes_it(text: str) -> None:
    """Whatever stands in Location, the server gets `iri_to_uri` of it."""
    if "\r" in text:
        return
    environ = EnvironBuilder().get_environ()

    def headers(by: Any) -> list[tuple[str, str]]:
        answer = Response("x", headers=[("Location", f"/{text}")])
        found: list[tuple[str, str]] = []
        by(answer, environ, lambda status, headers: found.extend(headers))
        return found

    try:
        iri_to_uri(f"/{text}")
    except ValueError:
        return
    assert headers(send) == headers(Response.__call__)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(VALUES, st.booleans(), st.booleans(), st.sampled_from([None, True, False]))
def test_json_is_flasks(value: Any, ascii_only: bool, ordered: bool, compact: bool | None) -> None:
    """Any value, under any setting of the provider, gives Flask's bytes and headers."""
    app = Flask(__name__)
    app.json.ensure_ascii, app.json.sort_keys, app.json.compact = ascii_only, ordered, compact  # type: ignore[attr-defined]
    with app.test_request_context():
        engine.explain(app)  # makes a plan, as a request would
        ours = app.json.response(value)
        theirs = json_answers._flask_response(app.json, value)  # type: ignore[arg-type]
    assert (ours.get_data(), [*ours.headers]) == (theirs.get_data(), [*theirs.headers])
