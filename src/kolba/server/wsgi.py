"""Makes a WSGI application safe for a server that reads status and headers early.

PEP 3333 lets an application call `start_response` as late as its first chunk
(every application written as a generator does, Werkzeug's debugger too), and
lets a server send headers only once there is a chunk to send. Granian reads
status and headers as soon as the application has returned. The invariant:
when `prompt(app)` returns, `start_response` has been called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def prompt(app: WSGIApplication) -> WSGIApplication:
    """Returns `app`, with its first chunk made before the headers are read."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        chunks = app(environ, start_response)
        # PERF: a list has neither laziness nor close(); nearly every answer is one.
        return chunks if type(chunks) is list else _begun(chunks)

    return application


def _begun(chunks: Iterable[bytes]) -> Iterable[bytes]:
    close = getattr(chunks, "close", _nothing)
    try:
        iterator = iter(chunks)
        begun = list(islice(iterator, 1))
    except BaseException:
        close()
        raise
    return _Begun(chain(begun, iterator), close)


class _Begun:
    """An answer whose first chunk has been made."""

    __slots__ = ("_chunks", "close")

    def __init__(self, chunks: Iterator[bytes], close: Callable[[], object]) -> None:
        self._chunks = chunks
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


def _nothing() -> None:
    """For answers without a `close`."""
