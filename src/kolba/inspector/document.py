"""A record as plain data, ready for JSON: without secrets, every text cut to a length.

The one model: the page, `requests.json` and the tests read the same. The order matters:
what names secrets (cookies, fields, the session) comes before the texts that may repeat them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import blake2b
from types import FunctionType
from typing import Any

from werkzeug.datastructures import EnvironHeaders

from kolba.engine.report import RouteReport
from kolba.http.wire import clip, request_target
from kolba.inspector import states
from kolba.inspector.masking import MASK, Veil, is_secret
from kolba.inspector.record import LINE_LIMIT, MOST, Record
from kolba.inspector.values import named
from kolba.places import is_flasks_own, place

Document = dict[str, Any]

HEADER_LIMIT = 1_000
_LONGEST_COOKIE = 4093
"""Browsers drop a cookie that is larger; Flask's `MAX_COOKIE_SIZE` warns at the same."""


def document(record: Record, app_reasons: tuple[str, ...] = ()) -> Document:
    """All that is known of a request.

    Args:
        record: the request, once it is over.
        app_reasons: why pieces of every request of its app are left to Flask.
    """
    veil, environ = record.veil, record.environ
    request_headers = _headers(EnvironHeaders(environ), veil)
    cookies = [_cookie(value, veil) for name, value in record.headers if _is(name, "set-cookie")]
    response_headers = _headers(record.headers, veil)
    query = _query(environ.get("QUERY_STRING", ""), veil)
    arguments = [(name, named(name, value, veil)) for name, value in record.arguments]
    return {
        "at": record.began,
        "visitor": visitor_of(record),
        "ms": round(record.seconds * 1000, 2),
        "method": clip(environ.get("REQUEST_METHOD", ""), 40),
        "target": _target(environ, record.arguments, veil),
        "protocol": environ.get("SERVER_PROTOCOL", ""),
        "status": clip(record.status, 100),
        "size": record.size,
        "destination": clip(environ.get("HTTP_SEC_FETCH_DEST", ""), 40),
        "is_background": _is_background(environ),
        "request": {
            "headers": request_headers,
            "query": query,
            "length": environ.get("CONTENT_LENGTH", ""),
            **record.body,
        },
        "response": {
            "headers": response_headers,
            "cookies": cookies,
            "location": _location(record, veil),
        },
        "route": _route(record.route, arguments, app_reasons),
        "templates": [
            {"name": veil.text(name), "context": names} for name, names in record.templates
        ],
        "session": _session(record),
        "born": [_message(pair, veil) for pair in record.born],
        "shown": [_message(pair, veil) for pair in record.shown],
        "refusals": [
            {name: clip(veil.text(text), LINE_LIMIT) for name, text in one.items()}
            for one in record.refusals
        ],
        "exception": None if record.exception is None else _exception(record.exception, veil),
        "logs": [
            {"level": level, "logger": logger, "text": veil.text(text), "place": _short(where)}
            for level, logger, text, where in record.logs
        ],
        "warnings": [
            {"category": category, "text": veil.text(text), "place": _short(where)}
            for category, text, where in record.warnings
        ],
        "dropped": record.dropped,
        "trouble": record.trouble,
    }


def visitor_of(record: Record) -> str:
    """What tells one browser from another, as far as can be known; no secret can be read off it."""
    environ = record.environ
    parts = (environ.get(name, "") for name in ("REMOTE_ADDR", "HTTP_USER_AGENT"))
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _is(name: str, lowered: str) -> bool:
    return name.lower() == lowered


def _is_background(environ: dict[str, str]) -> bool:
    """Whether nobody looks at the answer: a fetch of a script, a prefetch, a HEAD."""
    purpose = environ.get("HTTP_SEC_PURPOSE", environ.get("HTTP_PURPOSE", ""))
    return (
        environ.get("HTTP_SEC_FETCH_DEST") == "empty"
        or environ.get("REQUEST_METHOD") == "HEAD"
        or "prefetch" in purpose
    )


def _headers(headers: Iterable[tuple[str, str]], veil: Veil) -> list[tuple[str, str]]:
    found = [
        (clip(name, 100), clip(veil.header(name, value), HEADER_LIMIT)) for name, value in headers
    ]
    return found[: 2 * MOST]


def _query(query: str, veil: Veil) -> list[tuple[str, str]]:
    fields = veil.query(clip(query, LINE_LIMIT))
    return [
        (name, value)
        for name, _, value in (one.partition("=") for one in fields.split("&"))
        if name
    ]


def _target(environ: dict[str, str], arguments: list[tuple[str, Any]], veil: Veil) -> str:
    """The request's target; an argument of the URL that is a secret is hidden in it, too."""
    target = veil.url(request_target({**environ}))
    for name, value in arguments:
        if is_secret(name) and type(value) is str and value:
            target = target.replace(value, MASK)
    return target


def _location(record: Record, veil: Veil) -> str | None:
    found = (value for name, value in record.headers if _is(name, "location"))
    return next((clip(veil.url(value), HEADER_LIMIT) for value in found), None)


def _cookie(header: str, veil: Veil) -> Document:
    name, _, rest = header.partition("=")
    attributes = rest.partition(";")[2]
    lowered = attributes.lower()
    is_over = "expires=thu, 01 jan 1970" in lowered or "max-age=0" in lowered
    return {
        "name": clip(name.strip(), 100),
        "attributes": clip(attributes.strip(), 300),
        "is_deleted": is_over,
        "size": len(header),
        "is_too_large": len(header) > _LONGEST_COOKIE,
    }


def _route(
    route: RouteReport | None, arguments: list[tuple[str, str]], app_reasons: tuple[str, ...]
) -> Document | None:
    if route is None:
        return None
    return {
        "path": route.path,
        "endpoint": route.endpoint,
        "view": None if route.view is None else _place(route.view),
        "arguments": arguments,
        "how": route.how,
        "reasons": list(route.reasons),
        "app_reasons": list(app_reasons),
        "before": [_place(hook) for hook in route.before],
        "after": [_place(hook) for hook in route.after],
        "teardown": [_place(hook) for hook in route.teardown],
    }


def _place(what: Any) -> Document:
    # A function is looked for once; an object of the app's own may have its own idea of equality.
    name, where = _found(what) if type(what) is FunctionType else _found.__wrapped__(what)
    return {"name": name, "place": where}


@lru_cache(maxsize=1024)
def _found(what: Any) -> tuple[str, str]:
    """The name of a view or a hook, and where it is written."""
    where = place(what)
    return where.name, "" if is_flasks_own(where) else where.shown(os.getcwd())


def _short(where: str) -> str:
    here = os.getcwd() + os.sep
    return where.removeprefix(here)


def _session(record: Record) -> Document | None:
    """None: nobody has opened it."""
    if record.after is None:
        return None
    name = record.after.kind
    return {
        "kind": name,
        "keys": len(record.after.values),
        "changes": [
            {"key": one.key, "what": one.what, "before": one.before, "after": one.after}
            for one in states.changes(record.before, record.after)
        ],
    }


def _message(pair: tuple[str, str], veil: Veil) -> Document:
    category, text = pair
    return {"category": veil.text(category), "text": veil.text(text)}


def _exception(exception: tuple[str, str], veil: Veil) -> Document:
    said, trace = exception
    hide: Callable[[str], str] = veil.text
    return {"said": hide(said), "trace": hide(trace)}
