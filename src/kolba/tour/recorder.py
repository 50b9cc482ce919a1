"""Records every exchange, and shows each page the one that led to it.

A page cannot know its own answer: Flask writes the session's cookie after the view has
returned. So this is WSGI middleware around the application: the page leaves a marker where
the exchange belongs, and the recorder puts it there when the answer is complete.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING, cast

from flask import Flask, request
from itsdangerous import BadSignature
from markupsafe import Markup
from werkzeug.http import parse_cookie
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_content_length

from kolba.tour import exchange as wire
from kolba.tour import languages, panel
from kolba.tour.exchange import Exchange
from kolba.tour.history import History

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COOKIE = "tour_visitor"
SLOT = "kolba.tour.slot"
TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")


@dataclass(slots=True)
class Slot:
    """What a page tells the recorder: its marker, and the language of what goes there."""

    token: str = field(default_factory=lambda: secrets.token_hex(16))
    language: str | None = None

    @property
    def marker(self) -> str:
        """Return what stands in the page until the exchange is known."""
        return f"<!-- {self.token} -->"


class Recorder:
    """The middleware."""

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._app = app
        self._inner = inner
        self._history = History()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if is_asset(self._app, environ.get("PATH_INFO", "")):
            return self._inner(environ, start_response)
        return self._record(environ)(environ, start_response)

    def _record(self, environ: WSGIEnvironment) -> Response:
        visitor = visitor_of(environ)
        slot = environ[SLOT] = Slot()
        body = take_body(environ, self._app.config["MAX_CONTENT_LENGTH"])
        response = Response.from_app(self._inner, environ, buffered=True)
        if visitor is None:
            visitor = secrets.token_urlsafe(12)
            response.set_cookie(COOKIE, visitor, httponly=True, samesite="Lax")
        earlier = self._history.of(visitor)
        done = self._exchange(environ, body, response)
        if slot.language is not None:
            done = self._show(slot, earlier, done, response)
        self._history.add(visitor, done)
        return response

    def _show(
        self, slot: Slot, earlier: tuple[Exchange, ...], done: Exchange, response: Response
    ) -> Exchange:
        """Put the panel into the page, and return the exchange with the length of the whole."""
        unknown = with_length(done, slot.token)
        shown = panel.render(self._app, (*earlier, unknown), slot.language or "en")
        page = response.get_data(as_text=True).replace(slot.marker, shown, 1)
        length = counting_itself(len(page.replace(slot.token, "").encode()))
        response.set_data(page.replace(slot.token, str(length)))
        return with_length(done, str(length))

    def _exchange(self, environ: WSGIEnvironment, body: str | None, response: Response) -> Exchange:
        name = self._app.config["SESSION_COOKIE_NAME"]
        before = parse_cookie(environ).get(name)
        return Exchange(
            method=environ["REQUEST_METHOD"],
            target=wire.request_target(environ),
            protocol=environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
            request_headers=wire.request_headers(environ),
            body=body,
            status=response.status,
            response_headers=wire.clipped(response.headers),
            session_before=self._read_session(before),
            session_after=self._read_session(cookie_after(response, name, before)),
        )

    def _read_session(self, value: str | None) -> wire.Session:
        serializer = self._app.session_interface.get_signing_serializer(self._app)  # type: ignore[attr-defined]
        if not value:
            return {}
        try:
            return cast("dict[str, object]", serializer.loads(value))
        except BadSignature:
            return None


def is_asset(app: Flask, path: str) -> bool:
    """Tell whether the browser asks for this by itself: no act of the visitor, not recorded."""
    return path == "/favicon.ico" or path.startswith(f"{app.static_url_path}/")


def visitor_of(environ: WSGIEnvironment) -> str | None:
    """Return the token of the visitor's cookie, if it looks like one of ours."""
    token = parse_cookie(environ).get(COOKIE, "")
    return token if TOKEN.fullmatch(token) else None


def take_body(environ: WSGIEnvironment, limit: int) -> str | None:
    """Return the body's beginning and leave the whole to the application.

    A body larger than the application takes is not read at all.
    """
    length = get_content_length(environ)
    if length is None:
        return ""
    if length > limit:
        return None
    data = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = BytesIO(data)
    return wire.clip(data.decode("utf-8", "replace"), wire.BODY_LIMIT)


def with_length(exchange: Exchange, length: str) -> Exchange:
    """Return the exchange with another `Content-Length`."""
    headers = tuple(
        (name, length if name == "Content-Length" else value)
        for name, value in exchange.response_headers
    )
    return replace(exchange, response_headers=headers)


def counting_itself(length: int) -> int:
    """Return the length of a text after its own length has been written into it once."""
    total = length
    while total != length + len(str(total)):
        total = length + len(str(total))
    return total


def cookie_after(response: Response, name: str, before: str | None) -> str | None:
    """Return the cookie as the browser has it after this answer; empty when deleted."""
    for header in response.headers.getlist("Set-Cookie"):
        if header.startswith(f"{name}="):
            return parse_cookie(header.partition(";")[0]).get(name, "")
    return before


def init_app(app: Flask) -> None:
    """Put the recorder around the application, and give templates `exchange_here()`."""
    app.wsgi_app = Recorder(app, app.wsgi_app)  # type: ignore[method-assign]

    @app.template_global()
    def exchange_here() -> Markup:
        slot: Slot | None = request.environ.get(SLOT)
        if slot is None:  # the error page of a static file
            return Markup()
        slot.language = languages.current().language
        return Markup(slot.marker)
