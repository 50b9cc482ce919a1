"""The answers of Werkzeug's own HTTP exceptions, made without running them as applications.

Flask turns an exception that nobody handles into a response by calling it as a
WSGI application, and so the response is a stream. Invariant: the same headers,
body and shape; an exception of any other class takes Flask's way.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import chain
from typing import Any

from flask.wrappers import Response
from markupsafe import escape
from werkzeug import exceptions
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import RequestRedirect
from werkzeug.routing import exceptions as routing_exceptions
from werkzeug.urls import iri_to_uri
from werkzeug.wsgi import ClosingIterator

from kolba.engine.responses import response_of
from kolba.readings import as_written

# Body, headers but the length, status.
_Made = tuple[bytes, list[tuple[str, str]], int]

HTML = ("Content-Type", "text/html; charset=utf-8")
_PLAIN = [HTML]
_ONCE = {"content-type", "content-length"}
# What a handler may put on the exception that it returns.
_OWN = {"get_response", "get_headers", "get_body"}
_home = exceptions.__name__
_call = as_written(HTTPException.__call__)
_get_response = as_written(HTTPException.get_response)
_redirect_call = as_written(RequestRedirect.__call__)
_get_redirect = as_written(RequestRedirect.get_response)
_redirect = as_written(routing_exceptions.redirect)  # type: ignore[attr-defined]


def redirect_page(location: str) -> bytes:
    """The page that `werkzeug.utils.redirect` sends along."""
    # PERF: an app redirects to few places. (A Markup equals its text, but its page does not.)
    if type(location) is str and len(location) <= _SHORT:
        return _short_page(location)
    return _redirect_page(location)


def _redirect_page(location: str) -> bytes:
    shown = escape(location)
    return (
        "<!doctype html>\n"
        "<html lang=en>\n"
        "<title>Redirecting...</title>\n"
        "<h1>Redirecting...</h1>\n"
        "<p>You should be redirected automatically to the target URL: "
        f'<a href="{shown}">{shown}</a>. If not, click the link.\n'
    ).encode()


_SHORT = 128
_short_page = lru_cache(maxsize=256)(_redirect_page)


def response_to(
    response_class: Any, error: HTTPException, environ: dict[str, Any], seen: bool
) -> Response | None:
    """`response_class.force_type(error, environ)`, or None where only Werkzeug knows.

    Args:
        response_class: the app's.
        error: what the request came to.
        environ: the request's.
        seen: whether anything but the server looks at the response; if so, it
            has to be the stream that Flask makes.
    """
    cls: Any = type(error)
    if not _OWN.isdisjoint(error.__dict__):
        return None
    if cls is RequestRedirect:
        made = _of_redirect(error)  # type: ignore[arg-type]
    elif cls.__module__ == _home and cls.__call__ is _call and cls.get_response is _get_response:
        made = _of_refusal(error, environ)
    else:
        return None
    if made is None:
        return None
    body, listed, code = made
    listed.insert(_place_of_length(listed), ("Content-Length", str(len(body))))
    response = response_of(response_class, body, listed, status_line(code), code)
    if seen:
        response.response = _stream(body, environ)
    return response


def _of_redirect(error: RequestRedirect) -> _Made | None:
    url = error.new_url
    if (
        RequestRedirect.__call__ is not _redirect_call
        or RequestRedirect.get_response is not _get_redirect
        or routing_exceptions.redirect is not _redirect  # type: ignore[attr-defined]
        or error.code != RequestRedirect.code
        or "\n" in url
        or "\r" in url
    ):
        return None
    return redirect_page(url), [HTML, ("Location", iri_to_uri(url))], error.code


def _of_refusal(error: HTTPException, environ: dict[str, Any]) -> _Made | None:
    if error.response is not None or type(error.code) is not int or error.code < 400:
        return None
    listed = list(error.get_headers(environ, None))
    if listed != _PLAIN and not _are_as_listed(listed):
        return None
    return error.get_body(environ, None).encode(), listed, error.code


def _are_as_listed(headers: list[tuple[str, str]]) -> bool:
    """Whether a response sends these headers as they are, and the page as HTML first."""
    if headers[:1] != _PLAIN or any(name.lower() in _ONCE for name, _ in headers[1:]):
        return False
    return not any("\n" in value or "\r" in value for _, value in headers)


def _place_of_length(listed: list[tuple[str, str]]) -> int:
    """Before Location, which is set last; behind everything else."""
    return len(listed) - (listed[-1][0] == "Location")


def status_line(code: int) -> str:
    """`Response(status=code).status`."""
    return _status_line(code, HTTP_STATUS_CODES.get(code))


@cache
def _status_line(code: int, name: str | None) -> str:
    return Response(status=code).status


def _stream(body: bytes, environ: dict[str, Any]) -> Any:
    """What running an application leaves: an iterator, empty for HEAD, and a response to close."""
    pieces = iter(()) if environ["REQUEST_METHOD"] == "HEAD" else chain([body])
    return ClosingIterator(pieces, _closed)


def _closed() -> None:
    """The response that is a stream now had nothing to close."""
