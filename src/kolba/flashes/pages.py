"""Which requests take flash messages, and which page a message is made for.

HTTP has no id of a tab; what there is, is the redirect: a message that was made
by an answer that sends the browser on belongs to the page it is sent to. A page
is what a person looks at: a navigation, or a fetch that says it swaps a page.
Facts: Fetch Metadata (W3C), `Sec-Purpose` (Fetch standard), the headers that
htmx, Turbo, Unpoly and Inertia document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, unquote_plus, urljoin, urlsplit

from flask import Request
from flask.wrappers import Response

from kolba.guards.locations import PLAIN_PATHS
from kolba.http.environs import environ_of
from kolba.http.urls import url_of

Environ = Mapping[str, Any]

_SWAPS = (
    "HTTP_HX_REQUEST",  # htmx
    "HTTP_X_TURBO_REQUEST_ID",
    "HTTP_TURBO_FRAME",
    "HTTP_TURBOLINKS_REFERRER",
    "HTTP_X_UP_VERSION",  # Unpoly
    "HTTP_X_UP_TARGET",
    "HTTP_X_INERTIA",
)
_AHEAD = (
    "HTTP_SEC_PURPOSE",
    "HTTP_PURPOSE",
    "HTTP_X_PURPOSE",
    "HTTP_X_MOZ",
    "HTTP_X_SEC_PURPOSE",  # Turbo, which cannot send the real one
    "HTTP_HX_PRELOADED",
)
_DOCUMENTS = frozenset(("document", "iframe", "frame"))
_LENGTH = len("location")
_TURBO_STREAM = "text/vnd.turbo-stream.html"


def is_page(environ: Environ) -> bool:
    """Whether somebody will look at the answer as a page."""
    keys = environ.keys()
    if environ["REQUEST_METHOD"] in ("HEAD", "OPTIONS"):
        return False
    if not keys.isdisjoint(_AHEAD) and _is_ahead(environ):  # PERF: nearly never
        return False
    dest = environ.get("HTTP_SEC_FETCH_DEST")
    mode = environ.get("HTTP_SEC_FETCH_MODE")
    if dest in _DOCUMENTS or (dest is None and mode == "navigate"):
        return True
    if not keys.isdisjoint(_SWAPS):
        return True
    if _TURBO_STREAM in environ.get("HTTP_ACCEPT", ""):
        return True
    # No Sec-Fetch-* comes from old browsers, from programs, and over plain http.
    if dest is not None or mode is not None:
        return False
    return bool(environ.get("HTTP_X_REQUESTED_WITH", "").lower() != "xmlhttprequest")


def _is_ahead(environ: Environ) -> bool:
    """Whether the page is loaded before anybody asked to see it."""
    for name in _AHEAD:
        value = environ.get(name)
        if value and (name == "HTTP_HX_PRELOADED" or "pre" in value.lower()):
            return True
    return False


def page_of(request: Request) -> str:
    """The name of the page that a request asks for."""
    known = request.__dict__
    # Else its path is at hand, or the app may have changed its environ.
    if "path" not in known and "environ" not in known:
        plain = plain_page(environ_of(request))
        if plain is not None:
            return plain
    return _page(request.root_path + request.path, request.query_string.decode(errors="replace"))


def plain_page(environ: Environ) -> str | None:
    """The name of the page at a plain path; None of any other.

    PERF: nearly all pages; to decode the parts of their names makes fifteen calls.
    """
    path: str = environ.get("PATH_INFO", "")
    if (
        not (environ.get("QUERY_STRING") or environ.get("SCRIPT_NAME"))
        and path[:1] == "/" != path[1:2]
        and path.isascii()
    ):
        return path
    return None


def target_of(request: Request, response: Response) -> str:
    """The page that an answer sends its browser to; '' if to none of this site."""
    return page_at(request, _location(response))


def page_at(request: Request, location: str) -> str:
    """The page of this site at a location that an answer to a request names; '' if it is none."""
    if not location:
        return ""
    if location[0] == "/" and location[1:2] not in ("/", "\\"):
        return page_at_path(location) if location in PLAIN_PATHS else _page_at_path(location)
    try:
        there = urlsplit(urljoin(url_of(request), location))
    except ValueError:
        return ""
    if there.netloc != request.host or there.scheme not in ("http", "https"):
        return ""
    return _page(unquote(there.path), there.query)


def _page_at_path(location: str) -> str:
    path, _, query = location.partition("#")[0].partition("?")
    return _page(unquote(path), query)


page_at_path = lru_cache(256)(_page_at_path)
"""The page at one of the plain paths. PERF: these are short, and there are few."""


def _page(path: str, query: str) -> str:
    path = path or "/"
    return f"{path}?{unquote_plus(query)}" if query else path


def _location(response: Response) -> str:
    location = location_of(response)
    if location is not None:
        return location
    headers = response.headers
    if response.status_code == 201:
        return headers.get("Location", "")
    # PERF: one pass; Werkzeug raises and catches an error for each header that is not there.
    moves = {name.lower(): value for name, value in headers if name[:1] in "hHxX"}
    for name in ("hx-redirect", "hx-location", "x-inertia-location"):
        value = moves.get(name)
        if value:
            return _path_of(value) if value.startswith("{") else value
    return ""


def _path_of(value: str) -> str:
    """The path of an `HX-Location` that is JSON."""
    try:
        return str(json.loads(value).get("path", ""))
    except ValueError:
        return ""


def is_redirect(response: Response) -> bool:
    """Whether the answer itself is not looked at, because the browser goes on."""
    return location_of(response) is not None


def location_of(response: Response) -> str | None:
    """Where an answer sends its browser on to; None if it is looked at itself."""
    return location_in(response) if 300 <= response.status_code < 400 else None


def location_in(response: Response) -> str | None:
    """The `Location` of an answer, if it has one."""
    # PERF: one pass; to ask whether it is there and then for it takes two.
    for name, value in response.headers._list:
        if len(name) == _LENGTH and name.lower() == "location":
            return value
    return None
