"""Kolba's loggers, heard however an app sets up its logging.

`logging.config`, and with it Alembic's `env.py`, disables each logger that was made before
and that it does not name: of what guards refuse, or would, no line was written. Invariant:
what an app says of a logger by name (its level, its handlers, `propagate`) holds.
"""

from __future__ import annotations

import logging

from flask import Flask

from kolba.startup import on_start


def attach(app: Flask) -> None:
    """Have the loggers heard from the app's start on."""
    on_start(app, _enable)


def _enable(app: Flask) -> None:
    for name, logger in list(logging.Logger.manager.loggerDict.items()):
        if name.startswith("kolba.") and isinstance(logger, logging.Logger):
            logger.disabled = False
