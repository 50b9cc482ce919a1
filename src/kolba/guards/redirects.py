"""Redirects: where they may lead, and with which status.

A target outside the site needs a name: the site's own origins, those listed in
`KOLBA_REDIRECT_ORIGINS`, and `redirect(..., external=True)` pass; nothing else
does. Judged twice by one function: what `redirect` is given, at the line that
gives it, and the final `Location` of every answer, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import flask
from flask import Flask, current_app, request, session
from flask.globals import _cv_request
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response

from kolba.errors import ConfigError
from kolba.guards.hosts import origins_of_site
from kolba.guards.locations import PLAIN_PATHS, Leads, Nowhere, Stays, is_plain_path, resolve
from kolba.guards.site import Origin, Origins, make_origin, origins_of
from kolba.http.environs import environ_in
from kolba.http.urls import url_of
from kolba.safety import Mode, mode, note, refuse

GUARD = "redirect"
WAY_BACK = "_kolba_way_back"
_EXTENSION = "kolba.redirects"
_EXTERNAL = "kolba.external"
_NOTED = "kolba.redirect_noted"
_NEVER = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "filesystem"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the guard was told, compiled once.

    Attributes:
        mode: what it does.
        site: the site's own origins, as far as they are configured.
        others: `KOLBA_REDIRECT_ORIGINS`.
        after_forms: the status of a redirect that names none, after a form.
        schemes: those of `KOLBA_REDIRECT_ORIGINS` that are a scheme alone (`myapp:`).
    """

    mode: Mode
    site: Origins
    others: Origins
    after_forms: int = 302
    schemes: frozenset[str] = frozenset()


def settings_of(app: Flask) -> Settings:
    """The guard's settings, read at their first use.

    Raises:
        ConfigError: `KOLBA_REDIRECT` or `KOLBA_REDIRECT_ORIGINS` cannot be used.
    """
    known: Settings | None = app.extensions.get(_EXTENSION)
    if known is None:
        schemes, origins = _listed(app.config.get("KOLBA_REDIRECT_ORIGINS") or ())
        others = origins_of(
            {"KOLBA_REDIRECT_ORIGINS": origins}, "KOLBA_REDIRECT_ORIGINS", wildcards=True
        )
        how = mode(app, GUARD)
        code = 303 if how is Mode.ENFORCE else 302
        known = Settings(how, origins_of_site(app), others, code, schemes)
        app.extensions[_EXTENSION] = known
    return known


def _listed(values: Any) -> tuple[frozenset[str], Any]:
    """Schemes alone (for apps on a phone), and the rest."""
    if isinstance(values, str):
        values = values.replace(",", " ").split()
    if not isinstance(values, Iterable):
        return frozenset(), values
    schemes = {v[:-1].lower() for v in values if isinstance(v, str) and v[-1:] == ":"}
    schemes -= {"http", "https"}
    if schemes & _NEVER:
        bad = sorted(schemes & _NEVER)[0]
        raise ConfigError(f"KOLBA_REDIRECT_ORIGINS: {bad!r} targets run code or read files.")
    rest = [v for v in values if not isinstance(v, str) or v[:-1].lower() not in schemes]
    return frozenset(schemes), rest


def verdict(settings: Settings, environ: dict[str, Any], location: str) -> str | None:
    """Why a browser must not be sent to `location`; None if it may be. The one decision.

    Args:
        environ: the request, for the origin that the browser came to.
        location: as `redirect` is given it, or a final `Location` header.
    """
    resolved = resolve(location)
    if isinstance(resolved, Stays):
        return None
    allowed = environ.get(_EXTERNAL, ())
    if isinstance(resolved, Nowhere):
        scheme = location.partition(":")[0].lower()
        if scheme in settings.schemes or f"{scheme}:" in allowed:
            return None
        return resolved.why
    origin = resolved.origin(environ["wsgi.url_scheme"])
    if origin is None or not _known(settings, environ, origin, allowed):
        return "it leads to another site"
    return None


def _known(settings: Settings, environ: dict[str, Any], origin: Origin, allowed: Any) -> bool:
    return (
        origin in settings.site
        or origin in settings.others
        or str(origin) in allowed
        or _is_here(environ, origin)
    )


def _is_here(environ: dict[str, Any], origin: Origin) -> bool:
    """Whether it is the origin of this request, or the same host by https."""
    here = make_origin(environ["wsgi.url_scheme"], environ.get("HTTP_HOST", ""))
    if here is None:
        return False
    upgraded = make_origin("https", here.host)
    return origin == here or (here.scheme == "http" and origin == upgraded)


def check(app: Flask, location: str) -> str:
    """Judge what `redirect` was given; returns what to redirect to.

    Raises:
        Refused: with status 400, in `enforce`.
    """
    settings = settings_of(app)
    if settings.mode is Mode.OFF:
        return location
    environ = request.environ
    why = verdict(settings, environ, _as_sent(location))
    if why is None:
        return location
    environ[_NOTED] = True
    return _turned_down(settings, environ, location, why) or location


def check_answer(app: Flask, environ: dict[str, Any], location: str) -> str | None:
    """Judge the `Location` of an answer; returns another one to send, or None.

    Raises:
        Refused: with status 400, in `enforce`.
    """
    settings = settings_of(app)
    if settings.mode is Mode.OFF or (why := verdict(settings, environ, location)) is None:
        return None
    if settings.mode is Mode.REPORT and environ.get(_NOTED):
        return None
    return _turned_down(settings, environ, location, why)


def _turned_down(
    settings: Settings, environ: dict[str, Any], location: str, why: str
) -> str | None:
    """Refuse, note, or find another target."""
    what = _what(location)
    if _is_referrer(environ, location):
        why, mend = f"{why}; it is the request's referrer", "It becomes a redirect to '/'"
        note(GUARD, settings.mode, what, why, mend)
        return _start(environ) if settings.mode is Mode.ENFORCE else None
    if source := source_of(location):
        why = f"{why}; it came from {source}"
    refuse(GUARD, settings.mode, what, why, _mend(location), code=400)
    return None


def _as_sent(location: str) -> str:
    """Non-ASCII text as Werkzeug will send it; as it is, where Werkzeug would fail."""
    if location.isascii():
        return location
    try:
        return iri_to_uri(location)
    except ValueError:
        return f"{location}\x00"  # resolves to nowhere: control characters


def _what(location: str) -> str:
    """The target's origin only: a path or a query may hold a secret."""
    resolved = resolve(location)
    if isinstance(resolved, Leads):
        return f"Location: {resolved.scheme or request.scheme}://{resolved.netloc}"
    head, colon, _ = location[:64].partition(":")
    return f"Location: {head}{colon}..." if colon else "Location: (not an address)"


def _mend(location: str) -> str:
    resolved = resolve(location)
    origin = resolved.origin(request.scheme) if isinstance(resolved, Leads) else None
    if origin is None:
        return "Redirect to a path, or to a whole URL of http or https"
    return (
        f"If it is meant, add {str(origin)!r} to KOLBA_REDIRECT_ORIGINS, or write"
        " redirect(..., external=True)"
    )


def source_of(location: str) -> str:
    """Which value of the request a target came from; '' if none is found in it."""
    if not request:
        return ""
    places: list[tuple[str, Any]] = [("request.args", request.args.items(multi=True))]
    if request.method not in _SAFE_METHODS:
        places.append(("request.form", request.form.items(multi=True)))
    places.append(("request.view_args", (request.view_args or {}).items()))
    places.append(("request.cookies", request.cookies.items(multi=True)))
    for place, items in places:
        for name, value in items:
            if isinstance(value, str) and len(value) > 3 and value in location:
                return f"{place}[{name!r}]"
    return "request.referrer" if request.referrer == location else ""


def _is_referrer(environ: dict[str, Any], location: str) -> bool:
    referrer = environ.get("HTTP_REFERER")
    return bool(referrer) and location in (referrer, _as_sent(str(referrer)))


def _start(environ: dict[str, Any]) -> str:
    return f"{environ.get('SCRIPT_NAME', '').rstrip('/')}/"


def _as_text(app: Flask, location: object) -> str:
    """What a browser is told of a target that is no text: its text, if it is an address at all.

    `request.referrer` is None where a browser sends none, and `urlunparse(urlparse(None))` is
    `b""`: Flask leads to pages called `None` and `b''`.
    """
    settings = settings_of(app)
    if settings.mode is Mode.OFF or (location is not None and not isinstance(location, bytes)):
        return str(location)
    why = f"it is {type(location).__name__}, as request.referrer and what is made of it may be"
    mend = "It becomes a redirect to '/': name a page, as in request.referrer or url_for('index')"
    note(GUARD, settings.mode, "Location: (not an address)", why, mend)
    return _start(request.environ) if settings.mode is Mode.ENFORCE else str(location)


def answer(app: Flask, plain: Callable[..., Response], location: str, code: int) -> Response:
    """What `Kolba.redirect` gives: `plain`'s answer, for a target that may be left to it.

    After a method that changes something it is 303 instead of 302 (RFC 9110, 15.4.4).

    Raises:
        Refused: `location` leads elsewhere (status 400, in `enforce`).
    """
    context = _cv_request.get(None)
    if context is None:
        return plain(location, code)
    if not isinstance(location, str):
        location = _as_text(app, location)
    # PERF: nearly every target is a plain path, which every mode lets through.
    if location not in PLAIN_PATHS and not is_plain_path(location):
        location = check(app, location)
    if code == 302 and environ_in(context)["REQUEST_METHOD"] not in _SAFE_METHODS:
        settings: Settings = app.extensions.get(_EXTENSION) or settings_of(app)
        code = settings.after_forms
    return plain(location, code)


def allow(location: str) -> None:
    """Let this request send its browser to the origin of `location`, or to its scheme."""
    resolved = resolve(location)
    environ = request.environ
    if isinstance(resolved, Leads):
        named = str(resolved.origin(environ["wsgi.url_scheme"]))
    else:
        scheme = location.partition(":")[0].lower()
        if scheme in _NEVER:
            return
        named = f"{scheme}:"
    environ[_EXTERNAL] = {*environ.get(_EXTERNAL, ()), named}


def redirect(
    location: str,
    code: int | None = None,
    Response: type[Response] | None = None,
    *,
    external: bool = False,
) -> Response:
    """A redirect within the site: 303 after a POST, PUT, PATCH or DELETE, else 302.

    Args:
        location: a path, or a URL of the site's own origins or the listed ones.
        code: another status: 301, 302, 303, 305, 307, 308.
        external: `location` may lead to any http(s) origin, or an app's scheme.

    Raises:
        Refused: `location` leads elsewhere (status 400, in `enforce`).
    """
    if external and request:
        allow(str(location))
    answer = flask.redirect(location, 302 if code is None else code, Response)
    if code is not None:
        answer.status_code = code
    return answer


def is_safe_target(url: str | None) -> bool:
    """Whether a redirect to `url` would pass: it stays on the site, or its origin is listed."""
    if not url:
        return False
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return verdict(settings_of(app), request.environ, _as_sent(url)) is None


def redirect_back(default: str = "/", code: int | None = None) -> Response:
    """Redirect to where the visitor came from, and to `default` if that is not known or not safe.

    Taken in this order: the page that met the login gate (used once), the field
    or argument `next`, the page that the request came from.
    """
    return redirect(_back() or default, code)


def _back() -> str | None:
    if WAY_BACK in session:
        kept = session.pop(WAY_BACK)
        if isinstance(kept, str) and is_safe_target(kept):
            return kept
    named = request.args.get("next") or (
        request.form.get("next") if request.method not in _SAFE_METHODS else None
    )
    if named and is_safe_target(named):
        return named
    referrer = request.referrer
    if referrer and _is_own(referrer) and not _is_this_page(referrer):
        return referrer
    return None


def _is_this_page(url: str) -> bool:
    """Whether a page of the site is the one that is asked for: that way leads in a circle."""
    there, here = urlsplit(url), urlsplit(url_of(request))
    return (unquote(there.path) or "/", there.query) == (unquote(here.path), here.query)


def _is_own(url: str) -> bool:
    """A referrer must be a page of the site itself: a listed origin is not a way back."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    resolved = resolve(url)
    origin = resolved.origin(request.scheme) if isinstance(resolved, Leads) else None
    if origin is None:
        return False
    return origin in settings_of(app).site or _is_here(request.environ, origin)
