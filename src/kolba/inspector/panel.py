"""The inspector's pages, as a WSGI app of its own: one page, its script and style, and JSON.

The script writes what it gets as text, never as HTML; the policy in `admission` forbids it to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from markupsafe import escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from kolba.inspector.admission import HEADERS, why_not
from kolba.inspector.ring import Ring
from kolba.inspector.texts import TEXTS
from kolba.language import LANGUAGES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_STATIC = files(__package__) / "static"
_HTML, _JSON = "text/html; charset=utf-8", "application/json"
_ASSETS = {
    "/inspector.js": "text/javascript; charset=utf-8",
    "/inspector.css": "text/css; charset=utf-8",
    "/icon.svg": "image/svg+xml",
}

Answer = tuple[HTTPStatus, str, bytes]


class Panel:
    """The pages of one ring, at one port of this machine."""

    def __init__(self, ring: Ring, port: int, title: str) -> None:
        self._ring, self._port, self._title = ring, port, title

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        refusal = why_not(environ, self._port)
        if refusal:
            answer = HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", refusal.encode()
        else:
            answer = self._answer(environ)
        status, kind, body = answer
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *HEADERS]
        start_response(f"{status.value} {status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        path = environ.get("PATH_INFO", "")
        query = parse_qs(environ.get("QUERY_STRING", "")[:200])
        if path == "/":
            return HTTPStatus.OK, _HTML, self._page(_language(environ, query))
        if path in _ASSETS:
            return HTTPStatus.OK, _ASSETS[path], (_STATIC / path[1:]).read_bytes()
        if path == "/texts.json":
            language = _language(environ, query)
            return _json({key: getattr(text, language) for key, text in TEXTS.items()})
        if path == "/requests.json":
            since = _number(query.get("since", ["0"])[0])
            return _json(self._ring.since(since, whole="whole" in query))
        if path.startswith("/requests/") and path.endswith(".json"):
            found = self._ring.one(_number(path[len("/requests/") : -len(".json")]))
            if found is not None:
                return _json(found)
        return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"There is nothing here."

    def _page(self, language: str) -> bytes:
        page = (_STATIC / "index.html").read_text("utf-8")
        return page.replace("{language}", language).replace("{title}", escape(self._title)).encode()


def _json(value: Any) -> Answer:
    return HTTPStatus.OK, _JSON, json.dumps(value).encode()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _language(environ: WSGIEnvironment, query: dict[str, list[str]]) -> str:
    """What the address asks for, else the browser."""
    asked = query.get("language", [""])[0]
    if asked in LANGUAGES:
        return asked
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE"), LanguageAccept)
    return accepted.best_match(LANGUAGES, default=LANGUAGES[0])
