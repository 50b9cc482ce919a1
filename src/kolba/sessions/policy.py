"""What an app has decided about its sessions: read once, at the first request.

Every bad value is one `ConfigError` that names the setting and what to write.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Flask

from kolba.errors import ConfigError

IDENTITY_KEYS = ("_user_id", "user_id", "user", "username")

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Policy:
    """How sessions of one app live.

    Attributes:
        idle: seconds without use after which a session ends.
        absolute: seconds after its creation at which it ends, whatever its use.
        grace: seconds for which an id that was rotated away still answers, read-only.
        limit: the most bytes that a session's values may take together.
        identity_keys: the keys whose change is a change of identity.
        save_on_error: whether changes of requests that end in 5xx are saved.
        passive: paths whose requests do not count as use; a trailing `*` takes all below.
        import_until: when Flask's own signed cookies stop being imported; 0: they are not.
    """

    idle: float
    absolute: float
    grace: float
    limit: int
    identity_keys: tuple[str, ...]
    save_on_error: bool
    passive: tuple[str, ...]
    import_until: float

    def expires(self, created: float, now: float) -> float:
        """When a session that is used now ends."""
        return min(now + self.idle, created + self.absolute)

    def is_passive(self, path: str) -> bool:
        """Whether a request of this path is no use of the session."""
        return any(
            path.startswith(known[:-1]) if known.endswith("*") else path == known
            for known in self.passive
        )


def read_policy(app: Flask) -> Policy:
    """The policy that the configuration of `app` says.

    Raises:
        ConfigError: a setting has a value that cannot be used.
    """
    return Policy(
        idle=_seconds(app, "KOLBA_SESSION_IDLE", app.permanent_session_lifetime),
        absolute=_seconds(app, "KOLBA_SESSION_ABSOLUTE", 365 * _DAY),
        grace=_seconds(app, "KOLBA_SESSION_GRACE", 10, least=0),
        limit=_size(app, "KOLBA_SESSION_LIMIT", 64 * 1024),
        identity_keys=_names(app, "KOLBA_IDENTITY_KEYS", IDENTITY_KEYS),
        save_on_error=bool(app.config.get("SESSION_SAVE_ON_ERROR", False)),
        passive=_names(app, "KOLBA_SESSION_PASSIVE", ()),
        import_until=_moment(app, "KOLBA_IMPORT_UNTIL"),
    )


def _seconds(app: Flask, setting: str, default: float | timedelta, *, least: float = 1) -> float:
    value = app.config.get(setting, default)
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
        raise ConfigError(
            f"{setting} is {value!r}: write a timedelta or a number of seconds, at least {least:g}"
        )
    return float(value)


def _size(app: Flask, setting: str, default: int) -> int:
    value = app.config.get(setting, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{setting} is {value!r}: write a number of bytes, such as {default}")
    return value


def _names(app: Flask, setting: str, default: Iterable[str]) -> tuple[str, ...]:
    value = app.config.get(setting, default)
    if isinstance(value, str) or not all(isinstance(name, str) for name in value):
        raise ConfigError(f"{setting} is {value!r}: write a list of strings")
    return tuple(value)


def _moment(app: Flask, setting: str) -> float:
    value = app.config.get(setting)
    if value is None:
        return 0.0
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    except ValueError:
        pass
    raise ConfigError(f"{setting} is {value!r}: write a date, such as '2027-03-01'")
