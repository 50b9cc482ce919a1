"""What went over the wire, read off an environ: the request's target and its headers, bounded.

For those who record requests. WSGI keeps neither the order nor the case of headers.
"""

from __future__ import annotations

from urllib.parse import quote

from werkzeug.datastructures import EnvironHeaders, Headers

HEADER_LIMIT = 4096
TARGET_LIMIT = 2048

Environ = dict[str, object]


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
