"""What trusted proxies say about a request: its client, scheme, host and prefix.

`KOLBA_TRUSTED_PROXIES` alone decides: a number of proxies that each request
passes, or the networks that they are in. Without it every `X-Forwarded-*` header
is a stranger's and is ignored. The invariant: a forwarded value is believed whole
and well formed, or the request is refused; it is never guessed at.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

from flask import Flask

from kolba.errors import ConfigError
from kolba.guards.hosts import Charge
from kolba.guards.site import split_host

GUARD = "proxy"
SETTING = "KOLBA_TRUSTED_PROXIES"
_EXTENSION = "kolba.proxies"
_prefix = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+")
_ports = {"http": "80", "https": "443"}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Settings:
    """Which proxies are trusted.

    Attributes:
        count: how many each request passes; 0 if networks are given.
        networks: the networks that proxies are in.
        prefix: the app's prefix, from `APPLICATION_ROOT`; '' for none.
    """

    count: int
    networks: tuple[Network, ...]
    prefix: str


def settings_of(app: Flask) -> Settings | None:
    """The settings, read at their first use; None if no proxy is trusted.

    Raises:
        ConfigError: `KOLBA_TRUSTED_PROXIES` is neither a count nor networks.
    """
    if _EXTENSION not in app.extensions:
        app.extensions[_EXTENSION] = _compiled(app)
    return app.extensions[_EXTENSION]  # type: ignore[no-any-return]


def _compiled(app: Flask) -> Settings | None:
    value = app.config.get(SETTING)
    root = app.config.get("APPLICATION_ROOT") or "/"
    prefix = root.rstrip("/")
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if not value:
        return None
    if isinstance(value, bool) or (isinstance(value, int) and value < 0):
        raise ConfigError(f"{SETTING} is {value!r}: write how many proxies, or their networks.")
    if isinstance(value, int):
        return Settings(value, (), prefix)
    parts = value.replace(",", " ").split() if isinstance(value, str) else list(value)
    return Settings(0, tuple(_network(part) for part in parts), prefix)


def _network(text: Any) -> Network:
    try:
        return ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        raise ConfigError(
            f"{SETTING}: {text!r} is no network. Write '10.0.0.0/8', or the number of proxies."
        ) from None


def apply(settings: Settings, environ: dict[str, Any]) -> Charge | None:
    """Put right in `environ` what trusted proxies say; the charge if they cannot be believed.

    A refused request keeps its environ as it was.
    """
    hops = _hops(settings, environ)
    if hops == 0:
        return None
    changes: dict[str, str] = {}
    charge = (
        _client(settings, environ, hops, changes)
        or _scheme(environ, hops, changes)
        or _host(environ, hops, changes)
        or _path(settings, environ, hops, changes)
    )
    if charge is None:
        environ.update(changes)
    return charge


def _hops(settings: Settings, environ: dict[str, Any]) -> int:
    """How many proxies the request has passed that are trusted; 0 believes nothing."""
    if settings.count:
        return settings.count
    hops, address = 0, environ.get("REMOTE_ADDR", "")
    others = _values(environ, "HTTP_X_FORWARDED_FOR")
    while _is_trusted(settings, address):
        hops += 1
        if hops > len(others):
            break
        address = others[-hops]
    return hops


def _is_trusted(settings: Settings, text: str) -> bool:
    try:
        address = ipaddress.ip_address(_bare(text))
    except ValueError:
        return False
    return any(address in network for network in settings.networks)


def _bare(text: str) -> str:
    """An address without the port that some proxies add."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _values(environ: dict[str, Any], key: str) -> list[str]:
    """The values of a header. One that is empty says nothing: so proxies pass on what is absent."""
    value = environ.get(key)
    return [part.strip() for part in value.split(",")] if value else []


def _nth(values: list[str], hops: int) -> str | None:
    """The value that the outermost trusted proxy wrote: each appends one, or one replaces all."""
    return values[-min(hops, len(values))] if values else None


def _client(
    settings: Settings, environ: dict[str, Any], hops: int, changes: dict[str, str]
) -> Charge | None:
    value = _nth(_values(environ, "HTTP_X_FORWARDED_FOR"), hops)
    if value is None:
        # SECURITY: empty is what a server may make of a header that holds bytes outside of ASCII. A
        # stranger who sends such bytes through a proxy must not be taken for the proxy.
        empty = environ.get("HTTP_X_FORWARDED_FOR")
        return None if empty is None else _charge("X-Forwarded-For", empty, "it is empty")
    address = _bare(value)
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return _charge("X-Forwarded-For", value, "it is no address")
    changes["REMOTE_ADDR"] = address
    return None


def _scheme(environ: dict[str, Any], hops: int, changes: dict[str, str]) -> Charge | None:
    value = _nth(_values(environ, "HTTP_X_FORWARDED_PROTO"), hops)
    if value is None:
        return None
    scheme = value.lower()
    if scheme not in _ports:
        return _charge("X-Forwarded-Proto", value, "it is neither http nor https")
    ssl = environ.get("HTTP_X_FORWARDED_SSL", "").lower()
    if ssl in ("on", "off") and (ssl == "on") != (scheme == "https"):
        return _charge("X-Forwarded-Proto", value, f"it contradicts X-Forwarded-Ssl: {ssl}")
    changes["wsgi.url_scheme"] = scheme
    return None


def _host(environ: dict[str, Any], hops: int, changes: dict[str, str]) -> Charge | None:
    value = _nth(_values(environ, "HTTP_X_FORWARDED_HOST"), hops)
    port = _nth(_values(environ, "HTTP_X_FORWARDED_PORT"), hops)
    if port and not (port.isascii() and port.isdecimal() and len(port) < 6):
        return _charge("X-Forwarded-Port", port, "it is no port")
    if value is None:
        return None
    found = split_host(value)
    if found is None:
        return _charge("X-Forwarded-Host", value, "it is no host")
    name, own_port = found
    scheme = changes.get("wsgi.url_scheme", environ["wsgi.url_scheme"])
    shown = str(own_port) if own_port is not None else port or _ports[scheme]
    changes["SERVER_NAME"], changes["SERVER_PORT"] = name, shown
    changes["HTTP_HOST"] = name if shown == _ports[scheme] else f"{name}:{shown}"
    return None


def _path(
    settings: Settings, environ: dict[str, Any], hops: int, changes: dict[str, str]
) -> Charge | None:
    value = _nth(_values(environ, "HTTP_X_FORWARDED_PREFIX"), hops)
    if value in (None, "", "/"):
        return None
    prefix = str(value).rstrip("/")
    if not _prefix.fullmatch(prefix) or "/../" in f"{prefix}/" or "/./" in f"{prefix}/":
        return _charge("X-Forwarded-Prefix", str(value), "it is no path")
    if prefix != settings.prefix:
        # SECURITY: proxies that do not set this header pass on a stranger's.
        mend = f"If it is the app's, write app.config['APPLICATION_ROOT'] = {prefix!r}"
        return Charge(f"X-Forwarded-Prefix: {value}", "it is not APPLICATION_ROOT", mend, 400)
    changes["SCRIPT_NAME"] = prefix
    path = environ.get("PATH_INFO", "")
    if path == prefix or path.startswith(f"{prefix}/"):
        changes["PATH_INFO"] = path[len(prefix) :]
    return None


def _charge(name: str, value: str, why: str) -> Charge:
    mend = f"Let the proxy overwrite {name} instead of passing a stranger's on"
    return Charge(f"{name}: {value[:100]}", why, mend, 400)
