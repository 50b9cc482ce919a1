"""Who is logged in, and pages that only they may see.

    app.login_view = "login"

    @app.get("/account")
    @login_required
    def account(): ...

    log_in(user.id); return redirect_back("/")
    log_out(); return redirect("/")

The gate remembers which page a person wanted, and the form that they sent when
their login had expired; after the login `redirect_back` leads to either, once.
"""

from __future__ import annotations

from flask import Flask

from kolba.login import offer
from kolba.login.gate import login_required, require_login
from kolba.login.identity import current_identity, current_user, log_in, log_out, user_loader
from kolba.startup import on_start

__all__ = [
    "attach",
    "current_identity",
    "current_user",
    "log_in",
    "log_out",
    "login_required",
    "require_login",
    "user_loader",
]


def attach(app: Flask) -> None:
    """Serve the page of kept forms, if the app has a gate at all."""
    on_start(app, offer.serve)
