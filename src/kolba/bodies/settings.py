"""What the guard of bodies was told."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app

from kolba.bodies.errors import GUARD
from kolba.safety import Mode, mode

_EXTENSION = "kolba.bodies"
_MAX_QUERY_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """What the guard was told, compiled once.

    Attributes:
        mode: what it does.
        enforces: whether that is `enforce`.
        most_fields: `KOLBA_MAX_QUERY_FIELDS`; None for no limit.
    """

    mode: Mode
    enforces: bool
    most_fields: int | None


def settings_of(app: Flask) -> Settings:
    """The guard's settings, read at their first use.

    Raises:
        ConfigError: `KOLBA_BODY` is no mode.
    """
    known: Settings | None = app.extensions.get(_EXTENSION)
    if known is None:
        how = mode(app, GUARD)
        most = app.config.get("KOLBA_MAX_QUERY_FIELDS", _MAX_QUERY_FIELDS)
        known = app.extensions[_EXTENSION] = Settings(how, how is Mode.ENFORCE, most)
    return known


def guard_mode() -> Mode:
    """The mode of this guard in the present app."""
    return settings_of(current_app).mode
