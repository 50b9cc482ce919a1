"""Inputs of requests that say when less, or more, comes than was announced or is allowed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any, NoReturn

from kolba.bodies.errors import cut, over_length, report, stop

BLOCK = 64 * 1024
"""Bytes that are read at once."""

# So much of a body that is too large is read on, and dropped: a browser that is still
# sending when the connection closes shows "connection reset" and no page.
_DRAIN = 32 * 1024 * 1024


class BodyStream(io.RawIOBase):
    """The input of a request, up to its declared length and the limit.

    Invariant: it ends only when the body was whole and within the limit.

    Args:
        begun: what has been read of it already, and is given out first.
    """

    def __init__(
        self, raw: IO[bytes], length: int | None, limit: int | None, *, begun: bytes = b""
    ) -> None:
        self._raw = raw
        self._length = length
        self._limit = limit
        self._begun = begun
        self._read = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, or all that is left."""
        if size is not None and size >= 0:
            return self._next(size)
        blocks = []
        while block := self._next(BLOCK):
            blocks.append(block)
        return b"".join(blocks)

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, target: Any) -> int:
        data = self._next(len(target))
        target[: len(data)] = data
        return len(data)

    def _next(self, wanted: int) -> bytes:
        if self._length is not None:
            wanted = min(wanted, self._length - self._read)
        if self._limit is not None:
            # One byte more than allowed tells a body at the limit from one over it.
            wanted = min(wanted, max(1, self._limit + 1 - self._read))
        if wanted <= 0 or self._ended:
            return b""
        data = b"" if self._is_over() else self._take(wanted)
        self._read += len(data)
        if self._is_over():
            # What is within the limit is given first, so that it can be shown again.
            return data[:-1] or self._over()
        return data

    def _is_over(self) -> bool:
        return self._limit is not None and self._read > self._limit

    def _take(self, wanted: int) -> bytes:
        if self._begun:
            data, self._begun = self._begun[:wanted], self._begun[wanted:]
            return data
        try:
            data = self._raw.read(wanted)
        except (OSError, ValueError):
            data = b""
            self._ended = True
        if data or (self._length is None and not self._ended):
            return data
        self._ended = True
        stop(cut(self._length, self._read))

    def _over(self) -> NoReturn:
        self._ended = True
        self._drain()
        stop(over_length(self._limit or 0))

    def _drain(self) -> None:
        left = _DRAIN if self._length is None else min(_DRAIN, self._length - self._read)
        try:
            while left > 0 and (data := self._raw.read(min(BLOCK, left))):
                left -= len(data)
        except (OSError, ValueError):
            return


class WatchedStream:
    """The server's own stream, read by Flask, which says when less came than was announced."""

    def __init__(self, raw: IO[bytes], length: int) -> None:
        self._raw = raw
        self._length = length
        self._read = 0

    def __getattr__(self, name: str) -> Any:
        self._read = self._length  # read past this object: it knows no more
        return getattr(self._raw, name)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.__getattr__("readline"), b"")

    def read(self, size: int | None = -1) -> bytes:
        """What the server gives."""
        if size is None or size < 0:
            size = -1
            data = self._raw.read()  # Granian's takes no -1
        else:
            data = self._raw.read(size)
        self._read += len(data)
        if self._read < self._length and (not data or size == -1):
            report(cut(self._length, self._read))
            self._read = self._length
        return data
