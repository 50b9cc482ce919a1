"""The tour: the lesson's seven chapters as one live web site.

An ordinary Flask application. Each page lets its visitor change something and
shows the exchange with the server that did it.
"""

from __future__ import annotations

import os
import secrets

from flask import Flask

from kolba.tour import chapters, errors, headers, home, languages, login, recorder, sources, themes


def create_app(secret_key: str | None = None) -> Flask:
    """Return the tour, ready to be served.

    Args:
        secret_key: signs the session. Without it, `KOLBA_TOUR_SECRET` or `SECRET_KEY`
            of the environment does, else a random key, which one process alone knows:
            several workers need one of the former.
    """
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY=secret_key or secret_of_environment() or secrets.token_hex(32),
        # Browsers send a cookie to every port of a host, so the tour's names must not
        # meet those of the visitor's own applications on localhost.
        SESSION_COOKIE_NAME="tour_session",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_PARTS=50,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for part in (languages, themes, sources, headers, errors, home, login, chapters, recorder):
        part.init_app(app)
    return app


def secret_of_environment() -> str | None:
    """Return the key that the environment brings, if any."""
    return os.environ.get("KOLBA_TOUR_SECRET") or os.environ.get("SECRET_KEY")
