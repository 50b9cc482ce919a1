"""Where a request goes, found before any context exists.

Only what no code of the app can see or influence is done here; when that is
not certain the answer is None, and the request is bound and matched in its
context, as Flask does it.
"""

from __future__ import annotations

import warnings
from typing import Any

from flask import Flask
from werkzeug.routing import MapAdapter, ValidationError
from werkzeug.wsgi import get_host

from kolba.engine.context import adapter_of
from kolba.engine.matching import Ending
from kolba.engine.plan import AppPlan, Bind, Place

# Hosts are the client's: a bounded number of valid ones is remembered.
_REMEMBERED = 256


# What a request must say of itself.
_KEYS = {"PATH_INFO", "REQUEST_METHOD", "wsgi.url_scheme", "HTTP_HOST"}


def locate(plan: AppPlan, app: Flask, environ: dict[str, Any]) -> Place | None:
    """Where `environ` goes, or None if only the context can tell."""
    try:
        path: str = environ["PATH_INFO"]
        method: str = environ["REQUEST_METHOD"]
        bind = plan.binds[environ["wsgi.url_scheme"]][environ["HTTP_HOST"]]
    except KeyError:
        if _KEYS - environ.keys() or environ["wsgi.url_scheme"] not in plan.binds:
            return None
        if "HTTP_UPGRADE" in environ:
            return None
        found = _bind(plan, app, environ)
        if found is None:
            return None
        bind = found
    if "HTTP_UPGRADE" in environ:
        return None
    for route in bind.pages.get(path, ()):
        methods = route.rule.methods
        if methods is None or method in methods:
            return bind, route, None, None
    head, slash, part = path.rpartition("/")
    last = bind.lasts.get(head)
    if last is not None and slash:
        try:
            if not part.isascii():
                part = part.encode("latin1").decode(errors="replace")
            # PERF: `last.leaf_for(part, method)`, written out.
            if (part.isdecimal() if last.digits else part) and part not in last.static:
                leaf = last.leaf
                methods = leaf.rule.methods
                if methods is None or method in methods:
                    return bind, leaf.target, leaf.convert((part,)), None
        except (UnicodeEncodeError, ValidationError):
            pass  # the way that all other paths take says what it comes to
    return _search(plan, environ, bind, path, method.upper())


def _search(
    plan: AppPlan, environ: dict[str, Any], bind: Bind, path: str, method: str
) -> Place | None:
    """Where a path goes to which no short way leads."""
    try:
        path = _matched(path)
    except UnicodeEncodeError:
        return None
    found = plan.index.matcher.find(bind.domain, path, method, False)  # type: ignore[union-attr]
    if found.__class__ is tuple:
        leaf, raw = found
        if not leaf.plain:
            return None
        if not leaf.pure:
            return bind, None, found, None
        try:
            return bind, leaf.target, leaf.convert(raw), None
        except ValidationError:
            found = plan.index.matcher.refusal(bind.domain, path, method, False)  # type: ignore[union-attr]
    adapter = None
    if found.ending is Ending.REDIRECT:  # type: ignore[union-attr]
        try:
            adapter = adapter_of(plan.url_map, bind, environ)
        except UnicodeEncodeError:
            return None
    return bind, None, None, found.error(adapter)  # type: ignore[union-attr]


def _matched(path: str) -> str:
    """The path that rules are matched against."""
    if not path.isascii():
        path = path.encode("latin1").decode(errors="replace")
    return "/" + path.lstrip("/") if path else ""


def allowed_methods(plan: AppPlan, bind: Bind, environ: dict[str, Any]) -> list[str] | None:
    """`MapAdapter.allowed_methods()` for a request that was located; None if it is not known."""
    path = _matched(environ["PATH_INFO"])
    found: Any = plan.index.matcher.find(bind.domain, path, "--", False)  # type: ignore[union-attr]
    if found.__class__ is tuple or found.ending is not Ending.METHOD_NOT_ALLOWED:
        return None
    return list(found.methods)


def _bind(plan: AppPlan, app: Flask, environ: dict[str, Any]) -> Bind | None:
    """`Flask.create_url_adapter` for a `Host` seen for the first time."""
    if not plan.remembers_hosts:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            adapter = _adapter(app, environ)
            host = get_host(environ)
    except Exception:  # whatever it is, it happens again in the context
        return None
    domain = adapter.server_name
    if not adapter.map.host_matching and adapter.subdomain is not None:
        domain = adapter.subdomain
    here = adapter.server_name if adapter.map.host_matching else adapter.subdomain
    pages = plan.index.matcher.pages(domain)  # type: ignore[union-attr]
    lasts = plan.index.matcher.lasts(domain)  # type: ignore[union-attr]
    bind = Bind(host, adapter.server_name, adapter.subdomain, domain, here, pages, lasts)
    remembered = plan.binds[environ["wsgi.url_scheme"]]
    if len(remembered) >= _REMEMBERED:
        remembered.clear()
    remembered[environ["HTTP_HOST"]] = bind
    return bind


def _adapter(app: Flask, environ: dict[str, Any]) -> MapAdapter:
    if app.url_map.host_matching:
        return app.url_map.bind_to_environ(environ, server_name=None, subdomain=None)
    return app.url_map.bind_to_environ(
        environ,
        server_name=app.config["SERVER_NAME"],
        subdomain=None if app.subdomain_matching else app.url_map.default_subdomain or "",
    )
