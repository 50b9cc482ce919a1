"""The URL of a request as its client has sent it.

`request.url` shows people the names of hosts and paths in their own letters: it is no URL that
a browser sends, and raises an error for hosts that Python's IDNA does not know (straße.de).
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Request


def root_of(request: Request) -> str:
    """The root of the host that a request was sent to."""
    return f"{request.scheme}://{request.host}/"


def path_of(request: Request) -> str:
    """A request's path in the site, with its query."""
    path = quote(f"{request.root_path}{request.path}", safe="/!$&'()*+,:;=@~")
    query = request.query_string.decode("latin-1")
    return f"{path}?{query}" if query else path


def url_of(request: Request) -> str:
    """The whole URL of a request."""
    return root_of(request) + path_of(request)[1:]
