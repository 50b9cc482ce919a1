"""How guards refuse: their modes, and the one event that every refusal is.

A guard asks `mode(app, guard)` once, when it compiles its settings, and calls
`refuse` when it would turn something down. In `enforce` that raises `Refused`,
a 4xx answer that says what to do; in `report` it only notes; `off` guards do not ask.

The invariant: a refusal never carries a secret. `what` names a place and at
most an origin, a host or a header that a browser wrote; values of fields and
cookies, paths and queries of targets stay out.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from blinker import Namespace
from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException, Unauthorized, default_exceptions

from kolba import refusals
from kolba.errors import ConfigError, KolbaError
from kolba.language import language
from kolba.stores import is_stateless, store_of

logger = logging.getLogger("kolba.safety")

refused = Namespace().signal("kolba-refused")
"""Sent with `refusal=Refusal(...)` by the app, for every refusal, real or would-be."""

GROUP = "refusals"
REQUEST_ID = "kolba.request_id"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._\-]{8,64}")
_ROWS_A_GUARD = 200


class Mode(StrEnum):
    """What a guard does with what it would refuse."""

    ENFORCE = "enforce"
    REPORT = "report"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that a guard refused, or would have.

    Attributes:
        guard: which guard (`redirect`, `cross_origin`, `host`, ...).
        endpoint: the endpoint of the request, if it had one.
        what: what was refused, as `Name: value`; never a secret.
        why: the reason.
        mend: the line of code or configuration that would allow it.
        mode: whether it was refused or only reported.
        request_id: what the log line, the page and the proxy call the request.
    """

    guard: str
    endpoint: str | None
    what: str
    why: str
    mend: str
    mode: Mode
    request_id: str = ""


class _Page(HTTPException):
    """An error whose page is ours: HTML in the visitor's language, or problem details."""

    guard = ""
    what = ""
    mend = ""
    request_id = ""

    def get_body(self, environ: Any = None, scope: Any = None) -> str:
        """The page, or problem details for clients that read JSON."""
        common = {"what": self.what, "request_id": self.request_id}
        if reads_json():
            return refusals.problem(self.guard, self.code or 403, language(), **common)
        mend = self.mend if current_app and current_app.debug else ""
        start = f"{request.script_root}/" if request else "/"
        return refusals.page(self.guard, language(), mend=mend, start=start, **common)

    def get_headers(self, environ: Any = None, scope: Any = None) -> list[tuple[str, str]]:
        """The type of the body; such pages are never stored."""
        kind = "application/problem+json" if reads_json() else "text/html; charset=utf-8"
        varies = ("Vary", "Accept, Accept-Language")
        return [("Content-Type", kind), ("Cache-Control", "no-store"), varies]


class Refused(_Page):
    """A request or an answer that a guard turned down.

    Give it your own page with `@app.errorhandler(Refused)`, or one for its status.

    Attributes:
        refusal: what, why, and what would allow it.
    """

    def __init__(self, refusal: Refusal, code: int = 403) -> None:
        super().__init__(f"{refusal.what}: {refusal.why}")
        self.refusal = refusal
        self.code = code
        self.guard = refusal.guard
        self.what = refusal.what
        self.mend = refusal.mend
        self.request_id = refusal.request_id


@cache
def _kind(code: int) -> type[Refused]:
    """`Refused` that is also Werkzeug's exception of that status, for `errorhandler(403)`."""
    base = default_exceptions.get(code)
    return Refused if base is None else type("Refused", (Refused, base), {})


class LoginNeeded(_Page, Unauthorized):
    """A request that needs a login, from a client that is not sent to one. 401.

    Attributes:
        login: the URL of the login; None if the app has none.
    """

    code = 401
    guard = "login"

    def __init__(self, *, login: str | None) -> None:
        super().__init__("a login is needed")
        self.login = login
        self.what = f"Login: {login}" if login else "401"
        self.request_id = request_id()

    def get_headers(self, environ: Any = None, scope: Any = None) -> list[tuple[str, str]]:
        """htmx goes to the login by itself."""
        headers = super().get_headers(environ, scope)
        return [*headers, ("HX-Redirect", self.login)] if self.login else headers


def mode(app: Flask, guard: str) -> Mode:
    """The mode of one guard: `KOLBA_<GUARD>` in the config, else the app's `safety`.

    Raises:
        ConfigError: the setting is no mode.
    """
    setting = f"KOLBA_{guard.upper()}"
    return mode_named(setting, app.config.get(setting, getattr(app, "safety", Mode.ENFORCE)))


def mode_named(setting: str, value: Any) -> Mode:
    """The mode that is called `value` in this setting.

    Raises:
        ConfigError: there is none.
    """
    try:
        return Mode(value)
    except ValueError:
        modes = ", ".join(repr(m.value) for m in Mode)
        raise ConfigError(f"{setting} is {value!r}: write one of {modes}") from None


def refuse(guard: str, how: Mode, what: str, why: str, mend: str, *, code: int = 403) -> None:
    """Note one refusal; in `enforce`, raise it.

    Raises:
        Refused: with status `code`, in `enforce`.
    """
    refusal = note(guard, how, what, why, mend)
    if how is Mode.ENFORCE:
        raise _kind(code)(refusal, code)


def note(guard: str, how: Mode, what: str, why: str, mend: str) -> Refusal:
    """Tell the log, the signal's receivers and the state store of one refusal."""
    endpoint = request.endpoint if request else None
    refusal = Refusal(guard, endpoint, _clean(what), why, mend, how, request_id())
    logger.warning(
        "%s %s [%s] %s: %s: %s. %s",
        guard,
        how.value,
        refusal.request_id,
        endpoint,
        refusal.what,
        why,
        mend,
        extra={"refusal": refusal},
    )
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    refused.send(app, refusal=refusal)
    return refusal


def request_id() -> str:
    """What this request is called in logs and on pages: `X-Request-ID` if well formed, or made."""
    if not request:
        return ""
    environ = request.environ
    known: str | None = environ.get(REQUEST_ID)
    if known is None:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        known = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(6)
        environ[REQUEST_ID] = known
    return known


@refused.connect
def _count(app: Flask, refusal: Refusal) -> None:
    """Add the refusal to the rows of `kolba report`; a store that is down only loses a count."""
    if is_stateless(app):
        return
    name = f"{refusal.mode} {refusal.endpoint} {refusal.what}"
    detail = json.dumps(asdict(refusal)).encode()
    group = f"{GROUP}:{refusal.guard}"
    now = time.time()
    try:
        store = store_of(app)
        store.tally(GROUP, refusal.guard, b"", now=now)
        store.tally(group, name, detail, now=now, limit=_ROWS_A_GUARD)
    except KolbaError as error:
        logger.error("the refusal was not counted: %s", error)


def _clean(what: str) -> str:
    """No control characters, no more than a line: `what` may hold a stranger's bytes."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in what[:300])
    return shown if len(what) <= 300 else f"{shown}..."


def reads_json() -> bool:
    """Whether the client is a program: it prefers JSON, sent JSON, or fetched in a page."""
    if not request:
        return False
    accepts = request.accept_mimetypes
    html = accepts["text/html"]
    json_ = max(accepts["application/json"], accepts["application/problem+json"])
    if html != json_:
        return json_ > html
    return request.is_json or request.headers.get("Sec-Fetch-Dest") == "empty"
