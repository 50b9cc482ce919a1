"""`response.set_cookie` with safe defaults, and errors at the line that calls it.

`complete` does the same, but for the errors, to headers that were written past it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import flask
from flask import Flask, request
from flask.globals import _cv_app, _cv_request
from werkzeug.datastructures import Headers
from werkzeug.sansio import response as sansio

from kolba.cookies.errors import CookieError
from kolba.cookies.rules import problem
from kolba.http.environs import environ_in
from kolba.safety import Mode, mode, note

GUARD = "cookies"
_EXTENSION = "kolba.cookies"
_PLAIN = "kolba.plain_cookies"
_LENGTH = len("set-cookie")
# PERF: a member of an enumeration costs 0.1 us to look up.
_ENFORCE, _OFF = Mode.ENFORCE, Mode.OFF


def mode_of(app: Flask) -> Mode:
    """What is done about cookies, read at its first use.

    Raises:
        ConfigError: `KOLBA_COOKIES` is no mode.
    """
    known: Mode | None = app.extensions.get(_EXTENSION)
    if known is None:
        known = app.extensions[_EXTENSION] = mode(app, GUARD)
    return known


class Response(flask.Response):
    """Flask's response, but for its cookies."""

    def set_cookie(
        self,
        key: str,
        value: str = "",
        max_age: timedelta | int | None = None,
        expires: str | datetime | int | float | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool | None = None,
        httponly: bool = False,
        samesite: str | None = None,
        partitioned: bool = False,
    ) -> None:
        """As Werkzeug's, and `SameSite=Lax`, and `Secure` on https, unless said otherwise.

        Args:
            secure: False sends the cookie without `Secure` on https too.

        Raises:
            CookieError: a browser would not keep the cookie.
        """
        context = _cv_app.get(None)
        how = _OFF if context is None else mode_of(context.app)
        if how is _ENFORCE:
            samesite = "Lax" if samesite is None else samesite
            secure = _secure(key, secure)
        header: str = sansio.dump_cookie(  # type: ignore[attr-defined]
            key,
            value,
            max_age=max_age,
            expires=expires,
            path=path,
            domain=domain,
            secure=bool(secure),
            httponly=httponly,
            samesite=samesite,
            partitioned=partitioned,
            max_size=0 if how is _ENFORCE else self.max_cookie_size,
        )
        if how is not _OFF:
            earlier = _cookies_size(self.headers)
            found = problem(key, header, path=path, domain=domain, earlier=earlier)
            if found is not None:
                _complain(how, key, *found)
        self.headers.add("Set-Cookie", header)

    def delete_cookie(
        self,
        key: str,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool | None = None,
        httponly: bool = False,
        samesite: str | None = None,
        partitioned: bool = False,
    ) -> None:
        """As Werkzeug's; give the path and domain that the cookie was set with."""
        if secure is None and key.lower().startswith(("__host-", "__secure-")):
            secure = True
        self.set_cookie(
            key,
            expires=0,
            max_age=0,
            path=path,
            domain=domain,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
            partitioned=partitioned,
        )


def _cookies_size(listed: Headers) -> int:
    """Bytes of the cookies that an answer sets already."""
    size = 0
    for name, value in listed:
        if len(name) == _LENGTH and name.lower() == "set-cookie":
            size += len(value)
    return size


def check(name: str, header: str, path: str | None, domain: str | None) -> None:
    """Look at a header that `dump_cookie` wrote.

    Raises:
        CookieError: a browser would not keep the cookie.
    """
    found = problem(name, header, path=path, domain=domain)
    if found is not None:
        _complain(Mode.ENFORCE, name, *found)


def _complain(how: Mode, name: str, why: str, mend: str) -> None:
    """Raise, or in `report` note, what a browser would not keep."""
    if how is Mode.ENFORCE:
        raise CookieError(f"cookie {name!r} cannot be set: {why}. {mend}.")
    if request:
        note(GUARD, how, f"Set-Cookie: {name}", why, mend)


def _secure(name: str, secure: bool | None) -> bool:
    """`Secure` by the connection, where the call does not say."""
    context = _cv_request.get(None)
    if context is None:
        return bool(secure)
    if secure is None:
        return bool(environ_in(context)["wsgi.url_scheme"] == "https")
    if not secure:
        environ = context.request.environ
        environ[_PLAIN] = {*environ.get(_PLAIN, ()), name}
    return secure


def complete(how: Mode, environ: dict[str, Any], listed: list[tuple[str, str]]) -> None:
    """Give the `Set-Cookie` headers of an answer the attributes that they lack."""
    if how is not Mode.ENFORCE:
        return
    for number, (name, value) in enumerate(listed):
        if name.lower() == "set-cookie":
            listed[number] = (name, _completed(environ, value))


def _completed(environ: dict[str, Any], value: str) -> str:
    attributes = value.lower().partition(";")[2].replace(" ", "").split(";")
    if not any(part.startswith("samesite") for part in attributes):
        value += "; SameSite=Lax"
    is_plain = value.partition("=")[0] in environ.get(_PLAIN, ())
    https = environ["wsgi.url_scheme"] == "https"
    return value if not https or "secure" in attributes or is_plain else f"{value}; Secure"
