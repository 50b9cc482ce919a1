"""What a `save` does to fields, for stores whose records are merged in Python."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kolba.stores.contract import Changes, Record, WrongField

_DECIMAL = re.compile(rb"0|-?[1-9][0-9]{0,18}")
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


def merged(
    fields: Mapping[str, bytes], changes: Changes
) -> tuple[dict[str, bytes], dict[str, int]]:
    """The new fields, and the sums.

    Raises:
        WrongField: an increment or append does not fit the field.
    """
    result = {**fields}
    for name in changes.delete:
        result.pop(name, None)
    result.update(changes.set)
    sums = {name: _sum(result, name, by) for name, by in changes.add.items()}
    for name, values in changes.append.items():
        result[name] = _appended(result, name, values)
    return result, sums


def _sum(fields: dict[str, bytes], name: str, by: int) -> int:
    held = fields.get(name, b"0")
    if not _DECIMAL.fullmatch(held):
        raise WrongField(name, "increment")
    result = int(held) + by
    if not _LOWEST <= result <= _HIGHEST:
        raise WrongField(name, "increment")
    fields[name] = b"%d" % result
    return result


def _appended(fields: dict[str, bytes], name: str, values: Sequence[bytes]) -> bytes:
    held = fields.get(name, b"[]")
    if held[:1] != b"[":
        raise WrongField(name, "append")
    parts = [held[1:-1], *values] if len(held) > 2 else values
    return b"[" + b",".join(parts) + b"]"


def updated(record: Record, fields: Mapping[str, bytes], changes: Changes) -> Record:
    """The record after a `save`, its fields merged already."""
    return record._replace(
        fields=fields,
        seen=record.seen if changes.seen is None else changes.seen,
        expires=record.expires if changes.expires is None else changes.expires,
        owner=record.owner if changes.owner is None else changes.owner or None,
    )
