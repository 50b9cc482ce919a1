"""A record as one blob: a byte of version, a checksum, a head, the parts.

The parts are the record's key, its owner, what it is recognised by, its fields' names and their
values; the head has their lengths, and all that is no text. So a flipped bit in a file, wherever
it is, is found here, and not by a person who reads another's data.
"""

from __future__ import annotations

import struct
from json import JSONDecoder
from zlib import crc32

from kolba.stores.contract import Record
from kolba.stores.texts import from_bytes, to_bytes

VERSION = b"\x02"
# PERF: times as text, which is what JSON has, take most of the time that is spent here.
_HEAD = struct.Struct(">ddd??I")
"""When it was made, used, and ends; whether it is retired, and owned; how many parts it has."""
_SUM = 4


class Damaged(Exception):
    """A blob that was not packed or sealed here."""


def pack(key: str, record: Record) -> bytes:
    """The blob of a record."""
    fields, created, seen, expires, owner, about, retired = record
    parts = [to_bytes(key), to_bytes(owner or ""), about, *map(to_bytes, fields), *fields.values()]
    count = len(parts)
    head = _HEAD.pack(created, seen, expires, retired, owner is not None, count)
    return VERSION + seal(b"".join((head, struct.pack(f">{count}I", *map(len, parts)), *parts)))


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
    if not isinstance(blob, bytes) or (read := _READERS.get(blob[:1])) is None:
        raise Damaged
    body = unseal(blob[1:])
    try:
        return read(body)
    except (struct.error, ValueError) as error:
        raise Damaged from error


def _unpacked(body: bytes) -> tuple[str, Record]:
    created, seen, expires, retired, is_owned, count = _HEAD.unpack_from(body)
    lengths = struct.unpack_from(f">{count}I", body, _HEAD.size)
    start, parts = _HEAD.size + 4 * count, []
    for length in lengths:
        end = start + length
        parts.append(body[start:end])
        start = end
    key, whose, about, *rest = parts
    names, values = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    fields = dict(zip(map(from_bytes, names), values, strict=True))
    owner = from_bytes(whose) if is_owned else None
    return from_bytes(key), Record(fields, created, seen, expires, owner, about, retired)


_decode = JSONDecoder().raw_decode
_META = 7


def _unpacked_former(body: bytes) -> tuple[str, Record]:
    """What an older Kolba has packed: a head of JSON, and the values."""
    # The head is ASCII, so that its length in characters is its length in bytes.
    head, start = _decode(body.decode("latin-1"))
    key, created, seen, expires, owner, retired, length = head[:_META]
    end = start + length
    about, fields = body[start:end], {}
    for name, length in zip(head[_META::2], head[_META + 1 :: 2], strict=True):
        start, end = end, end + length
        fields[name] = body[start:end]
    return key, Record(fields, created, seen, expires, owner, about, retired)


_READERS = {VERSION: _unpacked, b"\x01": _unpacked_former}
