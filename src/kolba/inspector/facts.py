"""The few facts by which requests are compared: whose they are, where they lead, what they wrote.

SECURITY: addresses and cookies are kept as digests alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import unquote, urljoin, urlsplit

from kolba.inspector.document import Document, visitor_of
from kolba.inspector.record import Record


@dataclass(frozen=True, slots=True)
class Facts:
    """What a request is compared by.

    Attributes:
        visitor: which browser.
        here: the browser and the address that it asked for.
        onward: the browser and the address that it was sent to; None if to none.
        began, ended: when.
        kind: of its session; '' if nobody has opened one.
        session: which session it began with.
        wrote: the keys that it changed, as far as they were saved.
        saved: whether the session's cookie was set.
        flashed: whether a message was left in it.
    """

    visitor: str
    here: bytes
    onward: bytes | None
    began: float
    ended: float
    kind: str
    session: bytes
    wrote: tuple[str, ...]
    saved: bool
    flashed: bool


def facts_of(record: Record, document: Document, cookie_name: str) -> Facts:
    """The facts of a request that is over."""
    environ, session = record.environ, document["session"] or {"kind": "", "changes": []}
    visitor = visitor_of(record)
    saved = any(cookie["name"] == cookie_name for cookie in document["response"]["cookies"])
    began_with = record.session or _cookie(environ.get("HTTP_COOKIE", ""), cookie_name)
    return Facts(
        visitor=visitor,
        here=_digest(visitor, environ.get("HTTP_HOST", ""), *_address(environ)),
        onward=_onward(record, visitor),
        began=record.began,
        ended=record.began + record.seconds,
        kind=session["kind"],
        session=_digest(began_with or visitor),
        wrote=tuple(change["key"] for change in session["changes"]),
        saved=saved,
        flashed=bool(record.born),
    )


def _cookie(header: str, name: str) -> str:
    """The value of a cookie as it was sent, in whatever bytes; '' if there is none."""
    pairs = (pair.partition("=") for pair in header.split(";"))
    return next((value for key, _, value in pairs if key.strip() == name), "")


def _digest(*parts: str) -> bytes:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _address(environ: dict[str, str]) -> tuple[str, str]:
    """Path and query, decoded, as `_split` has them."""
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    return path.encode("latin-1", "replace").decode("utf-8", "replace"), environ.get(
        "QUERY_STRING", ""
    )


def _onward(record: Record, visitor: str) -> bytes | None:
    if not record.status.startswith("3"):
        return None
    location = next((value for name, value in record.headers if name.lower() == "location"), None)
    if location is None:
        return None
    host, (path, _) = record.environ.get("HTTP_HOST", ""), _address(record.environ)
    try:
        target = urlsplit(urljoin(f"http://{host}{path}", location))
    except ValueError:
        return None
    return _digest(visitor, target.netloc, unquote(target.path) or "/", target.query)
