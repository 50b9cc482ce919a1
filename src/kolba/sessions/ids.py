"""The ids of sessions: what the cookie holds, and the name that the store knows it by.

An id begins with when it was made, which tells its holder what the `Date` of the answer with
the cookie told; so does its name in the store, which keeps new sessions together by that.
Nobody believes it: it has no part in what makes an id a secret, and an invented id with any
time finds nothing.

Invariant: an id is made here, of 256 random bits, and nowhere taken over from a
client; of it the store holds only the time and the SHA-256 of the whole, which open nothing.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from hashlib import sha256
from os import urandom
from time import time

from kolba.stores.moments import DIGITS, moment

_SECRET = 43
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_SHAPE = re.compile(rf"(?:[0-9a-f]{{{DIGITS}}})?[A-Za-z0-9_-]{{{_SECRET}}}", re.ASCII).fullmatch

TRIES = 8
"""How many new ids are tried before a store that says that all are taken is not believed."""


def new_id() -> str:
    """A fresh id: ten hex digits of time, and 43 characters of base64url."""
    return moment(time()) + _text(urandom(32))


def new_names(now: float) -> tuple[str, str]:
    """A fresh id; and a name of 128 random bits of its own, for what belongs to its session."""
    begun, drawn = moment(now), urandom(48)  # PERF: to ask the system twice is dear
    return begun + _text(drawn[:32]), f"{begun}-{drawn[32:].hex()}"


def _text(secret: bytes) -> str:
    # PERF: as `secrets.token_urlsafe` writes 32 bytes, in a third of its calls.
    return b2a_base64(secret, newline=False)[:_SECRET].translate(_URL_SAFE).decode()


def is_id(value: str) -> bool:
    """Whether a cookie's value has the shape of an id; what has not never reaches the store.

    Ids that were made by an older Kolba have no time.
    """
    return _SHAPE(value) is not None


def key_of(identifier: str) -> str:
    """The name under which the store keeps the session of an id."""
    digest = sha256(identifier.encode()).hexdigest()
    return digest if len(identifier) == _SECRET else f"{identifier[:DIGITS]}-{digest}"
