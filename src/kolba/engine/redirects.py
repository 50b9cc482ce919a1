"""`redirect()` and `url_for()` in a compiled request, without adapter or parsing.

Invariant: the same response object and the same URL that Flask's methods give;
what is unusual goes to them.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.globals import _cv_request
from werkzeug.routing import BuildError, MapAdapter
from werkzeug.wrappers import Response as BaseResponse

from kolba.engine import genuine, lazy, watch
from kolba.engine.context import environ_at_start
from kolba.engine.frame import PLACE, PLAN
from kolba.engine.plan import AppPlan
from kolba.engine.refusals import HTML, redirect_page, status_line
from kolba.engine.requests import decoded
from kolba.engine.responses import response_of
from kolba.readings import as_written

_flask_redirect = Flask.redirect
_flask_url_for = Flask.url_for
_flask_inject = as_written(Flask.inject_url_defaults)

_CODES = {301, 302, 303, 305, 307, 308}


def install() -> None:
    """Put both on `Flask`, where `flask.url_for` and `flask.redirect` call them."""
    for name, function in (("redirect", redirect), ("url_for", url_for)):
        if genuine.is_genuine(Flask, Flask, name):
            lazy.put(Flask, name, function)


def redirect(self: Flask, location: str, code: int = 302) -> BaseResponse:
    """Takes the place of `Flask.redirect`."""
    plan: AppPlan | None = self.__dict__.get(PLAN)
    if (
        plan is None
        or plan.token is not watch.current
        or not plan.own_response
        or type(location) is not str
        or type(code) is not int
        or code not in _CODES
        or "\n" in location
        or "\r" in location
    ):
        return _flask_redirect(self, location, code)
    body = redirect_page(location)
    headers = [HTML, ("Content-Length", str(len(body))), ("Location", location)]
    return response_of(plan.response_class, body, headers, status_line(code), code)


def url_for(
    self: Flask,
    /,
    endpoint: str,
    *,
    _anchor: str | None = None,
    _method: str | None = None,
    _scheme: str | None = None,
    _external: bool | None = None,
    **values: Any,
) -> str:
    """Takes the place of `Flask.url_for`."""
    context = _cv_request.get(None)
    plan: AppPlan | None = None if context is None else context.__dict__.get(PLAN)
    if (
        plan is None
        or plan.token is not watch.current
        or plan.urls is None
        or _anchor is not None
        or _method is not None
        or _scheme is not None
        or _external
        or type(endpoint) is not str
        or endpoint[:1] == "."
    ):
        return _flask_url_for(
            self,
            endpoint,
            _anchor=_anchor,
            _method=_method,
            _scheme=_scheme,
            _external=_external,
            **values,
        )
    _inject_defaults(self, endpoint, values)
    frame = context.__dict__
    adapter = frame.get("url_adapter")
    try:
        if adapter is None and "url_adapter" not in frame:
            environ = environ_at_start(frame)
            built = plan.urls.relative(endpoint, values, environ["REQUEST_METHOD"])
            if built is not None and built[0] == frame[PLACE][0].here:
                path = built[1]
                if environ.get("SCRIPT_NAME"):
                    path = decoded(environ, "SCRIPT_NAME").rstrip("/") + path
                return path
            adapter = context.url_adapter  # type: ignore[union-attr]
        if type(adapter) is MapAdapter and adapter.map is plan.url_map:
            return plan.urls.build(adapter, endpoint, values)
        return adapter.build(  # type: ignore[union-attr,no-any-return]
            endpoint, values, method=None, url_scheme=None, force_external=False
        )
    except BuildError as error:
        values.update(
            _anchor=None, _method=None, _scheme=None, _external=bool(_external) and _external
        )
        return self.handle_url_build_error(error, endpoint, values)


def _inject_defaults(app: Flask, endpoint: str, values: dict[str, Any]) -> None:
    """`app.inject_url_defaults(endpoint, values)`."""
    own = "inject_url_defaults" in app.__dict__
    if own or type(app).inject_url_defaults is not _flask_inject:
        app.inject_url_defaults(endpoint, values)
        return
    functions = app.url_default_functions
    if functions and "." in endpoint:  # there may be some of blueprints
        app.inject_url_defaults(endpoint, values)
    elif None in functions:
        for function in functions[None]:
            function(endpoint, values)
