"""Extensions that ask for CSRF tokens are told that the request was checked already.

Flask-WTF and SeaSurf keep making tokens, and need none: the cross-origin guard
has seen each request before them. Only in `enforce`, and not for views that
allow cross-origin requests: there a token is all that proves who sent one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g, request
from flask.globals import request_ctx

from kolba.guards import origin
from kolba.held import held
from kolba.http.environs import environ_in
from kolba.safety import Mode


def satisfy(app: Flask) -> None:
    """Teach the token extensions of `app`, at its first request."""
    if origin.settings_of(app).mode is not Mode.ENFORCE:
        return
    for hook in app.before_request_funcs.get(None, ()):
        extension = getattr(hook, "__self__", None)
        if type(extension).__name__ == "SeaSurf":
            _satisfy_seasurf(extension)
    if "flask_wtf" in sys.modules:
        # Public data, and before every hook of the app's: Flask-WTF's own runs among them.
        app.before_request_funcs.setdefault(None, []).insert(0, _tell_flask_wtf)
        _satisfy_csrf_protect(app.extensions.get("csrf"))


def is_checked() -> bool:
    """Whether the guard vouches for this request."""
    if request.method in origin.SAFE_METHODS:
        return False
    endpoint = request.endpoint
    view = current_app.view_functions.get(endpoint) if endpoint else None
    return not origin.allows_cross_origin(view)


def _tell_flask_wtf() -> None:
    """Its forms look here before they look for a token."""
    # PERF: nearly every request is safe, and none need be made to see that.
    environ = environ_in(request_ctx._get_current_object())  # type: ignore[attr-defined]
    if environ["REQUEST_METHOD"] not in origin.SAFE_METHODS and is_checked():
        g.csrf_valid = True


def _satisfy_csrf_protect(extension: Any) -> None:
    """Its hook, and views that call `csrf.protect()`, go through this method."""
    plain: Callable[..., None] | None = getattr(extension, "protect", None)
    if plain is None:
        return

    def protect(*args: Any, **kwargs: Any) -> None:
        if not held("csrf_valid"):
            plain(*args, **kwargs)

    extension.protect = protect


def _satisfy_seasurf(extension: Any) -> None:
    asked = getattr(extension, "_skip_validation", None)

    def skip(incoming: Any) -> bool:
        return is_checked() or bool(asked and asked(incoming))

    extension.skip_validation(skip)
