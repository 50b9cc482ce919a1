"""The short way for files asked for by version: past contexts, where nothing would run in them.

The invariant: an answer by the short way has the status, headers and body of the long
one. A URL is learned from the long way; any hook, receiver, override, condition, or change
of the file or of the map leads back to it. The guards' door is passed in either case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request, signals

from kolba.urls.static import heads, versions
from kolba.urls.static.assets import Asset, Assets

StartResponse = Callable[..., Any]

# A handful of pages' files; then the table is learned anew.
_MOST = 2_000
_REGISTRIES = (
    *("before_request_funcs", "after_request_funcs", "teardown_request_funcs"),
    *("teardown_appcontext_funcs", "url_value_preprocessors"),
)
_SIGNALS = (
    *(signals.request_started, signals.request_finished, signals.request_tearing_down),
    *(signals.appcontext_pushed, signals.appcontext_popped, signals.appcontext_tearing_down),
)
# What the long way calls; an app with its own idea of one of them takes the long way.
_METHODS = (
    *("request_context", "app_context", "create_url_adapter", "full_dispatch_request"),
    *("preprocess_request", "dispatch_request", "make_response", "finalize_request"),
    *("process_response", "do_teardown_request", "do_teardown_appcontext", "ensure_sync"),
)
CONDITIONS = (
    *("HTTP_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"),
    *("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"),
)


@dataclass(slots=True)
class _Known:
    """A URL that the long way has answered.

    Attributes:
        asset: the file, in the state in which it was answered.
        query: the query that names this state.
        endpoint: the route's.
        view: its view.
        heads: headers by coding.
    """

    asset: Asset
    query: str
    endpoint: str
    view: Any
    heads: dict[str, heads.Headers] = field(default_factory=dict)


class Straight:
    """The URLs that one app has learned."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._known: dict[str, _Known] = {}

    def learn(self, app: Flask, asset: Asset) -> None:
        """Remember the present request's URL, if nothing but its view answers it."""
        endpoint = request.endpoint
        if app.url_map.host_matching or app.subdomain_matching or endpoint is None:
            return
        if _overrides(app) or asset.body is None:
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        query = f"{versions.PARAMETER}={asset.version}"
        known = _Known(asset, query, endpoint, app.view_functions[endpoint])
        self._known[request.environ["PATH_INFO"]] = known

    def answer(
        self, app: Flask, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes] | None:
        """Answer a request, or None: it takes the long way."""
        if app.url_map._remap:  # a rule has been added: it may go before a file
            self._known.clear()
        known = self._known.get(environ.get("PATH_INFO", ""))
        if known is None or environ.get("QUERY_STRING") != known.query:
            return None
        if self._is_long(app, environ, known):
            return None
        coding, body = known.asset.choose(environ.get("HTTP_ACCEPT_ENCODING", ""))
        assert body is not None
        ready = known.heads.get(coding)
        if ready is None:
            ready = heads.head(known.asset, coding, len(body), heads.IMMUTABLE)
            known.heads[coding] = ready
        start_response("200 OK", ready.copy())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _is_long(self, app: Flask, environ: dict[str, Any], known: _Known) -> bool:
        """Whether something would run, or would be decided, on the long way."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return True
        for name in CONDITIONS:
            if name in environ:
                return True
        attributes = app.__dict__
        for name in _REGISTRIES:
            if attributes[name]:
                return True
        for signal in _SIGNALS:
            if signal.receivers:
                return True
        if app.view_functions.get(known.endpoint) is not known.view:
            return True
        if self._assets.find(known.asset.path) is not known.asset:
            self._known.clear()
            return True
        return False


def _overrides(app: Flask) -> bool:
    cls = type(app)
    return any(
        name in app.__dict__ or getattr(cls, name) is not getattr(Flask, name) for name in _METHODS
    )
