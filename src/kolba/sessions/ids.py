"""The ids of sessions: what the cookie holds, and the name that the store knows it by.

Invariant: an id is made here, of 256 random bits, and nowhere taken over from a
client; the store holds only its SHA-256, which opens nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets

_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII).fullmatch


def new_id() -> str:
    """A fresh id: 43 characters of base64url."""
    return secrets.token_urlsafe(32)


def is_id(value: str) -> bool:
    """Whether a cookie's value has the shape of an id; what has not never reaches the store."""
    return _SHAPE(value) is not None


def key_of(identifier: str) -> str:
    """The name under which the store keeps the session of an id."""
    return hashlib.sha256(identifier.encode()).hexdigest()
