"""The Flask app with its class changed to `kolba.Kolba`, and nothing else.

State is in a SQLite file of its own, or on the Redis that `BENCH_REDIS` names.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from typing import Any

from flask import Flask

from bench.apps.flask_app import create_app as create_flask_app
from kolba import Kolba


class Unguarded(Kolba):
    """Without the door, through which the guards see every request and answer."""

    def wsgi_app(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Flask's."""
        return Flask.wsgi_app(self, environ, start_response)


def create_app(variant: str = "plain") -> Flask:
    """Build the app: `unguarded` is without guards, `redis` with its state there."""
    if variant == "unguarded":
        app = create_flask_app("state", Unguarded)
        app.safety = "off"  # type: ignore[attr-defined]
    else:
        app = create_flask_app("plain" if variant == "redis" else variant, Kolba)
    if variant == "redis":
        app.config["KOLBA_STATE"] = os.environ["BENCH_REDIS"]
    else:
        app.config["KOLBA_STATE"] = f"sqlite:///{tempfile.mkdtemp()}/state.sqlite3"
    return app
