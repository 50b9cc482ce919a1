"""The session cookie: its name and attributes on this connection, written and read.

On https, with the whole site as its scope, its name begins with `__Host-`: then
no other host of the domain, and nothing that came over http, can have set it
(RFC 6265bis, 4.1.3). Over https only that name is read.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Request
from flask.sessions import SessionInterface
from flask.wrappers import Response
from werkzeug.http import dump_cookie, http_date
from werkzeug.sansio.http import parse_cookie

from kolba.errors import ConfigError
from kolba.http.environs import environ_of
from kolba.sessions.ids import is_id, key_of

logger = logging.getLogger("kolba.sessions")

# More ids than that are nobody's browser.
_MOST = 4
_ID = "0" * 53
_REMEMBERED = 1024
_LONGEST = 4096
_sent_back = re.compile(r"[!#-:<>-~]+").fullmatch

Keys = tuple[tuple[str, str], ...]
"""Ids with their names in the store."""


@dataclass(frozen=True, slots=True)
class Dress:
    """The cookie as it looks on one kind of connection.

    Attributes:
        name: its name.
        head: what comes before the id in `Set-Cookie`.
        tail: what comes after it.
        dead: the `Set-Cookie` that removes it.
        known: the ids in `Cookie` headers that came lately (SECURITY: bounded, as they are
            the client's; what is in one depends on nothing else).
    """

    name: str
    head: str
    tail: str
    dead: str
    known: dict[str, Keys] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """The session cookie of an app.

    Attributes:
        open: as it looks on http.
        secure: as it looks on https, and everywhere if the app says it is secure.
        plain_name: the name that the app gave it, and Flask's own cookie has.
        plain_dead: the `Set-Cookie` that removes a cookie of that name.
    """

    open: Dress
    secure: Dress
    plain_name: str
    plain_dead: str

    def _dress_in(self, environ: dict[str, Any]) -> Dress:
        return self.secure if environ["wsgi.url_scheme"] == "https" else self.open

    def has_prefix(self, environ: dict[str, Any]) -> bool:
        """Whether its name on this connection is another than the app gave it."""
        return self._dress_in(environ).name != self.plain_name

    def came(self, request: Request | None, environ: dict[str, Any]) -> bool:
        """Whether a request brought a cookie of this name, of whatever value: see `keys`."""
        name = self._dress_in(environ).name
        if request is not None and "cookies" in request.__dict__:
            return name in request.cookies
        return bool(_values(name, environ.get("HTTP_COOKIE", ""), request))

    def ids(self, request: Request) -> list[str]:
        """The ids that came with a request, in the browser's order: most exact path first."""
        return [identifier for identifier, _ in self.keys(request, environ_of(request))]

    def keys(self, request: Request | None, environ: dict[str, Any]) -> Keys:
        """The ids that came with a request, each with the name that the store knows it by.

        Args:
            request: None if it has not been made.
            environ: its environ.
        """
        dress = self.secure if environ["wsgi.url_scheme"] == "https" else self.open
        if request is not None and "cookies" in request.__dict__:  # perhaps an app's own
            return _keys(request.cookies.getlist(dress.name))
        header = environ.get("HTTP_COOKIE")
        if not header:
            if header is not None:
                _warn_of_unread(environ)
            return ()
        found = dress.known.get(header)
        if found is None:
            found = _keys(_values(dress.name, header, request))
            if len(header) <= _LONGEST:
                if len(dress.known) >= _REMEMBERED:
                    dress.known.clear()
                dress.known[header] = found
        return found

    def signed(self, request: Request) -> str | None:
        """A value of the plain name that is no id: perhaps Flask's own signed cookie."""
        for value in request.cookies.getlist(self.plain_name)[:_MOST]:
            if value and not is_id(value):
                return value
        return None

    def set(
        self, environ: dict[str, Any], response: Response, identifier: str, until: float
    ) -> None:
        """Give the browser an id; `until` 0 is until the browser ends."""
        dress = self._dress_in(environ)
        expires = f"; Expires={http_date(datetime.fromtimestamp(until, UTC))}" if until else ""
        # PERF: `add` would look for line breaks in what is known.
        response.headers._list.append(
            ("Set-Cookie", f"{dress.head}{identifier}{expires}{dress.tail}")
        )

    def delete(self, environ: dict[str, Any], response: Response) -> None:
        """Take the id from the browser."""
        response.headers._list.append(("Set-Cookie", self._dress_in(environ).dead))

    def forget_plain(self, response: Response) -> None:
        """Take from the browser the cookie that was imported."""
        response.headers.add("Set-Cookie", self.plain_dead)


def _warn_of_unread(environ: dict[str, Any]) -> None:
    """No browser sends an empty `Cookie`: it is what Granian makes of bytes outside of ASCII."""
    logger.warning(
        "%s %r: the Cookie header arrived empty, so its visitor has no session. A server may empty "
        "a header that holds bytes outside of ASCII: does a script set a cookie without "
        "encodeURIComponent",
        environ["REQUEST_METHOD"],
        environ.get("PATH_INFO", ""),
    )


def _keys(values: list[str]) -> Keys:
    # Other apps' cookies, of other paths and domains, may stand before ours, and ask nothing of us.
    ids = [value for value in values if is_id(value)]
    return tuple([(value, key_of(value)) for value in ids[:_MOST]])


def _values(name: str, header: str, request: Request | None) -> list[str]:
    """The values of the cookies of a name."""
    if name not in header:
        return []
    if '"' in header:
        cookies = parse_cookie(header) if request is None else request.cookies
        return cookies.getlist(name)
    # PERF: what Werkzeug's parser does with a header without quotes, for one name.
    found = []
    for part in header.split(";"):
        key, _, value = part.partition("=")
        if key.strip() == name:
            found.append(value.strip())
    return found


def read_cookie(app: Flask, interface: SessionInterface) -> SessionCookie:
    """The cookie that the configuration of `app` says.

    Raises:
        ConfigError: no browser would send a cookie of that name back.
    """
    if not _sent_back(interface.get_cookie_name(app)):
        raise ConfigError(
            f"SESSION_COOKIE_NAME is {interface.get_cookie_name(app)!r}: no browser would send "
            "that cookie back. Write letters, digits, '-' and '_'"
        )
    secure = bool(interface.get_cookie_secure(app))
    over_https = _dress(app, interface, True)
    return SessionCookie(
        open=over_https if secure else _dress(app, interface, False),
        secure=over_https,
        plain_name=interface.get_cookie_name(app),
        plain_dead=_dress(app, interface, secure, prefixed=False).dead,
    )


def _dress(
    app: Flask, interface: SessionInterface, secure: bool, *, prefixed: bool = True
) -> Dress:
    name = interface.get_cookie_name(app)
    domain, path = interface.get_cookie_domain(app), interface.get_cookie_path(app)
    if prefixed and secure and path == "/" and not domain and not name.startswith("__"):
        name = f"__Host-{name}"

    def dumped(value: str, life: int | None = None) -> str:
        return dump_cookie(
            name,
            value,
            domain=domain or None,
            path=path,
            secure=secure,
            httponly=interface.get_cookie_httponly(app),
            samesite=interface.get_cookie_samesite(app) or "Lax",
            partitioned=interface.get_cookie_partitioned(app),
            max_age=life,
            expires=life,
        )

    head, tail = dumped(_ID).split(_ID)
    return Dress(name, head, tail, dumped("", 0))
