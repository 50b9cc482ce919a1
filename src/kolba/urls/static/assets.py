"""Static files as this process knows them: read once, hashed by content, watched by their stamp.

The invariant: an asset's version, body and copies are of one and the same reading of the
file, so that a URL with a version never gets another content under it.
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import os
import stat
import threading
import time
from dataclasses import dataclass, field

from kolba.urls.static import compression

LARGEST_KEPT = 4 * 1024 * 1024
"""Bytes up to which a file is kept in memory, and compressed."""
LARGEST_HASHED = 64 * 1024 * 1024
"""Bytes up to which a file has a version: hashing more would hold a page up."""
MOST_KEPT = 64 * 1024 * 1024
"""Bytes of files and copies that one process keeps."""

Stamp = tuple[int, int, int]


@dataclass(slots=True)
class Asset:
    """One state of one file.

    Attributes:
        path: where it is.
        stamp: modification time (ns), size and inode when it was read.
        version: a hash of its content; '' when it is too large for one.
        body: its content; None when it is too large to keep.
        mimetype: by its name.
        coding: the coding that its name says it has (`x.svgz`), or None.
        copies: the compressed copies made so far; None for a coding that saves nothing.
        checked: when the stamp was last compared (`time.monotonic`).
    """

    path: str
    stamp: Stamp
    version: str
    body: bytes | None
    mimetype: str
    coding: str | None
    checked: float
    copies: dict[str, bytes | None] = field(default_factory=dict)
    making: threading.Lock = field(default_factory=threading.Lock)

    @property
    def modified(self) -> float:
        """When it was changed, in seconds since the epoch."""
        return self.stamp[0] / 1e9

    def choose(self, accept_encoding: str) -> tuple[str, bytes | None]:
        """The coding to answer with ('' for none), and the bytes."""
        body = self.body
        if body is None or not accept_encoding or not self.is_compressible:
            return "", body
        for coding in compression.accepted(accept_encoding):
            copy = self.copies[coding] if coding in self.copies else self._make(coding)
            if copy is not None:
                return coding, copy
        return "", body

    @property
    def is_compressible(self) -> bool:
        return (
            self.body is not None
            and len(self.body) >= compression.SMALLEST
            and self.coding is None
            and compression.gains(self.mimetype)
        )

    def _make(self, coding: str) -> bytes | None:
        """Make a copy, once: who comes meanwhile is answered without one."""
        if not self.making.acquire(blocking=False):
            return None
        try:
            if coding not in self.copies:
                assert self.body is not None
                copy = compression.CODINGS[coding](self.body)
                self.copies[coding] = copy if len(copy) < 0.95 * len(self.body) else None
            return self.copies[coding]
        finally:
            self.making.release()


class Assets:
    """The static files of one app, as far as they have been asked for.

    Args:
        patience: seconds during which a file is trusted not to have changed. A change
            that is seen late harms nobody: old content keeps its old version until then.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._kept: dict[str, Asset] = {}
        self._lock = threading.Lock()

    def period(self) -> int | None:
        """A number that changes as often as files are looked at; None if at every use."""
        return int(time.monotonic() // self.patience) if self.patience else None

    def find(self, path: str) -> Asset | None:
        """The file at `path` as it is now, or None if there is no such file."""
        asset = self._kept.get(path)
        now = time.monotonic()
        if asset is not None and now - asset.checked < self.patience:
            return asset
        stamp = _stamp(path)
        if stamp is None:
            self._kept.pop(path, None)
            return None
        if asset is not None and asset.stamp == stamp:
            asset.checked = now
            return asset
        asset = _read(path, now)
        if asset is not None:
            self._keep(asset)
        return asset

    def _keep(self, asset: Asset) -> None:
        """Keep it; while that is too much, the one kept longest goes."""
        with self._lock:
            self._kept.pop(asset.path, None)
            self._kept[asset.path] = asset
            total = sum(_weight(kept) for kept in self._kept.values())
            while total > MOST_KEPT and len(self._kept) > 1:
                total -= _weight(self._kept.pop(next(iter(self._kept))))


def _weight(asset: Asset) -> int:
    """Bytes in memory; copies counted before they are made."""
    return 500 + 2 * len(asset.body or b"")


def _stamp(path: str) -> Stamp | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return _stamp_of(status)


def _stamp_of(status: os.stat_result) -> Stamp | None:
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(path: str, now: float) -> Asset | None:
    try:
        with open(path, "rb") as file:
            # The stamp of the open file, whatever is put in its place meanwhile.
            stamp = _stamp_of(os.fstat(file.fileno()))
            if stamp is None:
                return None
            size = stamp[1]
            body = file.read() if size <= LARGEST_KEPT else None
            version = ""
            if body is not None:
                version = _digest(hashlib.blake2b(body, digest_size=9))
            elif size <= LARGEST_HASHED:
                version = _digest(hashlib.file_digest(file, _blake2b))  # type: ignore[arg-type]
    except OSError:
        return None
    mimetype, coding = mimetypes.guess_type(path)
    return Asset(
        path, stamp, version, body, mimetype or "application/octet-stream", coding, checked=now
    )


def _blake2b() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=9)


def _digest(made: hashlib.blake2b) -> str:
    return base64.urlsafe_b64encode(made.digest()).decode()
