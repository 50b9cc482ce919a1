"""Links that nobody can change or make up, and that may end: `sign_url`, `@signed_url_required`.

Signed are the path, the query, the purpose and the end of life; the host too, where routes
depend on it. The signature is HMAC-SHA256 by itsdangerous, with the app's first key (see
`kolba.keys`); links made with another key of the app stay good while it is listed.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from flask import Flask, Response, abort, after_this_request, current_app, request, url_for
from itsdangerous import Signer

from kolba.keys import keys_of
from kolba.urls.signed_texts import text

View = TypeVar("View", bound=Callable[..., Any])

PARAMETER = "_signature"
_SALT = "kolba.signed-url"
# Marks the form of what is signed, so that it may change one day.
_FORM = "1"
_NEVER = "0"
_ENDS = re.compile("[0-9a-z]{1,10}")


class Signature(StrEnum):
    """What a request's signature is worth."""

    VALID = "valid"
    MISSING = "missing"
    EXPIRED = "expired"
    TAMPERED = "tampered"


def sign_url(
    endpoint: str,
    *,
    expires_in: float | timedelta | None = None,
    purpose: str = "",
    _external: bool = False,
    **values: Any,
) -> str:
    """Returns the URL of `endpoint`, signed, for a view with `@signed_url_required`.

    Args:
        endpoint: as `url_for` takes it.
        expires_in: seconds, or a timedelta, that the link lives; None: as long as its key.
        purpose: what the link is for; the view must ask for the same. A link for one
            purpose is worth nothing for another, though endpoint and arguments be equal.
        _external: an absolute URL, such as one for a letter.
        **values: arguments and query, as `url_for` takes them.

    Raises:
        BuildError: as by `url_for`.
        ConfigError: the app has no key, and none can be made.
        ValueError: `expires_in` is not positive.
    """
    if PARAMETER in values:
        raise ValueError(f"{PARAMETER!r} is the signature's own name: call the argument otherwise")
    end = _end(expires_in)
    url = url_for(endpoint, _external=_external, **values)
    # A fragment would have to stand behind the signature.
    bare, hash_mark, fragment = url.partition("#")
    parts = urlsplit(bare)
    path = unquote(parts.path, errors="replace")[len(_root()) :]
    host = parts.netloc or (request.host if request else "")
    signature = _signer(purpose).get_signature(_payload(end, host, path, parts.query, ()))
    mark = "&" if parts.query else "?"
    return f"{bare}{mark}{PARAMETER}={end}.{signature.decode()}{hash_mark}{fragment}"


def check_signature(*, purpose: str = "", ignore: Collection[str] = ()) -> Signature:
    """Returns what this request's signature is worth.

    Args:
        purpose: what the link must have been made for.
        ignore: names in the query that others may add, such as `utm_source`.
    """
    given = request.args.getlist(PARAMETER)
    if not given:
        return Signature.MISSING
    end, _, signature = given[0].partition(".")
    if len(given) > 1 or _ENDS.fullmatch(end) is None:
        return Signature.TAMPERED
    query = request.query_string.decode(errors="surrogateescape")
    wanted = _payload(end, request.host, request.path, query, {PARAMETER, *ignore})
    if not _signer(purpose).verify_signature(wanted, signature):
        return Signature.TAMPERED
    if end != _NEVER and int(end, 36) <= time.time():
        return Signature.EXPIRED
    return Signature.VALID


def signed_url_required(
    *, purpose: str = "", ignore: Collection[str] = ()
) -> Callable[[View], View]:
    """Lets through to the view only requests whose URL `sign_url` made, and that has not ended.

    Others are answered 403 (no signature, or not ours) or 410 (ended). The page that the
    view makes is not kept by caches, and its links do not carry the signed URL on.

    Args:
        purpose: as `sign_url` was told.
        ignore: as `check_signature` takes it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            found = check_signature(purpose=purpose, ignore=ignore)
            if found is not Signature.VALID:
                code = 410 if found is Signature.EXPIRED else 403
                abort(code, description=text(found.value, request.accept_languages))
            after_this_request(_keep_private)
            return current_app.ensure_sync(view)(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate


def _end(expires_in: float | timedelta | None) -> str:
    """The second at which a link ends, in base 36."""
    if expires_in is None:
        return _NEVER
    seconds = expires_in.total_seconds() if isinstance(expires_in, timedelta) else expires_in
    if not 0 < seconds < math.inf:
        raise ValueError(f"expires_in is {expires_in!r}: write a time that is still to come")
    return _base36(math.ceil(time.time() + seconds))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _root() -> str:
    """What stands before the app's paths, where the app is mounted below another URL."""
    root = request.root_path if request else str(current_app.config["APPLICATION_ROOT"] or "")
    return root.rstrip("/")


def _payload(end: str, host: str, path: str, query: str, without: Collection[str]) -> bytes:
    """What is signed, the same for a URL and for the request that it makes."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    kept = sorted(pair for pair in pairs if pair[0] not in without)
    app: Flask = current_app
    where = host if app.url_map.host_matching or app.subdomain_matching else ""
    return json.dumps([_FORM, end, where, path, kept]).encode()


def _signer(purpose: str) -> Signer:
    # itsdangerous signs with the last of its keys.
    keys: list[Any] = list(reversed(keys_of(current_app)))
    return Signer(
        keys,
        salt=f"{_SALT}:{purpose}",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )


def _keep_private(response: Response) -> Response:
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
    return response
