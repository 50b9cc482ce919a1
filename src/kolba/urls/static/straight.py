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

from kolba.urls.static import compression, heads, versions
from kolba.urls.static.assets import Asset, Assets

StartResponse = Callable[..., Any]

# A handful of pages' files; then the table is learned anew.
_MOST = 2_000
# What the long way calls; an app with its own idea of one of them takes the long way.
_METHODS = (
    *("request_context", "app_context", "create_url_adapter", "full_dispatch_request"),
    *("preprocess_request", "dispatch_request", "make_response", "finalize_request"),
    *("process_response", "do_teardown_request", "do_teardown_appcontext", "ensure_sync"),
)
CONDITIONS = frozenset(
    (
        *("HTTP_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"),
        *("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"),
    )
)
# Accept-Encoding is the client's: a bounded number of values is remembered.
_MOST_HEADERS = 100


@dataclass(slots=True)
class _Known:
    """A URL that the long way has answered.

    Attributes:
        asset: the file, in the state in which it was answered.
        query: the query that names this state.
        endpoint: the route's.
        view: its view.
        ready: headers and body by `Accept-Encoding`.
    """

    asset: Asset
    query: str
    endpoint: str
    view: Any
    ready: dict[str, tuple[heads.Headers, bytes]] = field(default_factory=dict)

    def make(self, accept: str) -> tuple[heads.Headers, bytes]:
        """Headers and body for a client that takes these codings."""
        coding, body = self.asset.choose(accept)
        assert body is not None
        made = heads.head(self.asset, coding, len(body), heads.IMMUTABLE), body
        if self._is_final(accept, coding) and len(self.ready) < _MOST_HEADERS:
            self.ready[accept] = made
        return made

    def _is_final(self, accept: str, coding: str) -> bool:
        """Whether the choice stays: else it is for while another request makes a copy."""
        if not self.asset.is_compressible:
            return True
        better = compression.accepted(accept)
        better = better[: better.index(coding)] if coding else better
        return all(name in self.asset.copies for name in better)


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
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or not CONDITIONS.isdisjoint(environ)
            or _runs_more(app)
            or app.view_functions.get(known.endpoint) is not known.view
        ):
            return None
        if self._assets.find(known.asset.path) is not known.asset:
            self._known.clear()
            return None
        accept = environ.get("HTTP_ACCEPT_ENCODING", "")
        headers, body = known.ready.get(accept) or known.make(accept)
        start_response("200 OK", headers.copy())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _runs_more(app: Flask) -> bool:
    """Whether a hook or a receiver would run on the long way."""
    # PERF: written out, since it runs for each file.
    return bool(
        app.before_request_funcs
        or app.after_request_funcs
        or app.teardown_request_funcs
        or app.teardown_appcontext_funcs
        or app.url_value_preprocessors
        or signals.request_started.receivers
        or signals.request_finished.receivers
        or signals.request_tearing_down.receivers
        or signals.appcontext_pushed.receivers
        or signals.appcontext_popped.receivers
        or signals.appcontext_tearing_down.receivers
        or "send_static_file" in app.__dict__
    )


def _overrides(app: Flask) -> bool:
    cls = type(app)
    return any(
        name in app.__dict__ or getattr(cls, name) is not getattr(Flask, name) for name in _METHODS
    )
