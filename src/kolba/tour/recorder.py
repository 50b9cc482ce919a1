"""Records every exchange, and shows each page the one that led to it.

A page cannot know its own answer: cookies are written after the view has returned. So
this is WSGI middleware around the application: the page leaves a marker where the exchange
belongs, and the recorder puts it there when the answer is complete. What the session holds,
and which messages came and went, is noted inside, where the application knows it.
"""

from __future__ import annotations

import re
import secrets
from copy import deepcopy
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING

from flask import message_flashed
from werkzeug.http import parse_cookie
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_content_length

from kolba import Kolba, Markup, get_flashed_messages, request, session
from kolba.http import wire
from kolba.tour import languages, panel
from kolba.tour.exchange import BODY_LIMIT, Exchange
from kolba.tour.history import History

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COOKIE = "tour_visitor"
SLOT = "kolba.tour.slot"
TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")


@dataclass(slots=True)
class Slot:
    """What the application tells the recorder.

    Attributes:
        token: makes the marker of this page.
        language: of what goes there; None when the answer is no page.
        before, after: what the session held.
        flashed, taken: the messages that were left, and those that were shown.
    """

    token: str = field(default_factory=lambda: secrets.token_hex(16))
    language: str | None = None
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    flashed: list[tuple[str, str]] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)

    @property
    def marker(self) -> str:
        """Return what stands in the page until the exchange is known."""
        return f"<!-- {self.token} -->"


class Recorder:
    """The middleware."""

    def __init__(self, app: Kolba, inner: WSGIApplication) -> None:
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
        is_page, is_head = slot.language is not None, environ["REQUEST_METHOD"] == "HEAD"
        if is_page and is_head:
            # How long the page would be with its panel is not known, and is not 0.
            response.automatically_set_content_length = False
            response.headers.pop("Content-Length", None)
        earlier = self._history.of(visitor)
        done = self._exchange(environ, body, response)
        if is_page and not is_head:
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
        slot: Slot = environ[SLOT]
        return Exchange(
            method=environ["REQUEST_METHOD"],
            target=wire.request_target(environ),
            protocol=environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
            request_headers=wire.request_headers(environ),
            body=body,
            status=response.status,
            response_headers=wire.clipped(response.headers),
            session_before=slot.before,
            session_after=slot.after,
            flashed=tuple(slot.flashed),
            taken=tuple(slot.taken),
        )


def is_asset(app: Kolba, path: str) -> bool:
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
    return wire.clip(data.decode("utf-8", "replace"), BODY_LIMIT)


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


def contents() -> dict[str, object]:
    """Return what the session holds, as a copy, without Kolba's own keys."""
    return deepcopy({key: value for key, value in session.items() if own_key(key)})


def own_key(key: str) -> bool:
    """Tell whether a key of the session is the application's."""
    return not key.startswith("_kolba") and key not in {"_fresh", "_permanent"}


def slot_here() -> Slot | None:
    """Return the slot of this request; None where nothing is recorded."""
    return request.environ.get(SLOT)


def init_app(app: Kolba) -> None:
    """Put the recorder around the application; give templates what they show by it."""
    app.wsgi_app = Recorder(app, app.wsgi_app)  # type: ignore[method-assign]

    @app.before_request
    def note_before() -> None:
        if slot := slot_here():
            slot.before = contents()

    @app.after_request  # registered first, so it runs last
    def note_after(response: Response) -> Response:
        if slot := slot_here():
            slot.after = contents()
        return response

    def note_flashed(app: Kolba, message: str, category: str) -> None:
        if slot := slot_here():
            slot.flashed.append((category, message))

    message_flashed.connect(note_flashed, app, weak=False)

    @app.template_global()
    def exchange_here() -> Markup:
        slot = slot_here()
        if slot is None:  # the error page of a static file
            return Markup()
        slot.language = languages.current().language
        return Markup(slot.marker)

    app.add_template_global(shown_messages)


def shown_messages(category: str = "") -> list[tuple[str, str]]:
    """Take the messages that wait for this page, of one category or all, to be shown."""
    only = [category] if category else ()
    messages: list[tuple[str, str]] = get_flashed_messages(  # type: ignore[assignment]
        with_categories=True, category_filter=only
    )
    if slot := slot_here():
        slot.taken.extend(messages)
    return messages
