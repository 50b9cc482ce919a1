"""Headers that every answer has unless the app says otherwise.

`X-Content-Type-Options: nosniff`, `Referrer-Policy`, `frame-ancestors 'self'`;
HSTS, COOP and a content security policy by declaration (`KOLBA_HSTS`,
`KOLBA_COOP`, `KOLBA_CSP`). `KOLBA_RESPONSE_HEADERS` changes, adds and (None)
leaves out. An answer that has one of them already keeps its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask

from kolba.errors import ConfigError
from kolba.guards import csp
from kolba.safety import Mode, mode

GUARD = "headers"
_EXTENSION = "kolba.headers"
_FRAMES = "frame-ancestors 'self'"
DEFAULTS: dict[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_POLICY = "content-security-policy"
_HSTS = "strict-transport-security"
_YEAR = 31_536_000
_name = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_DECIDING = ("location", "set-cookie", _POLICY, "x-frame-options")
_FRAMING = frozenset({_POLICY, "x-frame-options"})
_EVERY_LENGTH = frozenset(range(256))


@dataclass(frozen=True, slots=True)
class Settings:
    """What is added, compiled once.

    Attributes:
        common: what an answer without any of these headers gets.
        names: the same by lower-case name, but for the policy.
        frames: whether `frame-ancestors 'self'` is wanted.
        hsts: the value for https answers; '' for none.
        policy: the declared policy; None for none.
        asked: lower-case names of headers beside which not all of `common` is added.
        depends: whether the headers depend on the request (HSTS, a policy with a nonce).
        lengths: of header names; an answer with none of them just gets `common`.
    """

    common: tuple[tuple[str, str], ...]
    names: Mapping[str, tuple[str, str]]
    frames: bool
    hsts: str
    policy: csp.Policy | None
    asked: frozenset[str]
    depends: bool
    lengths: frozenset[int]


def settings_of(app: Flask) -> Settings:
    """The settings, read at their first use.

    Raises:
        ConfigError: a setting cannot be used.
    """
    known: Settings | None = app.extensions.get(_EXTENSION)
    if known is None:
        known = _compiled(app)
        app.extensions[_EXTENSION] = known
    return known


def _compiled(app: Flask) -> Settings:
    deciding = frozenset(map(len, _DECIDING))
    if mode(app, GUARD) is not Mode.ENFORCE:
        return Settings((), {}, False, "", None, _FRAMING, False, deciding)
    wanted = _wanted(app)
    frames = wanted.get("Content-Security-Policy") == _FRAMES
    names = {
        name.lower(): (name, value)
        for name, value in wanted.items()
        if not (frames and name == "Content-Security-Policy")
    }
    common = (*names.values(), *((("Content-Security-Policy", _FRAMES),) if frames else ()))
    hsts, policy = _hsts(app.config.get("KOLBA_HSTS")), csp.policy_of(app)
    lengths = deciding | frozenset(map(len, names))
    depends = bool(hsts) or policy is not None
    if depends:
        lengths = _EVERY_LENGTH  # decided for each answer
    return Settings(common, names, frames, hsts, policy, _FRAMING | names.keys(), depends, lengths)


def _wanted(app: Flask) -> dict[str, str]:
    """The headers that depend on nothing, by name: defaults, declarations, the app's changes."""
    given = app.config.get("KOLBA_RESPONSE_HEADERS") or {}
    if not isinstance(given, Mapping):
        raise ConfigError(f"KOLBA_RESPONSE_HEADERS is {given!r}: write a dict of header to value.")
    wanted = {**DEFAULTS, "Content-Security-Policy": _FRAMES}
    if coop := app.config.get("KOLBA_COOP"):
        wanted["Cross-Origin-Opener-Policy"] = "same-origin" if coop is True else str(coop)
    spelled: dict[str, str] = {name.lower(): name for name in wanted}
    for key, value in given.items():
        name = str(key)
        wanted.pop(spelled.get(name.lower(), name), None)
        if value is not None:
            wanted[name] = _printable(name, value)
    return wanted


def _printable(name: str, value: Any) -> str:
    text = str(value)
    if not (text.isascii() and text.isprintable()) or not _name.fullmatch(name):
        raise ConfigError(
            f"KOLBA_RESPONSE_HEADERS: {name!r}: {text!r} is no header: write printable ASCII."
        )
    return text


def _hsts(value: Any) -> str:
    """`True` is a year; a number of seconds, a timedelta or the whole value are taken too."""
    if not value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, timedelta):
        return f"max-age={int(value.total_seconds())}"
    return f"max-age={_YEAR if value is True else int(value)}"


def complete(settings: Settings, environ: dict[str, Any], listed: list[tuple[str, str]]) -> None:
    """Add to the headers of an answer what it lacks."""
    present = {name.lower() for name, _ in listed}
    for name, pair in settings.names.items():
        if name not in present:
            listed.append(pair)
    if settings.hsts and environ["wsgi.url_scheme"] == "https" and _HSTS not in present:
        listed.append(("Strict-Transport-Security", settings.hsts))
    if settings.policy is not None and _POLICY not in present:
        listed.append(("Content-Security-Policy", settings.policy.header(environ)))
    elif settings.frames and not _says_who_frames(listed, present):
        listed.append(("Content-Security-Policy", _FRAMES))


def _says_who_frames(listed: list[tuple[str, str]], present: set[str]) -> bool:
    if "x-frame-options" in present:
        return True
    return _POLICY in present and any(
        name.lower() == _POLICY and "frame-ancestors" in value.lower() for name, value in listed
    )
