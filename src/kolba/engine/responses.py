"""Answers on their way out: what `Flask.make_response` and `Response.__call__` do.

Only for answers whose whole shape is known: text, or a `flask.Response` that
holds a list of bytes, of Flask's class or of one that changes nothing of what is
skipped here (`own_part`). Everything else takes Flask's and Werkzeug's way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from sys import getrefcount
from typing import Any

from flask.wrappers import Response
from werkzeug.datastructures import Headers
from werkzeug.urls import iri_to_uri
from werkzeug.wsgi import FileWrapper

from kolba.engine.genuine import differing_name
from kolba.engine.holders import MOST

StartResponse = Callable[..., Any]

_new = object.__new__

# Statuses whose answers carry no body or no length; Werkzeug's code knows them.
_BODILESS = frozenset((*range(100, 200), 204, 304))


# What a response class may have of its own: nothing here calls these, and the type is known.
_MAY_DIFFER = {"set_cookie", "delete_cookie", "default_mimetype"}

# What `Response.__init__` puts on each response: a class that has one of these, a property say,
# keeps it elsewhere.
_OF_INSTANCES = (*vars(Response()), "__del__")


def own_part(cls: type) -> str:
    """What of a response class the engine would skip and the class has of its own, or ''."""
    if not (isinstance(cls, type) and issubclass(cls, Response)):
        return "everything"
    if type(cls) is not type:
        return "a metaclass"
    if type(cls.default_mimetype) is not str:
        return "default_mimetype"
    for name in _OF_INSTANCES:
        if hasattr(cls, name):
            return name
    return differing_name(cls, Response, _MAY_DIFFER)


# PERF: pages have few lengths; a header that is at hand costs half of one that is made.
lengths: dict[int, tuple[str, str]] = {}
_MOST_LENGTHS = 1024


def length_header(size: int) -> tuple[str, str]:
    """The Content-Length of a body, kept in `lengths`."""
    if len(lengths) >= _MOST_LENGTHS:
        lengths.clear()
    header = lengths[size] = "Content-Length", str(size)
    return header


def text_response(cls: Any, text: str, content_type: tuple[str, str]) -> Response:
    """`cls(text)`."""
    body = text.encode()
    headers = [content_type, ("Content-Length", str(len(body)))]
    return response_of(cls, body, headers, "200 OK", 200)


def response_of(
    cls: Any, body: bytes, listed: list[tuple[str, str]], status: str, code: int
) -> Response:
    """A response of `cls`, its parts put in place."""
    headers = _new(Headers)
    headers._list = listed
    response: Response = _new(cls)
    # PERF: attributes of a new object take half the time of a `__dict__` made for it.
    response.headers = headers
    response._status = status
    response._status_code = code
    response.direct_passthrough = False
    response._on_close = []
    response.response = [body]
    return response


def response_around(cls: Any, body: Any, listed: list[tuple[str, str]]) -> Response:
    """`cls(body, direct_passthrough=True)`, its parts put in place."""
    response = response_of(cls, b"", listed, "200 OK", 200)
    response.direct_passthrough = True
    response.response = body
    return response


class Closing:
    """A body that calls something when it has been sent.

    No list with a `close`: Granian closes nothing that is a list.
    """

    __slots__ = ("_parts", "close")

    def __init__(self, parts: list[bytes], close: Callable[[], object]) -> None:
        self._parts = parts
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)


_MOST, _MOST_OF_BODY = MOST.sent, MOST.sent_body


def send(
    cls: Any, response: Response, environ: dict[str, Any], start_response: StartResponse
) -> Iterable[bytes]:
    """`response(environ, start_response)`; `cls` is the app's response class."""
    if type(response) is not cls and type(response) is not Response:
        return response(environ, start_response)
    attributes = response.__dict__
    try:
        # PERF: an item costs half of what `get` does.
        body, headers, code = (
            attributes["response"],
            attributes["headers"],
            attributes["_status_code"],
        )
        is_special, on_close = attributes["direct_passthrough"], attributes["_on_close"]
    except KeyError:
        # Not from here: the error that Flask's code raises would have this one as its context.
        is_special = True
    if (
        is_special
        or len(attributes) != 6
        or type(body) is not list
        or type(headers) is not Headers
        or code in _BODILESS
        or getrefcount(response) > _MOST
        or getrefcount(body) > _MOST_OF_BODY
        or response.__weakref__ is not None  # type: ignore[attr-defined]
        # PERF: a body of one piece, which most are, is told without a call.
        or not (type(body[0]) is bytes if len(body) == 1 else _is_bytes(body))
    ):
        return _send_other(response, environ, start_response)
    listed = _wsgi_headers(headers, body)
    chunks: Iterable[bytes]
    if on_close:
        chunks = response.get_app_iter(environ)
    else:
        chunks = [] if environ["REQUEST_METHOD"] == "HEAD" else body.copy()
    start_response(response._status, listed)
    return chunks


def _send_other(
    response: Response, environ: dict[str, Any], start_response: StartResponse
) -> Iterable[bytes]:
    """The whole file of a GET goes to the server as it is; the rest is Werkzeug's."""
    attributes = response.__dict__
    body = attributes.get("response")
    if (
        len(attributes) != 6
        or type(body) is not FileWrapper
        or type(attributes.get("headers")) is not Headers
        or not attributes.get("direct_passthrough")
        or attributes.get("_status_code") != 200
        or environ["REQUEST_METHOD"] != "GET"
    ):
        return response(environ, start_response)
    start_response(response._status, _wsgi_headers(attributes["headers"], None))
    return body


def _is_bytes(body: list[Any]) -> bool:
    return all(type(part) is bytes for part in body)


def _wsgi_headers(headers: Headers, body: list[bytes] | None) -> list[tuple[str, str]]:
    """`Response.get_wsgi_headers`; `body` is None if its length is not known."""
    out: list[tuple[str, str]] = headers._list.copy()
    count = len(out)
    # PERF: a page of text has these two, and nothing is to be done to them.
    has_length = count > 1 and out[1][0] == "Content-Length" and out[0][0] == "Content-Type"
    if has_length and count == 2:
        return out
    locations = 0
    location: Any = None
    for key, value in out[2:] if has_length else out:
        if len(key) in _LENGTHS:
            if key == "Content-Length":
                has_length = True
            elif key == "Location":
                locations += 1
                location = value
            else:
                name = key.lower()
                has_length |= name == "content-length"
                locations += 2 * (name == "location" or name == "content-location")
    if locations and not (locations == 1 and _is_uri(location)):
        out = _with_uris(out)
    if not has_length and body is not None:
        out.append(("Content-Length", str(sum(map(len, body)))))
    return out


_LENGTHS = {len("content-length"), len("location"), len("content-location")}


# A path on the same host, perhaps with a query, of characters that `iri_to_uri` lets stand.
_PLAIN_PATH = re.compile(r"/(?!/)[\w%!$&'()*+,/:;=@.~-]*(\?[\w%!$&'()*+,/:;=?@.~-]+)?", re.ASCII)


@lru_cache(maxsize=256)
def _is_short_uri(location: str) -> bool:
    return _PLAIN_PATH.fullmatch(location) is not None


def _is_uri(location: Any) -> bool:
    """Whether `iri_to_uri` would leave `location` as it is; False if that is not clear."""
    if type(location) is not str:
        return False
    if len(location) <= _SHORT:
        # PERF: an app redirects to few places.
        return _is_short_uri(location)
    return _PLAIN_PATH.fullmatch(location) is not None


_SHORT = 128


def _with_uris(listed: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers with their last locations as URIs."""
    location = content_location = None
    for key, value in listed:
        name = key.lower()
        if name == "location":
            location = value
        elif name == "content-location":
            content_location = value
    headers = Headers()
    headers._list = listed
    if location is not None:
        headers["Location"] = iri_to_uri(location)
    if content_location is not None:
        headers["Content-Location"] = iri_to_uri(content_location)
    return headers._list
