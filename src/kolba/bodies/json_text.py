"""What JSON text may hold (RFC 8259), and how deep it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import current_app

from kolba.bodies.errors import BadBody, BodyError

_MAX_DEPTH = 100
_parts = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{}]|NaN|-?Infinity', re.DOTALL)


def json_fault(data: bytes) -> BodyError | None:
    """What JSON text has that RFC 8259 has not, or that is deeper than the limit."""
    limit = current_app.config.get("KOLBA_MAX_JSON_DEPTH", _MAX_DEPTH)
    shallow = data.count(b"[") + data.count(b"{") <= limit
    if shallow and b"NaN" not in data and b"Infinity" not in data:
        return None
    depth = 0
    for part in _tokens(data):
        if part in b"[{":
            depth += 1
            if depth > limit:
                what = f"the JSON is nested deeper than KOLBA_MAX_JSON_DEPTH, {limit}"
                return BadBody(what, setting="KOLBA_MAX_JSON_DEPTH", limit=limit)
        elif part in b"]}":
            depth -= 1
        elif part[:1] != b'"':
            return BadBody(f"the JSON holds {part.decode()}, which is no JSON (RFC 8259)")
    return None


def _tokens(data: bytes) -> Iterator[bytes]:
    return (found[0] for found in _parts.finditer(data))
