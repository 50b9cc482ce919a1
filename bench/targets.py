"""What the engine is to reach, as ratios to Flask and as costs; numbers only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A bar that a figure is held against; `templates` is the one for compiled templates."""

    at_least: float | None = None
    at_most: float | None = None
    templates: float | None = None

    def reached(self, value: float) -> bool:
        """Whether a figure is good enough."""
        if self.at_least is not None and value < self.at_least:
            return False
        return self.at_most is None or value <= self.at_most

    def __str__(self) -> str:
        """The bar as the table shows it."""
        bar = f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"
        return f"{bar} ({self.templates:g})" if self.templates is not None else bar


SERVED = {
    "J1": Target(at_least=5.5),
    "J2": Target(at_least=5),
    "J3": Target(at_least=3.2),
    "J4": Target(at_least=3, templates=4.5),
    "J5": Target(at_least=5),
    "J6": Target(at_least=3, templates=3.8),
}

IN_PROCESS = {
    "J1": Target(at_least=15),
    "J2": Target(at_least=9),
    "J3": Target(at_least=4),
    "J4": Target(at_least=3.5, templates=7),
    "J5": Target(at_least=5.5),
    "json": Target(at_least=5),
    "json in": Target(at_least=3),
    "abort": Target(at_least=2),
    "404": Target(at_least=2),
    "405": Target(at_least=2),
    "slash": Target(at_least=2),
    "static": Target(at_least=2),
    "OPTIONS": Target(at_least=2),
}

FLASK_J1 = 51.0
"""What Flask's J1 costs in process on the machine that costs in microseconds are set for."""

FLASK_J1_SERVED = 79.0
"""The same of the server's CPU time: 12,700 requests per second of one core."""

VARIANT_COST = {
    "cookie": Target(at_most=1),
    "hooks": Target(at_most=5),
    "environ": Target(at_most=4),
    "signals": Target(at_most=5),
}
"""Microseconds of a row on Kolba above the row that it is held against (`jobs.BASES`), where
Flask's J1 costs `FLASK_J1`. The cookie is a session's, and the view ignores it."""

FLOOR_COST = Target(at_most=3)
"""Microseconds of the server's CPU time for J1 above a bare callable of the same bytes, where
Flask's J1 costs `FLASK_J1_SERVED`."""

REQUESTS = Target(at_least=2)
"""A typed form refused and shown again, against Flask-WTF."""

STATE_IN_PROCESS = {
    "J1": Target(at_least=12),
    "J2": Target(at_least=8),
    "J3": Target(at_least=3.5),
    "J4": Target(at_least=6),
    "J5": Target(at_least=4.5),
}
STATE_SERVED = {
    "J1": Target(at_least=5.5),
    "J3": Target(at_least=3),
    "J4": Target(at_least=4),
    "J5": Target(at_least=4.5),
    "J6": Target(at_least=3.5),
}
STATE_ON_REDIS = {
    "J3": Target(at_least=2.5),
    "J4": Target(at_least=3),
    "J5": Target(at_least=4),
    "J6": Target(at_least=3),
}
"""Kolba's requests per second on Redis, against Flask-Session's on the same Redis."""

SESSION_COST = Target(at_least=1)
"""What Flask's signed cookie costs a request, against what a stored session costs it."""

GUARDS_COST = Target(at_most=3)
"""Microseconds that all guards together cost a request, where Flask's J1 costs `FLASK_J1`."""

STATIC = Target(at_least=0.7)
"""A cached static file's requests per second, against a bare callable of the same bytes."""

SESSION_GROWTH = Target(at_most=1.3)
"""A session read with a million sessions stored, against one with a thousand."""

GARBAGE = Target(at_most=0)
GROWTH = Target(at_most=1.15)
COMPILE_SECONDS = Target(at_most=1)
COMPILE_MB = Target(at_most=30)
MEMORY_MB = Target(at_most=10)
START_MS = Target(at_most=300)
