"""What an app lacks for production, and what it believes of a live request.

Each check is one function that yields findings; `kolba doctor` prints them. The
app is loaded and its settings are read as at its start; nothing is changed.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from kolba import safety, startup
from kolba.app import Kolba
from kolba.errors import KolbaError
from kolba.guards import belief, hosts, proxies
from kolba.login.gate import GATED, MARK
from kolba.stores import Checked, is_stateless, store_of
from kolba.stores.memory import MemoryStore

GUARDS = ("redirect", "cross_origin", "host", "headers", "cookies", "body", "escaping", "routes")
_NAMES = """
    ORIGINS HOST_EXEMPT TRUSTED_PROXIES TRUSTED_ORIGINS REDIRECT_ORIGINS
    RESPONSE_HEADERS CSP HSTS COOP STATE KEYS IDENTITY_KEYS IMPORT_UNTIL
    SESSION_IDLE SESSION_ABSOLUTE SESSION_GRACE SESSION_LIMIT SESSION_PASSIVE
    FLASH_WAIT FLASH_LEASE FLASH_LIFE FLASH_MOST FLASH_SIZE FLASH_COLLAPSE
    FORM_LOOK FORM_KEEP FORM_KEEP_SIZE SECRET_FIELDS MAX_JSON_DEPTH MAX_QUERY_FIELDS
    TEXT_TEMPLATES LANGUAGE GETTEXT
"""
SETTINGS = frozenset(f"KOLBA_{name}" for name in (*map(str.upper, GUARDS), *_NAMES.split()))
"""Everything that `app.config` may hold of ours."""

_TIMEOUT = 15


class Level(StrEnum):
    """How much a finding matters."""

    GOOD = "good"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the doctor saw.

    Attributes:
        level: how much it matters.
        what: what is so.
        do: what to do about it; '' if nothing.
    """

    level: Level
    what: str
    do: str = ""


def examine(app: Flask) -> list[Finding]:
    """What is so about an app's settings."""
    if not isinstance(app, Kolba):
        do = "Change its class to kolba.Kolba, with safety='report' to begin with."
        return [Finding(Level.NOTE, "the app is a plain Flask: no guard watches over it", do)]
    try:
        startup.start(app)
    except KolbaError as error:
        return [Finding(Level.WRONG, "the app does not start", str(error))]
    return [finding for check in _CHECKS for finding in check(app)]


def _modes(app: Flask) -> Iterator[Finding]:
    for guard in GUARDS:
        how = safety.mode(app, guard)
        setting = f"KOLBA_{guard.upper()}"
        if how is safety.Mode.ENFORCE:
            yield Finding(Level.GOOD, f"{setting}: enforce")
        else:
            do = "See 'kolba report', mend what it lists, and enforce."
            yield Finding(Level.NOTE, f"{setting}: {how}", do)


def _names(app: Flask) -> Iterator[Finding]:
    """A misspelt guard is on where it was meant to be off, or the other way round."""
    for name in sorted(app.config):
        if name.startswith("KOLBA_") and name not in SETTINGS:
            near = difflib.get_close_matches(name, SETTINGS, n=1)
            do = f"Did you mean {near[0]}?" if near else "All settings are in docs/settings.md."
            yield Finding(Level.WRONG, f"{name} is no setting: nothing reads it", do)


def _origins(app: Flask) -> Iterator[Finding]:
    site = hosts.origins_of_site(app)
    if not site:
        do = "Write app.config['KOLBA_ORIGINS'] = ['https://…']."
        what = "KOLBA_ORIGINS is not set: any host is answered, and external URLs fail"
        yield Finding(Level.WRONG, what, do)
        return
    yield Finding(Level.GOOD, f"the site is {', '.join(map(str, site.listed)) or 'by wildcard'}")
    https = [origin for origin in site.listed if origin.scheme == "https"]
    plain = [o for o in site.listed if o.scheme == "http" and not hosts.is_local(o.host)]
    if plain:
        do = "Serve it by https, and list that."
        yield Finding(Level.WRONG, f"{plain[0]} is not https: cookies travel in the open", do)
    if https and not app.config.get("KOLBA_HSTS"):
        do = "Once all of the site is https, write app.config['KOLBA_HSTS'] = True."
        yield Finding(Level.NOTE, "browsers are not told to stay on https", do)


def _proxies(app: Flask) -> Iterator[Finding]:
    trusted = proxies.settings_of(app)
    has_fix = isinstance(app.wsgi_app, ProxyFix)
    if trusted is not None and has_fix:
        do = "Remove ProxyFix: KOLBA_TRUSTED_PROXIES does its work."
        yield Finding(Level.WRONG, "ProxyFix is around the app as well", do)
    elif has_fix:
        do = "Write KOLBA_TRUSTED_PROXIES instead: it refuses what is forged."
        yield Finding(Level.NOTE, "ProxyFix is around the app", do)
    elif trusted is None:
        do = "Behind a proxy, write how many there are, or their networks. Check with --url."
        yield Finding(Level.NOTE, "KOLBA_TRUSTED_PROXIES is not set: no proxy is believed", do)
    else:
        shown = trusted.count or ", ".join(map(str, trusted.networks))
        yield Finding(Level.GOOD, f"trusted proxies: {shown}")


def _debugging(app: Flask) -> Iterator[Finding]:
    if app.debug:
        do = "Do not set FLASK_DEBUG or --debug in production."
        yield Finding(Level.WRONG, "debug mode is on: errors show code to visitors", do)


def _state(app: Flask) -> Iterator[Finding]:
    if is_stateless(app):
        do = "Leave KOLBA_STATE out, or name a store."
        what = "KOLBA_STATE is 'cookie:': a log-out does not end copied cookies"
        yield Finding(Level.NOTE, what, do)
        return
    try:
        store = store_of(app)
        if isinstance(store, Checked):
            store.check()
    except KolbaError as error:
        yield Finding(Level.WRONG, "the state store cannot be used", str(error))
        return
    if isinstance(store, MemoryStore):
        do = "Name a file or a server: KOLBA_STATE = 'sqlite:////var/lib/shop/kolba.sqlite3'."
        yield Finding(Level.WRONG, "KOLBA_STATE is 'memory:': a restart logs everybody out", do)
        return
    yield Finding(Level.GOOD, f"the state store answers ({type(store).__name__})")
    if host := getattr(store, "open_to", None):
        do = "Unless nobody else is on that network, write ?sslmode=verify-full in KOLBA_STATE."
        yield Finding(Level.NOTE, f"the way to {host} is not proved to be the state server's", do)


def _login(app: Flask) -> Iterator[Finding]:
    gated = GATED in app.extensions or any(
        getattr(view, MARK, False) for view in app.view_functions.values()
    )
    view = getattr(app, "login_view", None)
    if gated and view is None:
        do = "Write app.login_view = 'login'."
        yield Finding(Level.WRONG, "views need a login, and there is no login view", do)
    elif view is not None and not view.startswith("/") and view not in app.view_functions:
        yield Finding(Level.WRONG, f"app.login_view is {view!r}: there is no such endpoint")


_CHECKS: tuple[Callable[[Flask], Iterator[Finding]], ...] = (
    _modes,
    _names,
    _origins,
    _proxies,
    _debugging,
    _state,
    _login,
)


def ask(app: Flask, url: str) -> dict[str, Any]:
    """What the server at `url`, which runs this app, believes of a request to it.

    Raises:
        KolbaError: there is no answer, or not from this app.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise KolbaError(f"{url!r} is no URL to ask. Write 'https://shop.example/'.")
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    try:
        connection.request(
            "GET", path, headers={belief.HEADER: belief.ticket(app), belief.PROBE: "1"}
        )
        reply = connection.getresponse()
        body = reply.read(100_000)
    except (OSError, HTTPException) as error:
        raise KolbaError(f"{url!r} does not answer: {error}. Is the server running?") from None
    finally:
        connection.close()
    return _read(url, reply.status, reply.getheader("Location"), body)


def _read(url: str, status: int, location: str | None, body: bytes) -> dict[str, Any]:
    if location:
        raise KolbaError(f"{url!r} redirects to {location!r} before the app is reached: ask that.")
    try:
        found: dict[str, Any] = json.loads(body)
        found["scheme"], found["host"], found["refused"]
    except (ValueError, KeyError, TypeError):
        raise KolbaError(
            f"{url!r} answered {status}, and not as this app does: is it another one, or one that"
            " has another key (KOLBA_KEYS, SECRET_KEY) than was loaded here?"
        ) from None
    return found


def compare(url: str, found: dict[str, Any]) -> list[Finding]:
    """Whether what the app believes is what was asked."""
    parts = urlsplit(url)
    asked = parts.netloc.rpartition("@")[2]
    out = [
        _same("scheme", parts.scheme, found["scheme"], "Have the proxy send X-Forwarded-Proto"),
        _same(
            "host", asked, found["host"], "Have the proxy pass Host on, or send X-Forwarded-Host"
        ),
    ]
    if found["refused"]:
        out.append(Finding(Level.WRONG, f"the request would be refused: {found['refused']}"))
    forwarded = found["forwarded"]
    if forwarded and not found["trusts_proxies"]:
        do = "Write app.config['KOLBA_TRUSTED_PROXIES'] = 1, or as many as there are."
        names = ", ".join(sorted(forwarded))
        out.append(Finding(Level.WRONG, f"a proxy sends {names}, and is not believed", do))
    if found["trusts_proxies"] and found.get("takes_underscores"):
        do = (
            "Have the proxy drop headers with an underscore in their name, as nginx does by itself."
        )
        what = "a visitor's X_Forwarded_For and X_Forwarded_Host are taken for the proxy's own"
        out.append(Finding(Level.WRONG, what, do))
    out.append(Finding(Level.GOOD, f"the client's address is {found['client']}"))
    if found["prefix"]:
        out.append(Finding(Level.GOOD, f"the app's prefix is {found['prefix']}"))
    return out


def _same(name: str, asked: str, believed: str, do: str) -> Finding:
    if asked.lower() == believed.lower():
        return Finding(Level.GOOD, f"the {name} is {believed}")
    do = f"{do}, and set KOLBA_TRUSTED_PROXIES."
    return Finding(Level.WRONG, f"the {name} was {asked}, and the app believes {believed}", do)


def text(findings: list[Finding]) -> str:
    """The findings for people, a line each and below it what to do."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.level.value:<6} {finding.what}")
        if finding.do:
            lines.append(f"       {finding.do}")
    return "\n".join(lines) + "\n"


def document(findings: list[Finding], target: str) -> dict[str, Any]:
    """The findings for programs: plain data, ready for JSON."""
    return {"schema": 1, "target": target, "findings": [asdict(finding) for finding in findings]}
