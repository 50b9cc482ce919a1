"""Kolba: Flask, several times faster and unchanged.

Re-exports only: `Kolba`, the names of Flask that an app needs, and ours.
"""

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

from kolba.app import Kolba
from kolba.cookies import Cookie, CookieError
from kolba.csp import csp_nonce
from kolba.engine import install
from kolba.escaping.inline import html
from kolba.escaping.reflection import reflects_html
from kolba.flashes import flash, flash_keep
from kolba.forms import File, Form, Input, Query, Upload
from kolba.login import (
    current_identity,
    current_user,
    log_in,
    log_out,
    login_required,
    require_login,
)
from kolba.origin import insecure_allow_cross_origin
from kolba.redirects import is_safe_target, redirect, redirect_back
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
