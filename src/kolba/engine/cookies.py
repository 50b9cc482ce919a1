"""Set-Cookie header values, written as Werkzeug writes them.

Invariant: every function returns, warns and raises what its model in `werkzeug.http` would for
the same arguments at the same moment.

    http_date(timestamp=None) -> str                    werkzeug.http.http_date
    dump_cookie(key, value="", max_age=None, ...)       werkzeug.http.dump_cookie, same signature
    compile_cookie(name, *, domain, path, secure, httponly, samesite, partitioned, max_size)
        -> SetCookie | None                             None: these attributes make it raise
    SetCookie.render(value, expires=None) -> str        dump_cookie(name, value, expires=expires,
                                                        and the compiled attributes)

The warning about a cookie that is too large comes from the line that called `dump_cookie`, as
with Werkzeug's. `SetCookie.render` takes the place of `Response.set_cookie`, so its warning
comes from there.
"""

from __future__ import annotations

import re
import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from time import struct_time, time
from typing import Any, TypeAlias
from urllib.parse import quote

from werkzeug import http
from werkzeug.sansio import response as sansio_response
from werkzeug.wrappers import Response

from kolba.readings import is_written

Moment: TypeAlias = datetime | date | int | float | struct_time | None
Expires: TypeAlias = str | datetime | int | float | None

# RFC 6265 section 4.1.1, and what Werkzeug allows beside it.
_plain_value = re.compile(r"[\w!#$%&'()*+\-./:<=>?@\[\]^`{|}~]*", re.ASCII)
_unsafe_byte = re.compile(rb"[\x00-\x19\",;\\\x7f-\xff]")
_escaped = {bytes([n]): b"\\%03o" % n for n in range(256)} | {b'"': b'\\"', b"\\": b"\\\\"}
_PATH_SAFE = "%!$&'()*+,/:=@"
_SAMESITE = frozenset({"Strict", "Lax", "None"})

# One entry is one second and its text, so no reader can meet a stale pair. Emptied when full.
_texts: dict[int, str] = {}
_MAX_TEXTS = 128
# Beyond, a float no longer holds the microseconds that decide how a date is rounded.
_MAX_SECOND = 1 << 32


def install() -> None:
    """Let `Response.set_cookie` write its header by `dump_cookie` of this module."""
    if is_written(sansio_response.dump_cookie):  # type: ignore[attr-defined]
        sansio_response.dump_cookie = dump_cookie  # type: ignore[attr-defined]


def is_installed() -> bool:
    """Whether nobody has put another `dump_cookie` there, before or since."""
    return sansio_response.dump_cookie is dump_cookie  # type: ignore[attr-defined]


def http_date(timestamp: Moment = None) -> str:
    """Return the moment as an HTTP date (RFC 9110 section 5.6.7); the present one for None."""
    # PERF: a date costs 4 us and is the same for a second; bench/parsing.py.
    kind = type(timestamp)
    if kind is datetime and timestamp.tzinfo is UTC:  # type: ignore[union-attr]
        second = int(timestamp.timestamp() // 1)  # type: ignore[union-attr]
    elif kind is int:
        second = timestamp  # type: ignore[assignment]
    elif kind is float and timestamp % 1 < 0.999999:  # type: ignore[operator]
        # The last microsecond of a second may be rounded up to the next one.
        second = int(timestamp // 1)  # type: ignore[operator]
    else:
        return http.http_date(timestamp)
    if not 0 <= second < _MAX_SECOND:
        return http.http_date(timestamp)
    return _texts.get(second) or _remember(second)


def _remember(second: int) -> str:
    text = http.http_date(second)
    if len(_texts) >= _MAX_TEXTS:
        _texts.clear()
    _texts[second] = text
    return text


def dump_cookie(
    key: str,
    value: str = "",
    max_age: timedelta | int | None = None,
    expires: Expires = None,
    path: str | None = "/",
    domain: str | None = None,
    secure: bool = False,
    httponly: bool = False,
    sync_expires: bool = True,
    max_size: int = 4093,
    samesite: str | None = None,
    partitioned: bool = False,
) -> str:
    """Return the value of a Set-Cookie header; equal to `werkzeug.http.dump_cookie`."""
    if path is not None:
        path = "/" if path == "/" else quote(path, safe=_PATH_SAFE)
    if domain:
        domain = domain.partition(":")[0].lstrip(".").encode("idna").decode("ascii")
    if isinstance(max_age, timedelta):
        max_age = int(max_age.total_seconds())
    if expires is not None:
        expires = expires if isinstance(expires, str) else http_date(expires)
    elif max_age is not None and sync_expires:
        expires = http_date(time() + max_age)
    if samesite is not None and samesite not in _SAMESITE:
        samesite = _samesite(samesite)
    if partitioned:
        secure = True
    value = _quoted(value)
    header = f"{_mojibake(key)}={value}"
    # PERF: most attributes are left out, so each is asked for before it is written.
    if domain is not None:
        header += _attribute("Domain", domain)
    if expires is not None:
        header += f"; Expires={expires}"
    if max_age is not None:
        header += _attribute("Max-Age", max_age)
    if secure is not False:
        header += _attribute("Secure", secure)
    if httponly is not False:
        header += _attribute("HttpOnly", httponly)
    if path is not None:
        header += f"; Path={path}"
    if samesite is not None:
        header += f"; SameSite={samesite}"
    if partitioned is not False:
        header += _attribute("Partitioned", partitioned)
    if max_size and len(header) > max_size:
        warnings.warn(_too_large(key, value, header, max_size), stacklevel=2)
    return header


@dataclass(frozen=True, slots=True)
class SetCookie:
    """A cookie whose attributes are fixed: only its value and its expiry are not.

    Attributes:
        head: everything before the value.
        domain: what follows the value.
        tail: what follows the expiry.
        max_size: the size from which on browsers may drop the cookie; 0 for none.
        arguments: what the cookie was compiled from, as `Response.set_cookie` takes it.
    """

    head: str
    domain: str
    tail: str
    max_size: int
    arguments: dict[str, Any]

    def render(self, value: str, expires: Expires = None) -> str:
        """Return the value of the Set-Cookie header."""
        if expires is not None and not isinstance(expires, str):
            expires = http_date(expires)
        lasts = "" if expires is None else f"; Expires={expires}"
        header = f"{self.head}{_quoted(value)}{self.domain}{lasts}{self.tail}"
        if self.max_size and len(header) > self.max_size:
            self._warn(value, expires)
        return header

    def _warn(self, value: str, expires: str | None) -> None:
        """Let Werkzeug warn, from the very line a call of `set_cookie` would warn from."""
        response = Response()
        response.max_cookie_size = self.max_size
        with suppress(ValueError):  # what headers refuse is for those who write the header
            response.set_cookie(value=value, expires=expires, **self.arguments)


def compile_cookie(
    name: str,
    *,
    domain: str | None = None,
    path: str | None = "/",
    secure: bool = False,
    httponly: bool = False,
    samesite: str | None = None,
    partitioned: bool = False,
    max_size: int = 4093,
) -> SetCookie | None:
    """Return the cookie ready to render; None when `dump_cookie` would refuse its attributes."""
    attributes: dict[str, Any] = {
        "domain": domain,
        "path": path,
        "secure": secure,
        "httponly": httponly,
        "samesite": samesite,
        "partitioned": partitioned,
    }
    try:
        head = http.dump_cookie(name, path=None, max_size=0)
        with_domain = http.dump_cookie(name, path=None, domain=domain, max_size=0)
        whole = http.dump_cookie(name, max_size=0, **attributes)
    except Exception:  # Flask raises it when, and only when, a session is saved
        return None
    return SetCookie(
        head=head,
        domain=with_domain.removeprefix(head),
        tail=whole.removeprefix(with_domain),
        max_size=max_size,
        arguments={"key": name, **attributes},
    )


def _samesite(samesite: str) -> str:
    samesite = samesite.title()
    if samesite not in _SAMESITE:
        raise ValueError("SameSite must be 'Strict', 'Lax', or 'None'.")
    return samesite


def _quoted(value: str) -> str:
    if _plain_value.fullmatch(value):
        return value
    escaped = _unsafe_byte.sub(lambda m: _escaped[m[0]], value.encode())
    return f'"{escaped.decode("ascii")}"'


def _mojibake(key: str) -> str:
    """The key as UTF-8 bytes read as Latin-1, which is how WSGI wants them (PEP 3333)."""
    if type(key) is str and key.isascii():
        return key
    return key.encode().decode("latin1")


def _attribute(name: str, value: object) -> str:
    if value is False or value is None:
        return ""
    return f"; {name}" if value is True else f"; {name}={value}"


def _too_large(key: str, value: str, header: str, max_size: int) -> str:
    size = len(header)
    return (
        f"The '{key}' cookie is too large: the value was {len(value)} bytes but the header"
        f" required {size - len(value)} extra bytes. The final size was {size} bytes but the"
        f" limit is {max_size} bytes. Browsers may silently ignore cookies larger than this."
    )
