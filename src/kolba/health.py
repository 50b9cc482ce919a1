"""What orchestrators and load balancers ask: is it alive, may requests be sent to it.

What lives here: the blueprint with `/healthz` and `/readyz`. What those who started the
process do about the answers is theirs.

The invariant: an answer here depends on nothing but what it is about. No hook of the app
runs before it, no session is touched, no guard of hosts or logins stands in its way; and
it says which thing is missing, never a URL, a path or a key.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from kolba import keys
from kolba.guards import hosts
from kolba.stores import is_attached, is_stateless, store_of

logger = logging.getLogger("kolba.health")

Check = Callable[[], object]

RETRY_AFTER = 5
_PROBE = "health"
_PROBE_LIFE = 60.0


def health(*, checks: Mapping[str, Check] | None = None, name: str = "health") -> Blueprint:
    """A blueprint that answers `/healthz` (alive) and `/readyz` (ready to serve).

    `/healthz` is 200 as long as the process answers at all. `/readyz` is 200 if the state
    store can be written and there is a key to sign with, and 503 with the names of what
    is missing (`store`, `keys`, and those of `checks`) otherwise; why, is in the log.

        app.register_blueprint(health(checks={"database": ping}))

    Args:
        checks: what else the app needs before it can serve, by the name to answer with. A
            check is called with the app's context, and fails by raising. It should take
            no longer than a second.
        name: the blueprint's; its endpoints are `health.healthz` and `health.readyz`.
    """
    blueprint = Blueprint(name, __name__)
    wanted = dict(checks or {})

    def healthz() -> Response:
        return _answer({"alive": True})

    def readyz() -> Response:
        missing = list(_missing(current_app, wanted))
        return _answer({"ready": not missing, "missing": missing}, 503 if missing else 200)

    views = {"healthz": healthz, "readyz": readyz}
    for path, view in views.items():
        blueprint.add_url_rule(f"/{path}", path, view)
    blueprint.record_once(lambda state: _go_first(state, views))
    return blueprint


def _go_first(state: BlueprintSetupState, views: Mapping[str, Callable[[], Response]]) -> None:
    """Have the views answer before any hook of the app, on whatever host."""
    app: Flask = state.app  # type: ignore[assignment]  # it is: Flask's, not sansio's
    for path in views:
        hosts.exempt(app, f"{state.url_prefix or ''}/{path}")
    prefix = f"{state.name_prefix}.{state.name}".lstrip(".")
    endpoints = {f"{prefix}.{path}": view for path, view in views.items()}

    def answer_health() -> Response | None:
        view = endpoints.get(request.endpoint or "")
        return None if view is None or request.method == "OPTIONS" else view()

    # A hook that reads the session would make a store that is down a process that is dead.
    app.before_request_funcs.setdefault(None, []).insert(0, answer_health)


def _answer(body: Mapping[str, object], status: int = 200) -> Response:
    """JSON that nobody keeps."""
    response = current_app.response_class(
        current_app.json.dumps(body), status, mimetype="application/json"
    )
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _missing(app: Flask, checks: Mapping[str, Check]) -> Iterator[str]:
    """The names of what fails; why it does is logged."""
    ours: dict[str, Check] = {}
    if is_attached(app):
        ours["keys"] = lambda: keys.keys_of(app)
        if not is_stateless(app):
            ours["store"] = lambda: _write(app)
    for name, check in {**ours, **checks}.items():
        try:
            check()
        except Exception as error:  # whatever it is, this process cannot serve
            logger.warning("not ready: %s: %s", name, error)
            yield name


def _write(app: Flask) -> None:
    """Write to the store: one that can only be read keeps nobody's session."""
    now = time.time()
    store_of(app).count(_PROBE, now=now, expires=now + _PROBE_LIFE)
