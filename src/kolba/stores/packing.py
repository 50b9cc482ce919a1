"""A record as one blob: a byte of version, a checksum, a head of JSON, the values.

The head has the record's key and all that is no value. So a flipped bit in a file,
wherever it is, is found here, and not by a person who reads another's data.
"""

from __future__ import annotations

from json import JSONDecoder
from zlib import crc32

from kolba.stores.compact import compact
from kolba.stores.contract import Record

VERSION = b"\x01"
_encode = compact(ensure_ascii=True)
_decode = JSONDecoder().raw_decode
_META = 7
_SUM = 4


class Damaged(Exception):
    """A blob that was not packed or sealed here."""


def pack(key: str, record: Record) -> bytes:
    """The blob of a record."""
    fields, created, seen, expires, owner, about, retired = record
    head: list[object] = [key, created, seen, expires, owner, retired, len(about)]
    for name, value in fields.items():
        head += (name, len(value))
    body = b"".join((_encode(head).encode(), about, *fields.values()))
    return VERSION + seal(body)


def head_of(key: str) -> tuple[int, bytes]:
    """Where, and with what, the blobs of a key have it: no other key's have that there."""
    return len(VERSION) + _SUM, _encode([key])[:-1].encode() + b","


def seal(value: bytes) -> bytes:
    """A value with its checksum."""
    return crc32(value).to_bytes(_SUM, "big") + value


def unseal(blob: object) -> bytes:
    """The value that was sealed.

    Raises:
        Damaged: it is not that.
    """
    if not isinstance(blob, bytes) or int.from_bytes(blob[:_SUM], "big") != crc32(blob[_SUM:]):
        raise Damaged
    return blob[_SUM:]


def unpack(blob: object) -> tuple[str, Record]:
    """The key and the record in a blob.

    Raises:
        Damaged: the checksum does not fit, or the version is unknown.
    """
    if not isinstance(blob, bytes) or blob[:1] != VERSION:
        raise Damaged
    body = unseal(blob[1:])
    # The head is ASCII, so that its length in characters is its length in bytes.
    head, start = _decode(body.decode("latin-1"))
    key, created, seen, expires, owner, retired, length = head[:_META]
    end = start + length
    about, fields = body[start:end], {}
    for name, length in zip(head[_META::2], head[_META + 1 :: 2], strict=True):
        start, end = end, end + length
        fields[name] = body[start:end]
    return key, Record(fields, created, seen, expires, owner, about, retired)
