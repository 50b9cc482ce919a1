"""What an app has decided about its flash messages: read once, at the first request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from kolba.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Rules:
    """How flash messages of one app are kept.

    Attributes:
        wait: seconds for which only the page that a message was made for takes it.
        lease: seconds after which a message whose page never reported back is shown again.
        life: seconds after which a message that nobody saw is dropped.
        most: how many messages of one visitor wait at most; the newest stay.
        size: the most bytes of one message.
        collapse: whether equal messages are shown as one.
    """

    wait: float
    lease: float
    life: float
    most: int
    size: int
    collapse: bool


def read_rules(app: Flask) -> Rules:
    """The rules that the configuration of `app` says.

    Raises:
        ConfigError: a setting has a value that cannot be used.
    """
    return Rules(
        wait=_number(app, "KOLBA_FLASH_WAIT", 10.0, least=0),
        lease=_number(app, "KOLBA_FLASH_LEASE", 60.0, least=1),
        life=_number(app, "KOLBA_FLASH_LIFE", 86_400.0, least=1),
        most=int(_number(app, "KOLBA_FLASH_MOST", 100, least=1)),
        size=int(_number(app, "KOLBA_FLASH_SIZE", 256 * 1024, least=1)),
        collapse=bool(app.config.get("KOLBA_FLASH_COLLAPSE", False)),
    )


def _number(app: Flask, setting: str, default: float, *, least: float) -> float:
    value = app.config.get(setting, default)
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
        raise ConfigError(f"{setting} is {value!r}: write a number, at least {least:g}")
    return value
