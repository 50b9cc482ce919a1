"""The headers of a file's answer."""

from __future__ import annotations

from werkzeug.http import http_date
from werkzeug.utils import get_content_type

from kolba.urls.static.assets import Asset

IMMUTABLE = "public, max-age=31536000, immutable"

Headers = list[tuple[str, str]]


def head(asset: Asset, coding: str, length: int, cache_control: str) -> Headers:
    """The headers for one coding of a file ('' for the plain one)."""
    headers = [
        ("Content-Type", get_content_type(asset.mimetype, "utf-8")),
        ("Content-Length", str(length)),
        ("ETag", etag(asset, coding)),
        ("Last-Modified", http_date(asset.modified)),
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", cache_control),
    ]
    if coding or asset.coding:
        headers.append(("Content-Encoding", coding or str(asset.coding)))
    if asset.is_compressible:
        headers.append(("Vary", "Accept-Encoding"))
    return headers


def etag(asset: Asset, coding: str) -> str:
    """One for each coding: they are different bytes."""
    return f'"{asset.version}-{coding}"' if coding else f'"{asset.version}"'
