"""What the engine answers without Werkzeug's help is what Werkzeug would have answered."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import Flask, Response, abort, redirect
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug import exceptions
from werkzeug.datastructures import Headers
from werkzeug.routing import RequestRedirect
from werkzeug.test import EnvironBuilder
from werkzeug.urls import iri_to_uri

from kolba import engine
from kolba.engine import json_answers, pieces
from kolba.engine.refusals import response_to
from kolba.engine.responses import own_part, send

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
    ours = response_to(Response, error, environ, seen=True)
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
    assert response_to(Response, error, EnvironBuilder().get_environ(), seen=False) is None


@settings(deadline=None)
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
    assert headers(partial(send, Response)) == headers(Response.__call__)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(deadline=None)
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


class Dated(Response):
    """A response class that changes cookies alone, and adds what Flask's has not."""

    made_by = "us"

    def set_cookie(self, *args: Any, **kwargs: Any) -> None:
        super().set_cookie(*args, **kwargs)
        self.headers["X-Cookies"] = "set"


def answers(app: Flask) -> list[Any]:
    """What an app answers, and of which class its responses were."""

    @app.get("/text")
    def text() -> str:
        return "text"

    @app.get("/json")
    def json() -> dict[str, int]:
        return {"a": 1}

    @app.get("/away")
    def away() -> Any:
        return redirect("/text")

    @app.get("/cookie")
    def cookie() -> Any:
        response = redirect("/text")
        response.set_cookie("theme", "dark")
        return response

    @app.get("/refused")
    def refused() -> None:
        abort(403)

    seen: list[Any] = []

    @app.after_request
    def look(response: Response) -> Response:
        seen.append(type(response))
        return response

    client = app.test_client()
    for path in ("/text", "/json", "/away", "/cookie", "/refused", "/none", "/text"):
        for ask in (client.get, client.head, client.options, client.delete):
            answer = ask(path)
            seen.append((answer.status, [*answer.headers], answer.data))
    return seen


def made_by(plain: Any, cls: type[Response]) -> list[Any]:
    """The answers of an app with a response class, by Flask's code alone or by the engine's."""
    app = type("Shop", (Flask,), {"wsgi_app": plain} if plain else {})(__name__)
    app.response_class = cls
    return answers(app)


@pytest.mark.parametrize(
    "cls",
    [
        Dated,
        type("Plain", (Response,), {}),
        type("Text", (Response,), {"default_mimetype": "text/plain"}),
        type("Typeless", (Response,), {"default_mimetype": None}),
        type("Json", (Response,), {"default_mimetype": "application/json"}),
        type("Lost", (Response,), {"default_status": 404}),
        type(
            "Loud", (Response,), {"get_wsgi_headers": lambda self, environ: Headers([("X", "y")])}
        ),
        type("Split", (Response,), {"__init__": lambda s, *a, **k: Response.__init__(s, b"own")}),
    ],
)
def test_a_response_class_answers_as_on_flask(cls: type[Response]) -> None:
    """Whatever a response class has of its own, status, headers, body and class are Flask's."""
    assert made_by(None, cls) == made_by(pieces.flask_wsgi_app, cls)


def test_only_what_the_engine_skips_is_left_to_flask() -> None:
    """A class with its own `set_cookie` or mimetype is compiled; one with more is not."""
    for attributes, own in (
        ({}, ""),
        ({"set_cookie": Dated.set_cookie, "shop": 1}, ""),
        ({"default_mimetype": "application/json"}, ""),
        ({"default_mimetype": None}, "default_mimetype"),
        ({"default_status": 404}, "default_status"),
        ({"__call__": Response.__call__, "close": lambda self: None}, "close"),
        ({"__setattr__": lambda self, name, value: None}, "__setattr__"),
    ):
        assert own_part(type("Own", (Response,), attributes)) == own
    assert own_part(object) == "everything"


def test_a_response_class_that_changes_is_seen_by_the_next_request() -> None:
    """What is put on the app's response class after its first answer counts for the next one."""

    class Own(Response):
        pass

    app = Flask(__name__)
    app.response_class = Own
    app.add_url_rule("/", view_func=lambda: "text", endpoint="text")
    client = app.test_client()
    assert client.get("/").data == b"text"
    Own.default_mimetype = "text/plain"
    assert client.get("/").content_type == "text/plain; charset=utf-8"
    Own.default_mimetype = None
    assert client.get("/").content_type is None
    Own.get_app_iter = lambda self, environ: [b"own"]  # type: ignore[method-assign,assignment]
    assert client.get("/").data == b"own"
