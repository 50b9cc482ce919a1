"""What a person recognises a session by: the address and the device it began on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_LONGEST = 200
_encode = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class About:
    """Where a session began.

    Attributes:
        address: the client's address, as the app saw it.
        device: the browser's own description of itself, cut to 200 characters.
    """

    address: str = ""
    device: str = ""


def describe(environ: Mapping[str, Any]) -> bytes:
    """The address and device of a request, encoded for `Record.about`."""
    device = environ.get("HTTP_USER_AGENT") or ""
    return _encoded(environ.get("REMOTE_ADDR") or "", device[:_LONGEST])


@lru_cache(256)
def _encoded(address: str, device: str) -> bytes:
    return _encode([address, device]).encode()


def read(about: bytes) -> About:
    """What `describe` wrote; empty if it was something else."""
    try:
        address, device = json.loads(about)
        return About(str(address), str(device))
    except (ValueError, TypeError):
        return About()
