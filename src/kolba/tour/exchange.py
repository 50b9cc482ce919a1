"""One exchange, as it went over the wire: a request, its answer, the session around them.

A plain value, bounded in size. Header names come from WSGI, which keeps neither their
order nor their case; all else is as it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from werkzeug.datastructures import EnvironHeaders, Headers

HEADER_LIMIT = 4096
TARGET_LIMIT = 2048
BODY_LIMIT = 4096

Environ = dict[str, object]
Session = Mapping[str, object]
Messages = tuple[tuple[str, str], ...]  # category and text


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer."""

    method: str
    target: str
    protocol: str
    request_headers: tuple[tuple[str, str], ...]
    body: str | None  # None: there was one, too large to be recorded
    status: str
    response_headers: tuple[tuple[str, str], ...]
    session_before: Session = field(default_factory=dict)
    session_after: Session = field(default_factory=dict)
    flashed: Messages = ()
    taken: Messages = ()

    @property
    def location(self) -> str | None:
        """Return where the answer sends the browser, if anywhere."""
        return next((value for name, value in self.response_headers if name == "Location"), None)


def request_target(environ: Environ) -> str:
    """Return the target of the request line: the path, encoded, and the query."""
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    query = str(environ.get("QUERY_STRING", ""))
    encoded = quote(path.encode("latin-1", "replace"), safe="/:@!$&'()*+,;=-._~")
    return clip(f"{encoded}?{query}" if query else encoded, TARGET_LIMIT)


def request_headers(environ: Environ) -> tuple[tuple[str, str], ...]:
    """Return the headers of the request."""
    return clipped(EnvironHeaders(environ))


def clipped(headers: EnvironHeaders | Headers) -> tuple[tuple[str, str], ...]:
    """Return headers as pairs, long values cut."""
    return tuple((name, clip(value, HEADER_LIMIT)) for name, value in headers)


def clip(text: str, limit: int) -> str:
    """Return the text, cut at the limit with a mark that says so."""
    return text if len(text) <= limit else text[:limit] + "…"
