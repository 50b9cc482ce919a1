"""A cookie by declaration: name, type, default, life and purpose, said once.

    theme = Cookie("theme", Literal["light", "dark"], default="light",
                   life=timedelta(days=365), purpose="colour theme")

    theme.get()         # "light", whatever the browser sends
    theme.set("dark")   # anywhere in a request; no response object
    theme.delete()

On https a cookie for the whole site is called `__Host-...`: no other host of the
domain, and nothing that came over http, can have set it.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import Any, Generic, Literal, TypeVar, cast

from flask import Flask, Response, after_this_request, current_app, request
from itsdangerous import BadData, BadSignature, TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode
from werkzeug.http import dump_cookie

from kolba.cookies import values
from kolba.cookies.errors import CookieError
from kolba.cookies.response import check
from kolba.cookies.rules import problem
from kolba.errors import ConfigError
from kolba.held import held, hold
from kolba.keys import keys_of

logger = logging.getLogger("kolba.cookies")

T = TypeVar("T")

_PREFIX = "__Host-"
_PENDING = "_kolba_cookies"
_READ = "_kolba_cookies_read"
_DELETED = object()
_register: dict[tuple[str, str, str], Cookie[Any]] = {}


class Cookie(Generic[T]):
    """One cookie of the site, and all that is known about it.

    Args:
        name: as the browser keeps it; on https with `__Host-` before it.
        type_: str, int, float, bool, date, datetime, an Enum, a Literal or a dataclass.
        default: what `get` gives where the browser sends none, or one that is no value.
        life: how long the browser keeps it; None: until it is closed.
        purpose: what it is for, in words for the visitor (`kolba cookies` lists them).
        scripts_may_read: whether JavaScript sees it; else it is `HttpOnly`.
        signed: whether a visitor must not be able to make up or change it. Signed for this
            cookie's name alone: a value moved to another cookie is worth nothing there.
        path: the part of the site that gets it.
        domain: a domain whose hosts all get it; None: this host only.
        samesite: `Lax`, `Strict` or `None` (other sites' pages send it too; https only).
        secure: None: `Secure` wherever the connection is https; True or False: always, never.

    Raises:
        TypeError: the type has no text.
        ValueError: the default is not of the type.
        ConfigError: a cookie of that name and path is declared otherwise elsewhere.
    """

    def __init__(
        self,
        name: str,
        type_: Any,
        *,
        default: T,
        life: timedelta | None = None,
        purpose: str = "",
        scripts_may_read: bool = False,
        signed: bool = False,
        path: str = "/",
        domain: str | None = None,
        samesite: Literal["Lax", "Strict", "None"] = "Lax",
        secure: bool | None = None,
    ) -> None:
        values.check_type(type_)
        if default is not None:
            values.encode(type_, default)
        self.name = name
        self.type = type_
        self.default: T = default
        self.life = life
        self.purpose = purpose
        self.scripts_may_read = scripts_may_read
        self.signed = signed
        self.path = path
        self.domain = domain
        self.samesite = samesite
        self.secure = secure
        self._reported = False
        self._check_declaration()
        self._enter()

    def _check_declaration(self) -> None:
        """What no connection could make right is an error where it is declared."""
        header = self._header(self.name, "", https=True)
        found = problem(self.name, header, path=self.path, domain=self.domain)
        if found is not None:
            why, mend = found
            raise CookieError(f"cookie {self.name!r} cannot be declared so: {why}. {mend}.")

    def _enter(self) -> None:
        key = (self.name, self.path, self.domain or "")
        other = _register.get(key)
        if other is not None and other.facts() != self.facts():
            raise ConfigError(
                f"cookie {self.name!r} is declared twice, and differently."
                " Declare it once, in a module that the others import."
            )
        _register[key] = self

    def facts(self) -> dict[str, Any]:
        """The declaration as plain data, ready for JSON."""
        return {
            "name": self.name,
            "type": _type_text(self.type),
            "default": None if self.default is None else values.encode(self.type, self.default),
            "life_seconds": None if self.life is None else int(self.life.total_seconds()),
            "purpose": self.purpose,
            "scripts_may_read": self.scripts_may_read,
            "signed": self.signed,
            "path": self.path,
            "domain": self.domain,
            "samesite": self.samesite,
            "secure": self.secure,
        }

    def get(self) -> T:
        """The value in this request: what `set` gave it, else what the browser sent.

        A value that is none (old, tampered with, of another type) is the default.
        """
        _varies()
        pending = _pending().get(self)
        if pending is not None:
            return self.default if pending[0] is _DELETED else cast(T, pending[0])
        text = self._sent()
        if text is None:
            return self.default
        try:
            return cast(T, values.decode(self.type, self._unsigned(text)))
        except (ValueError, KeyError, RecursionError, BadData):
            self._report()
            return self.default

    def set(self, value: T) -> None:
        """Give the browser a value, with this answer.

        Raises:
            ValueError: the value is not of the type.
            CookieError: browsers would not keep it (it is too large).
        """
        text = values.encode(self.type, value)
        if self.signed:
            text = _signer(self.name).sign(text).decode("ascii")
        name = self._wire_name()
        header = self._header(name, text, https=_is_https())
        check(name, header, self.path, self.domain)
        _leave(self, value, [header])

    def delete(self) -> None:
        """Take the value from the browser; from then on `get` gives the default."""
        names = {self._wire_name(), self.name}
        headers = [self._header(n, "", https=_is_https(), dead=True) for n in sorted(names)]
        _leave(self, _DELETED, headers)

    def _sent(self) -> str | None:
        """What the browser sent; a plain name counts on https too, unless it is signed."""
        cookies = request.cookies
        name = self._wire_name()
        if name in cookies or self.signed:
            return cookies.get(name)
        return cookies.get(self.name)

    def _unsigned(self, text: str) -> str:
        if not self.signed:
            return text
        signature = text.rpartition(".")[2]
        if base64_encode(base64_decode(signature)).decode() != signature:
            raise BadSignature("another spelling of a signature")
        life = None if self.life is None else int(self.life.total_seconds())
        return _signer(self.name).unsign(text, max_age=life).decode("ascii")

    def _wire_name(self) -> str:
        prefixed = (
            self.path == "/"
            and not self.domain
            and self.secure is not False
            and not self.name.startswith("__")
            and (_is_https() or self.secure is True)
        )
        return f"{_PREFIX}{self.name}" if prefixed else self.name

    def _header(self, name: str, text: str, *, https: bool, dead: bool = False) -> str:
        return dump_cookie(
            name,
            text,
            max_age=timedelta(0) if dead else self.life,
            expires=0 if dead else None,
            path=self.path,
            domain=self.domain,
            secure=https if self.secure is None else self.secure,
            httponly=not self.scripts_may_read,
            samesite=self.samesite,
            max_size=0,
        )

    def _report(self) -> None:
        if not self._reported:
            self._reported = True
            logger.warning(
                "cookie %r: a browser sent what is no value of %s; its default is used."
                " Said once in the life of a process",
                self.name,
                _type_text(self.type),
            )


def declared() -> list[Cookie[Any]]:
    """Every cookie that this process has declared, by name."""
    return [_register[key] for key in sorted(_register)]


def _type_text(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind).replace("typing.", "")


def _is_https() -> bool:
    return bool(request.environ["wsgi.url_scheme"] == "https")


def _pending() -> dict[Cookie[Any], tuple[Any, list[str]]]:
    """What this request has set or deleted."""
    found: dict[Cookie[Any], tuple[Any, list[str]]] | None = held(_PENDING)
    if found is None:
        found = {}
        hold(_PENDING, found)
    return found


def _leave(cookie: Cookie[Any], value: Any, headers: list[str]) -> None:
    pending = _pending()
    if not pending:
        after_this_request(_send)
    pending[cookie] = (value, headers)


def _send(response: Response) -> Response:
    for _, headers in _pending().values():
        for header in headers:
            response.headers.add("Set-Cookie", header)
    return response


def _varies() -> None:
    """A page that depends on a cookie is not everybody's."""
    if not held(_READ):
        hold(_READ, True)
        after_this_request(_vary)


def _vary(response: Response) -> Response:
    response.vary.add("Cookie")
    return response


def _signer(name: str) -> TimestampSigner:
    """Signs for one cookie: current key first, the fallbacks still read."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    # itsdangerous signs with the last of its keys.
    keys: list[Any] = list(reversed(keys_of(app)))
    return TimestampSigner(
        keys,
        salt=f"kolba.cookie\x00{name}",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )
