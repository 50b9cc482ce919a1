"""By what the texts of constant `url_for` calls in templates may be kept.

Invariant: two requests with the same key build the same URLs from the same registries.
"""

from __future__ import annotations

from collections.abc import Hashable

from flask import Flask
from flask.globals import _cv_request
from werkzeug.routing import MapAdapter

from kolba.engine import watch
from kolba.engine.context import environ_at_start
from kolba.engine.frame import ENVIRON, PLACE, PLAN
from kolba.engine.plan import AppPlan
from kolba.engine.requests import decoded


def url_key(app: Flask) -> Hashable | None:
    """The state of the registries, and what the request adds to a URL within the site.

    None outside a compiled request of `app`, and where the plan is stale.
    """
    context = _cv_request.get(None)
    if context is None or context.app is not app:
        return None
    frame = context.__dict__
    plan: AppPlan | None = frame.get(PLAN)
    if plan is None or plan.token is not watch.current or plan.urls is None:
        return None
    adapter = frame.get("url_adapter")
    if adapter is not None:
        if type(adapter) is not MapAdapter or adapter.map is not plan.url_map:
            return None
        return plan.token, adapter.script_name, adapter.subdomain, adapter.default_method
    if "url_adapter" in frame:
        return None
    environ = environ_at_start(frame) if "request" in frame else frame[ENVIRON]
    # PERF: most apps stand at the root, and then nothing is to be decoded.
    root = decoded(environ, "SCRIPT_NAME") if environ.get("SCRIPT_NAME") else ""
    return plan.token, root, frame[PLACE][0].subdomain, environ["REQUEST_METHOD"]
