"""The scalar types that JSON lacks: each with its tag, and how it is written.

What lives here is a table; how containers nest is the codec's.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from markupsafe import Markup

_Clock = TypeVar("_Clock", datetime, time)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One type: its tag, its JSON form, and the way back."""

    tag: str
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _zone(value: datetime | time) -> str | None:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _write_moment(value: datetime | time) -> list[Any]:
    """ISO 8601 with what that lacks: which of two equal clock times, and the zone's name."""
    if value.tzinfo is not None and value.utcoffset() is None and not _zone(value):
        raise ValueError("its time zone has neither a name nor an offset")
    return [value.isoformat(), value.fold, _zone(value)]


def _read_datetime(parts: list[Any]) -> datetime:
    text, fold, zone = parts
    return _zoned(datetime.fromisoformat(text).replace(fold=fold), zone)


def _read_time(parts: list[Any]) -> time:
    text, fold, zone = parts
    return _zoned(time.fromisoformat(text).replace(fold=fold), zone)


def _zoned(value: _Clock, zone: str | None) -> _Clock:
    return value.replace(tzinfo=ZoneInfo(zone)) if zone else value


def _read_markup(text: str) -> Markup:
    return Markup(text)  # SECURITY: unescaped, because Markup is what was stored


SCALARS: dict[type, Scalar] = {
    Markup: Scalar("markup", str.__str__, _read_markup),
    bytes: Scalar("bytes", lambda v: b64encode(v).decode(), lambda t: b64decode(t, validate=True)),
    Decimal: Scalar("decimal", str, Decimal),
    UUID: Scalar("uuid", lambda v: v.hex, UUID),
    date: Scalar("date", date.isoformat, date.fromisoformat),
    time: Scalar("time", _write_moment, _read_time),
    datetime: Scalar("datetime", _write_moment, _read_datetime),
    timedelta: Scalar(
        "timedelta", lambda v: [v.days, v.seconds, v.microseconds], lambda p: timedelta(*p)
    ),
}
READERS: dict[str, Callable[[Any], Any]] = {s.tag: s.read for s in SCALARS.values()}

STAND_INS: dict[tuple[str, str], type] = {
    ("freezegun.api", "FakeDate"): date,
    ("freezegun.api", "FakeDatetime"): datetime,
}
"""What a test's frozen clock hands out in place of the real type."""
