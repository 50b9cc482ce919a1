"""What an app believes of a request: told to `kolba doctor`, and to nobody else.

The doctor has the app's configuration, and so its key: it signs its request, for
a minute. Anybody else's header of that name is ignored.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from flask import Flask
from itsdangerous import BadData, TimestampSigner

from kolba.errors import KolbaError
from kolba.guards import hosts, proxies
from kolba.keys import keys_of

HEADER = "Kolba-Doctor"
ENVIRON = "HTTP_KOLBA_DOCTOR"
PROBE = "Kolba_Probe"
"""A header that no server or proxy may hand on: to WSGI it has the name of one with a hyphen."""
_LIFE = 60
_FORWARDED = ("FOR", "PROTO", "HOST", "PORT", "PREFIX", "SSL")


def ticket(app: Flask) -> str:
    """What the doctor puts into its header.

    Raises:
        ConfigError: the app has no key.
    """
    return _signer(app).sign(secrets.token_hex(8)).decode("ascii")


def is_doctors(app: Flask, given: str) -> bool:
    """Whether a header was made with this app's key, in the last minute."""
    try:
        _signer(app).unsign(given, max_age=_LIFE)
    except (BadData, KolbaError):
        return False
    return True


def answer(
    app: Flask, environ: dict[str, Any], start: Any, refused: hosts.Charge | None
) -> list[bytes]:
    """The belief as JSON; `refused` is what is wrong with the proxies' headers, if anything."""
    body = json.dumps(belief(app, environ, refused)).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    start("200 OK", headers)
    return [body]


def belief(app: Flask, environ: dict[str, Any], refused: hosts.Charge | None) -> dict[str, Any]:
    """Plain data: what the guards and `request` would say of this request."""
    settings = hosts.settings_of(app)
    charge = refused or hosts.judge(settings, environ)
    trusted = proxies.settings_of(app)
    return {
        "scheme": environ["wsgi.url_scheme"],
        "host": environ.get("HTTP_HOST", ""),
        "prefix": environ.get("SCRIPT_NAME", ""),
        "path": environ.get("PATH_INFO", ""),
        "client": environ.get("REMOTE_ADDR", ""),
        "forwarded": {
            f"X-Forwarded-{name.title()}": environ[f"HTTP_X_FORWARDED_{name}"]
            for name in _FORWARDED
            if f"HTTP_X_FORWARDED_{name}" in environ
        },
        "trusts_proxies": trusted is not None,
        "takes_underscores": f"HTTP_{PROBE.upper()}" in environ,
        "refused": None if charge is None else f"{charge.what}: {charge.why}. {charge.mend}",
    }


def _signer(app: Flask) -> TimestampSigner:
    keys: list[Any] = list(reversed(keys_of(app)))
    return TimestampSigner(
        keys, salt="kolba.doctor", key_derivation="hmac", digest_method=hashlib.sha256
    )
