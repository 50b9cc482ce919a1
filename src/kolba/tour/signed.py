"""Takes Flask's session cookie apart without its key, as anybody could, and forges one.

The cookie is `contents.time.signature`, each in URL-safe base64; a leading dot says that
the contents are compressed (itsdangerous, `URLSafeTimedSerializer`).
"""

from __future__ import annotations

import json
import struct
import zlib
from datetime import UTC, datetime
from typing import NamedTuple

from itsdangerous import BadData
from itsdangerous.encoding import base64_decode, base64_encode, bytes_to_int

CONTENTS_LIMIT = 16 * 1024
UNREADABLE = (
    BadData,
    ValueError,
    OverflowError,
    OSError,
    RecursionError,
    struct.error,
    zlib.error,
)


class Parts(NamedTuple):
    """The three parts as they stand in the cookie, and what the first two say."""

    contents: str
    time: str
    signature: str
    decoded: str
    signed_at: datetime


def take_apart(cookie: str) -> Parts | None:
    """Return the parts of the cookie, or None when it is not one of Flask's."""
    pieces = cookie.rsplit(".", 2)
    if len(pieces) != 3:
        return None
    contents, time, signature = pieces
    try:
        seconds = bytes_to_int(base64_decode(time))
        return Parts(
            contents, time, signature, decode(contents), datetime.fromtimestamp(seconds, UTC)
        )
    except UNREADABLE:
        return None


def decode(contents: str) -> str:
    """Return the JSON of the contents, in readable letters."""
    data = base64_decode(contents.removeprefix("."))
    if contents.startswith("."):
        data = zlib.decompressobj().decompress(data, CONTENTS_LIMIT)
    return json.dumps(json.loads(data), ensure_ascii=False, indent=2)


def forge(cookie: str, contents: dict[str, str]) -> str:
    """Return the cookie with other contents under the old signature."""
    _, _, rest = cookie.lstrip(".").partition(".")
    data = json.dumps(contents, separators=(",", ":"))
    return f"{base64_encode(data).decode()}.{rest or 'no.signature'}"
