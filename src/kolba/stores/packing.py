"""A record's fields as one blob: a byte of version, a checksum, names and lengths, values.

A flipped bit in a file is found here, not by a person who reads another's data.
"""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONEncoder, loads
from zlib import crc32

VERSION = b"\x01"
_encode = JSONEncoder(separators=(",", ":")).encode


class Damaged(Exception):
    """A blob that `pack` did not make."""


def pack(fields: Mapping[str, bytes]) -> bytes:
    """The blob of some fields."""
    heads: list[str | int] = []
    for name, value in fields.items():
        heads += (name, len(value))
    body = b"\n".join((_encode(heads).encode(), b"".join(fields.values())))
    return VERSION + crc32(body).to_bytes(4, "big") + body


def unpack(blob: bytes) -> dict[str, bytes]:
    """The fields of a blob.

    Raises:
        Damaged: the checksum does not fit, or the version is unknown.
    """
    body = blob[5:]
    if blob[:1] != VERSION or int.from_bytes(blob[1:5], "big") != crc32(body):
        raise Damaged
    end = body.index(b"\n")
    heads = loads(body[:end])
    fields, start = {}, end + 1
    for name, length in zip(heads[::2], heads[1::2], strict=True):
        fields[name] = body[start : start + length]
        start += length
    return fields
