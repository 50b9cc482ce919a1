"""`response.set_cookie` with safe defaults, and errors at the line that calls it.

`complete` does the same, but for the errors, to headers that were written past it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import flask
from flask import Flask, request
from flask.globals import _cv_app, _cv_request
from werkzeug.http import dump_cookie

from kolba.cookies.errors import CookieError
from kolba.cookies.rules import problem
from kolba.safety import Mode, mode, note

GUARD = "cookies"
_EXTENSION = "kolba.cookies"
_PLAIN = "kolba.plain_cookies"


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
        how = Mode.OFF if context is None else mode_of(context.app)
        if how is Mode.ENFORCE:
            samesite = "Lax" if samesite is None else samesite
            secure = _secure(key, secure)
        header = dump_cookie(
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
            max_size=0 if how is Mode.ENFORCE else self.max_cookie_size,
        )
        if how is not Mode.OFF:
            check(how, key, header, path, domain, sum(map(len, self.headers.getlist("Set-Cookie"))))
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


def check(
    how: Mode, name: str, header: str, path: str | None, domain: str | None, earlier: int = 0
) -> None:
    """Raise, or in `report` note, what a browser would not keep.

    Raises:
        CookieError: in `enforce`.
    """
    found = problem(name, header, path=path, domain=domain, earlier=earlier)
    if found is None:
        return
    why, mend = found
    if how is Mode.ENFORCE:
        raise CookieError(f"cookie {name!r} cannot be set: {why}. {mend}.")
    if request:
        note(GUARD, how, f"Set-Cookie: {name}", why, mend)


def _secure(name: str, secure: bool | None) -> bool:
    """`Secure` by the connection, where the call does not say."""
    context = _cv_request.get(None)
    if context is None:
        return bool(secure)
    environ = context.request.environ
    if secure is None:
        return bool(environ["wsgi.url_scheme"] == "https")
    if not secure:
        environ[_PLAIN] = {*environ.get(_PLAIN, ()), name}
    return secure


def is_complete(environ: dict[str, Any], value: str) -> bool:
    """Whether a `Set-Cookie` header plainly lacks nothing, as those of `set_cookie` and sessions."""
    return "; SameSite=" in value and (
        environ["wsgi.url_scheme"] != "https" or "; Secure" in value
    )


def complete(environ: dict[str, Any], listed: list[tuple[str, str]]) -> None:
    """Give the `Set-Cookie` headers of an answer the attributes that they lack."""
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
