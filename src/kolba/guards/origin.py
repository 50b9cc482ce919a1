"""Requests that another site's page makes a browser send: refused by headers, without tokens.

The algorithm is that of Go's `net/http.CrossOriginProtection`, stricter where
more is known: `Origin` is compared with its scheme, a `same-origin` request
whose `Origin` is foreign is refused, and so are doubled headers.

Requests with neither `Sec-Fetch-Site` nor `Origin` come from no browser of the
last years, and pass: they carry nobody's cookies but their sender's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

from kolba.guards.hosts import is_lenient, is_local, origins_of_site
from kolba.guards.site import Origin, Origins, make_origin, origins_of, parse_origin
from kolba.safety import Mode, mode

GUARD = "cross_origin"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_EXTENSION = "kolba.origin"
_EXEMPT = "_kolba_allows_cross_origin"

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Settings:
    """What the guard was told, compiled once.

    Attributes:
        mode: what it does.
        site: the site's own origins, as far as they are configured.
        trusted: `KOLBA_TRUSTED_ORIGINS`: other sites whose pages may post here.
        lenient: this machine's own names are the site's, too (debug or testing).
    """

    mode: Mode
    site: Origins
    trusted: Origins
    lenient: bool


@dataclass(frozen=True, slots=True)
class Charge:
    """Why a request is another site's."""

    what: str
    why: str
    mend: str


def settings_of(app: Flask) -> Settings:
    """The guard's settings, read at their first use.

    Raises:
        ConfigError: a setting cannot be used; every invalid origin is named.
    """
    known: Settings | None = app.extensions.get(_EXTENSION)
    if known is None:
        trusted = origins_of(app.config, "KOLBA_TRUSTED_ORIGINS")
        known = Settings(mode(app, GUARD), origins_of_site(app), trusted, is_lenient(app))
        app.extensions[_EXTENSION] = known
    return known


def judge(settings: Settings, environ: dict[str, Any]) -> Charge | None:
    """Why a request must be refused, or None. The one decision.

    Whether the view allows cross-origin requests is not asked here.
    """
    if environ["REQUEST_METHOD"] in SAFE_METHODS:
        return None
    site = environ.get("HTTP_SEC_FETCH_SITE")
    origin = environ.get("HTTP_ORIGIN")
    # SECURITY: not a browser. An empty value is what a server makes of bytes that it cannot read.
    if site is None and origin is None:
        return None
    # PERF: what browsers send with the site's own forms.
    if site == "same-origin" and (
        origin is None or origin == f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST')}"
    ):
        return None
    parsed = parse_origin(origin) if origin else None
    if parsed is not None and parsed in settings.trusted:
        return None
    # SECURITY: pages with the policy no-referrer send `null` to their own origin too.
    if site in ("same-origin", "none") and (
        origin in (None, "", "null") or _is_own(settings, environ, parsed)
    ):
        return None
    if not site and _is_same(settings, environ, parsed):
        return None
    return _charge(site, origin, parsed)


def _is_same(settings: Settings, environ: dict[str, Any], origin: Origin | None) -> bool:
    """Whether an `Origin` is the one that this request came to.

    Behind a proxy that hides it, a request's scheme is `http` though the page's
    was `https`; the other way round it is a network attacker's page.
    """
    if origin is None:
        return False
    here = make_origin(environ["wsgi.url_scheme"], environ.get("HTTP_HOST", ""))
    if here is None:
        return False
    if origin == here:
        return origin.scheme == "https" or not _is_https(settings, here)
    return here.scheme == "http" and origin == make_origin("https", environ["HTTP_HOST"])


def _is_https(settings: Settings, here: Origin) -> bool:
    """Whether the configured origin of this host is https, whatever the request looks like."""
    if not settings.site or here in settings.site:
        return False
    return not (settings.lenient and is_local(here.host))


def _is_own(settings: Settings, environ: dict[str, Any], origin: Origin | None) -> bool:
    """For requests that a browser calls same-origin: the proxy may have changed the host."""
    return origin in settings.site or _is_same(settings, environ, origin)


def _charge(site: str | None, origin: str | None, parsed: Origin | None) -> Charge:
    allow = "to let one view take such requests, decorate it with @insecure_allow_cross_origin"
    if parsed is not None:
        mend = f"If that site may post here, add {str(parsed)!r} to KOLBA_TRUSTED_ORIGINS; {allow}"
    else:
        mend = allow.capitalize()
    if site in ("same-origin", "none"):
        return Charge(
            f"Origin: {origin}",
            f"the browser says Sec-Fetch-Site: {site}, but the origin is not the request's host;"
            " does a proxy change the Host header",
            "Let the proxy pass Host on, or set KOLBA_TRUSTED_PROXIES and KOLBA_ORIGINS",
        )
    if site:
        named = f"Sec-Fetch-Site: {site}"
        return Charge(
            named + (f", Origin: {origin}" if origin else ""), "another site sent it", mend
        )
    if not origin:
        empty = "Sec-Fetch-Site" if origin is None else "Origin"
        return Charge(f"{empty}: (empty)", "no browser sends it so, and it tells nothing", mend)
    return Charge(f"Origin: {origin}", "it is not the origin that the request came to", mend)


def insecure_allow_cross_origin(view: View) -> View:
    """Let any site's page send requests to this view (payment callbacks, SAML).

    The view must prove by itself who sent the request: a signature, a token.
    Put it below the route decorator, next to the function.
    """
    setattr(view, _EXEMPT, True)
    return view


def allows_cross_origin(view: Callable[..., Any] | None) -> bool:
    """Whether a view, or what it wraps, is marked."""
    while view is not None:
        if getattr(view, _EXEMPT, False) or getattr(
            getattr(view, "view_class", None), _EXEMPT, False
        ):
            return True
        view = getattr(view, "__wrapped__", None)
    return False
