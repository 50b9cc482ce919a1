"""Who a session belongs to: what its identity keys hold.

Apps log in by `session["user"] = …`, by Flask-Login, or by hand; what they have
in common is that one of a few keys changes (`KOLBA_IDENTITY_KEYS`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kolba.stores.codec import CannotRead, decode, encode

Identity = tuple[tuple[str, bytes], ...]

# Values that apps assign in order to say: nobody.
_NOBODY = frozenset((b"null", b"false", b'""', b"0", b"{}", b"[]"))

# Where a dict that stands for a user (as OAuth clients keep it) has its name.
_NAMES = ("id", "sub", "user_id", "username", "login", "email", "name")


FRESH = "_fresh"
"""Flask-Login's key, and ours: false says that a cookie has logged in, and not a person."""


def is_remembered(raw: Mapping[Any, bytes]) -> bool:
    """Whether a cookie, and not a person, has logged in."""
    return raw.get(FRESH) == b"false"


def of(raw: Mapping[Any, bytes], keys: tuple[str, ...]) -> Identity:
    """The identity that encoded values say; empty if nobody's."""
    found = [(key, raw[key]) for key in keys if key in raw and raw[key] not in _NOBODY]
    return tuple([(key, _named(value) if value[:1] == b"{" else value) for key, value in found])


def _named(encoded: bytes) -> bytes:
    """Whom a dict names, where it says so: what else is in it may change with each request."""
    name = _name(encoded)
    return encoded if name is None else encode(name)


def owner(identity: Identity) -> str | None:
    """The text under which sessions of an identity are listed."""
    for _, encoded in identity:
        # PERF: the same people come again; what is long is nobody's name.
        name = _kept(encoded) if len(encoded) <= _SHORT else _name(encoded)
        if name is not None:
            return name
    return None


def _name(encoded: bytes) -> str | None:
    try:
        return as_text(decode(encoded))
    except CannotRead:
        return None


_SHORT = 64
_kept = lru_cache(1024)(_name)


def as_text(value: Any) -> str | None:
    """An identity as text: `7` and `"7"` are one user's; None if the value names nobody."""
    if isinstance(value, dict):
        parts = (as_text(value[name]) for name in _NAMES if name in value)
        return next((part for part in parts if part), None)
    return None if value is None else str(value)
