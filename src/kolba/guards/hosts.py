"""Which hosts the site answers for, and what external URLs name.

`KOLBA_ORIGINS` lists the site's own origins. With it, a request for another host
gets 421 before any view; without it, only a malformed `Host` is refused (400),
and external URLs are built for local hosts alone. `KOLBA_HOST_EXEMPT` lists paths
that answer whatever the host (health checks by address).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask, request
from flask.globals import _cv_request
from werkzeug.routing import BuildError

from kolba.errors import ConfigError
from kolba.guards.site import SCHEMES, Origin, Origins, make_origin, origins_of, split_host
from kolba.safety import Mode, mode

GUARD = "host"
SETTING = "KOLBA_ORIGINS"
_EXTENSION = "kolba.hosts"
_EXEMPT = "kolba.hosts.exempt"
_NOT_VALUES = ("_anchor", "_method", "_scheme", "_external")
_ANCHOR_SAFE = "%!#$&'()*+,/:;=?@"
# SECURITY: of such a host Werkzeug makes an empty one, and of it links to `http:///`.
_odd_port = re.compile(r".*:(?:0[0-9]*)?").fullmatch


@dataclass(frozen=True, slots=True)
class Settings:
    """What the guard was told, compiled once.

    Attributes:
        mode: what it does.
        site: the site's own origins; empty if none is configured.
        exempt: paths that answer whatever the host.
        lenient: this machine's own names are the site's, too, and any `Host` may be named by
            external URLs where no origin is configured (debug or testing).
    """

    mode: Mode
    site: Origins
    exempt: frozenset[str]
    lenient: bool


@dataclass(frozen=True, slots=True)
class Charge:
    """What is wrong with the host of a request."""

    what: str
    why: str
    mend: str
    code: int


def settings_of(app: Flask) -> Settings:
    """The guard's settings, read at their first use.

    Raises:
        ConfigError: a setting cannot be used.
    """
    known: Settings | None = app.extensions.get(_EXTENSION)
    if known is None:
        exempt = app.config.get("KOLBA_HOST_EXEMPT") or ()
        exempt = frozenset((exempt,) if isinstance(exempt, str) else exempt)
        exempt |= app.extensions.get(_EXEMPT, frozenset())
        if odd := [path for path in exempt if not str(path).startswith("/")]:
            raise ConfigError(f"KOLBA_HOST_EXEMPT: {odd[0]!r} is no path. Write '/health'.")
        known = Settings(mode(app, GUARD), origins_of_site(app), exempt, is_lenient(app))
        app.extensions[_EXTENSION] = known
    return known


def is_lenient(app: Flask) -> bool:
    """Whether the app is in development, or in tests."""
    return bool(app.debug or app.testing)


def exempt(app: Flask, path: str) -> None:
    """Have a path of Kolba's own answered whatever the host, before the app's first request."""
    app.extensions.setdefault(_EXEMPT, set()).add(path)


def origins_of_site(app: Flask) -> Origins:
    """`KOLBA_ORIGINS`; else what `SERVER_NAME` says, with `PREFERRED_URL_SCHEME`."""
    configured = origins_of(app.config, SETTING, wildcards=True)
    name = app.config.get("SERVER_NAME")
    if configured or not isinstance(name, str):
        return configured
    is_https = app.config.get("PREFERRED_URL_SCHEME") == "https"
    exact = [make_origin(scheme, name) for scheme in SCHEMES["https" if is_https else "http"]]
    found = tuple(origin for origin in exact if origin)
    below: tuple[Origin, ...] = ()
    if app.subdomain_matching:
        below = tuple(Origin(o.scheme, f".{o.host}", o.port) for o in found)
    return Origins(frozenset(found), below, found)


def judge(settings: Settings, environ: dict[str, Any]) -> Charge | None:
    """What is wrong with the host of a request, or None. The one decision."""
    host: str | None = environ.get("HTTP_HOST")
    if host is None and environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        host = environ.get("SERVER_NAME", "")
    if host is None:
        return Charge("Host: (none)", "the header is missing", "Clients must send it", 400)
    found = split_host(host)
    if found is None or _odd_port(host):
        return Charge(f"Host: {host[:100]}", "it is malformed", "Clients must send a host", 400)
    if not settings.site or settings.site.named(*found) is not None:
        return None
    if environ.get("PATH_INFO") in settings.exempt or _is_here(settings, found):
        return None
    origin = make_origin(environ["wsgi.url_scheme"], host)
    mend = (
        f"If it is the site's, add {str(origin)!r} to {SETTING};"
        " for a health check by address, add its path to KOLBA_HOST_EXEMPT"
    )
    return Charge(f"Host: {host}", f"it is not in {SETTING}", mend, 421)


def _is_here(settings: Settings, host: tuple[str, int | None] | None) -> bool:
    """Whether a host is this machine, in development or in tests."""
    return settings.lenient and host is not None and is_local(host[0])


def external_base(app: Flask) -> Origin | None:
    """The origin that external URLs name; None leaves it to Flask.

    In a request it is the listed origin that the request's host names, so that
    the scheme is right behind a proxy that hides it; else the first listed one. Of both schemes
    it is https; where http is listed first, the request's.

    Raises:
        ConfigError: no origin is configured and the request's host is not local.
    """
    settings = settings_of(app)
    environ = None if _cv_request.get(None) is None else request.environ
    if settings.mode is Mode.OFF or (environ is None and not settings.site):
        return None
    if environ is None:
        return settings.site.first
    if settings.mode is Mode.REPORT:
        return None  # what a request gets does not change yet
    found = split_host(environ.get("HTTP_HOST", ""))
    if settings.site:
        named = found and settings.site.named(*found, _scheme(settings.site, environ))
        return named or (None if _is_here(settings, found) else settings.site.first)
    if settings.lenient or (found and is_local(found[0])):
        return None
    raise ConfigError(
        f"an external URL needs an origin, and {SETTING} is not set: the Host header of a"
        f" request ({environ.get('HTTP_HOST')!r}) is whatever the client wrote."
        f" Write app.config[{SETTING!r}] = ['https://shop.example']."
    )


def _scheme(site: Origins, environ: dict[str, Any]) -> str:
    """Which of an origin's schemes is meant, if it may have both."""
    is_plain = site.first is not None and site.first.scheme == "http"
    return "http" if is_plain and environ["wsgi.url_scheme"] == "http" else "https"


def external_url(
    app: Flask, build: Callable[..., str], endpoint: str, options: dict[str, Any]
) -> str:
    """A URL that may be external, built by `build`: its origin is a configured one.

    A host that the map itself chose (a subdomain, a host of a rule) stays.

    Raises:
        ConfigError: no origin is configured and the request's host is not local.
    """
    if _cv_request.get(None) is None:
        base = external_base(app) if app.config.get("SERVER_NAME") is None else None
        if base is None:
            return build(endpoint, **options)
        return _outside(app, base, endpoint, options)
    if not (options.get("_external") or options.get("_scheme")):
        return build(endpoint, **options)
    base = external_base(app)
    url = build(endpoint, **options)
    here = f"//{request.host}/"
    scheme, found, rest = url.partition(here)
    if base is None or not found or scheme not in ("", "http:", "https:"):
        return url
    return f"{options.get('_scheme') or base.scheme}://{base.netloc}/{rest}"


def _outside(app: Flask, base: Origin, endpoint: str, options: dict[str, Any]) -> str:
    """Outside a request (a mail from a job): from the first configured origin."""
    values = {name: value for name, value in options.items() if name not in _NOT_VALUES}
    scheme = options.get("_scheme") or base.scheme
    adapter = app.url_map.bind(
        base.netloc, script_name=app.config["APPLICATION_ROOT"], url_scheme=scheme
    )
    app.inject_url_defaults(endpoint, values)
    try:
        url = adapter.build(
            endpoint,
            values,
            method=options.get("_method"),
            force_external=options.get("_external") is not False,
        )
    except BuildError as error:
        values.update({name: options.get(name) for name in _NOT_VALUES})
        return app.handle_url_build_error(error, endpoint, values)
    anchor = options.get("_anchor")
    return url if anchor is None else f"{url}#{quote(anchor, safe=_ANCHOR_SAFE)}"


def is_local(host: str) -> bool:
    """Whether a host can only be this machine or a development name."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
