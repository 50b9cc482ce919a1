"""Compressed copies of a file: which types gain by it, how they are made, which one a client takes.

Brotli is used where the package `brotli` (or `brotlicffi`) is installed.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

_brotli = next(
    (import_module(name) for name in ("brotli", "brotlicffi") if find_spec(name) is not None), None
)

SMALLEST = 512
"""Bytes below which a copy would save nothing worth its header."""

_TYPES = frozenset(
    (
        *("application/javascript", "application/json", "application/ld+json", "application/wasm"),
        *("application/manifest+json", "application/xml", "application/xhtml+xml"),
        *("application/rss+xml", "application/atom+xml", "application/vnd.ms-fontobject"),
        *("font/ttf", "font/otf", "image/svg+xml", "image/bmp", "image/x-icon"),
        *("image/vnd.microsoft.icon", "model/gltf+json"),
    )
)


def gains(mimetype: str) -> bool:
    """Whether files of this type become smaller; images, video and archives are small already."""
    return mimetype.startswith("text/") or mimetype in _TYPES


def _brotlied(content: bytes) -> bytes:
    assert _brotli is not None
    # Quality 11 saves a few percent more, and takes ten times as long.
    compressed: bytes = _brotli.compress(content, quality=9)
    return compressed


def _gzipped(content: bytes) -> bytes:
    # Without a time in it, all workers make the same bytes.
    return gzip.compress(content, compresslevel=9, mtime=0)


# The best first.
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    **({"br": _brotlied} if _brotli is not None else {}),
    "gzip": _gzipped,
}


@lru_cache(maxsize=256)
def accepted(header: str) -> tuple[str, ...]:
    """The codings of ours that an `Accept-Encoding` header takes, the best first (RFC 9110)."""
    weights: dict[str, float] = {}
    for item in header.split(","):
        name, _, parameters = item.partition(";")
        weights[name.strip().lower()] = _weight(parameters)
    anything = weights.get("*", 0.0)
    wanted = [(-weights.get(name, anything), n, name) for n, name in enumerate(CODINGS)]
    return tuple(name for weight, _, name in sorted(wanted) if weight < 0)


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
