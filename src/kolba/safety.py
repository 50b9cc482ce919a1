"""How guards refuse: their modes, and the one event that every refusal is.

A guard asks `mode(app, guard)` once, when it compiles its settings, and calls
`refuse` when it would turn something down. In `enforce` that raises `Refused`,
a 4xx answer that says what to do; in `report` it only notes; `off` guards do not ask.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum

from blinker import Namespace
from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

from kolba.errors import ConfigError

logger = logging.getLogger("kolba.safety")

refused = Namespace().signal("kolba-refused")
"""Sent with `refusal=Refusal(...)` by the app, for every refusal, real or would-be."""


class Mode(StrEnum):
    """What a guard does with what it would refuse."""

    ENFORCE = "enforce"
    REPORT = "report"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that a guard refused, or would have.

    Attributes:
        guard: which guard (`redirect`, `cross_origin`, `host`, ...).
        endpoint: the endpoint of the request, if it had one.
        what: what was refused, named by its place; never a secret or a cookie's value.
        why: the reason.
        mend: the line of code or configuration that would allow it.
        mode: whether it was refused or only reported.
    """

    guard: str
    endpoint: str | None
    what: str
    why: str
    mend: str
    mode: Mode


class Refused(HTTPException):
    """A request or an answer that a guard turned down.

    Attributes:
        refusal: what, why, and what would allow it.
    """

    def __init__(self, refusal: Refusal, code: int = 403) -> None:
        super().__init__(f"{refusal.what}: {refusal.why}. {refusal.mend}")
        self.refusal = refusal
        self.code = code


def mode(app: Flask, guard: str) -> Mode:
    """The mode of one guard: `KOLBA_<GUARD>` in the config, else the app's `safety`.

    Raises:
        ConfigError: the setting is no mode.
    """
    setting = f"KOLBA_{guard.upper()}"
    value = app.config.get(setting, getattr(app, "safety", Mode.ENFORCE))
    try:
        return Mode(value)
    except ValueError:
        modes = ", ".join(repr(m.value) for m in Mode)
        raise ConfigError(f"{setting} is {value!r}: write one of {modes}") from None


def refuse(guard: str, how: Mode, what: str, why: str, mend: str, *, code: int = 403) -> None:
    """Note one refusal; in `enforce`, raise it.

    Raises:
        Refused: with status `code`, in `enforce`.
    """
    refusal = Refusal(guard, request.endpoint if request else None, what, why, mend, how)
    logger.warning(
        "%s %s: %s: %s. %s",
        guard,
        how.value,
        refusal.what,
        refusal.why,
        refusal.mend,
        extra={"refusal": refusal},
    )
    refused.send(current_app._get_current_object(), refusal=refusal)  # type: ignore[attr-defined]
    if how is Mode.ENFORCE:
        raise Refused(refusal, code)
