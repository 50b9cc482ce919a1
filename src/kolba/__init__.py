"""Kolba: Flask, several times faster and unchanged.

Re-exports only: `Kolba`, the names of Flask that an app needs, and ours. Ours are imported when
they are asked for: what runs an unchanged Flask app needs the engine, and none of the chapters.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    abort,
    current_app,
    g,
    get_flashed_messages,
    jsonify,
    make_response,
    render_template,
    render_template_string,
    request,
    session,
    url_for,
)
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from kolba.app import Kolba
    from kolba.cookies import Cookie, CookieError
    from kolba.engine import install
    from kolba.escaping.inline import html
    from kolba.escaping.reflection import reflects_html
    from kolba.flashes import flash, flash_keep
    from kolba.forms import File, Form, Input, Query, Upload
    from kolba.guards.csp import csp_nonce
    from kolba.guards.origin import insecure_allow_cross_origin
    from kolba.guards.redirects import is_safe_target, redirect, redirect_back
    from kolba.login import (
        current_identity,
        current_user,
        log_in,
        log_out,
        login_required,
        require_login,
    )
    from kolba.urls.signed import sign_url, signed_url_required

__version__ = "0.1.0"

__all__ = [
    "Blueprint",
    "Cookie",
    "CookieError",
    "File",
    "Form",
    "Input",
    "Kolba",
    "Markup",
    "Query",
    "Upload",
    "abort",
    "csp_nonce",
    "current_app",
    "current_identity",
    "current_user",
    "escape",
    "flash",
    "flash_keep",
    "g",
    "get_flashed_messages",
    "html",
    "insecure_allow_cross_origin",
    "install",
    "is_safe_target",
    "jsonify",
    "log_in",
    "log_out",
    "login_required",
    "make_response",
    "redirect",
    "redirect_back",
    "reflects_html",
    "render_template",
    "render_template_string",
    "request",
    "require_login",
    "session",
    "sign_url",
    "signed_url_required",
    "url_for",
]

_HOMES = {
    "kolba.app": ("Kolba",),
    "kolba.cookies": ("Cookie", "CookieError"),
    "kolba.engine": ("install",),
    "kolba.escaping.inline": ("html",),
    "kolba.escaping.reflection": ("reflects_html",),
    "kolba.flashes": ("flash", "flash_keep"),
    "kolba.forms": ("File", "Form", "Input", "Query", "Upload"),
    "kolba.guards.csp": ("csp_nonce",),
    "kolba.guards.origin": ("insecure_allow_cross_origin",),
    "kolba.guards.redirects": ("is_safe_target", "redirect", "redirect_back"),
    "kolba.login": (
        "current_identity",
        "current_user",
        "log_in",
        "log_out",
        "login_required",
        "require_login",
    ),
    "kolba.urls.signed": ("sign_url", "signed_url_required"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # type checkers would take every name for one of ours

    def __getattr__(name: str) -> object:
        """One of our names, or a module of ours, when it is first asked for (PEP 562)."""
        if name in _HOME_OF:
            value = getattr(import_module(_HOME_OF[name]), name)
        elif not name.startswith("_") and find_spec(f"{__name__}.{name}"):
            value = import_module(f"{__name__}.{name}")
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return [*globals(), *_HOME_OF]
