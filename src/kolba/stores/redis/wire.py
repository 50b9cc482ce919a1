"""How a connection is spoken over, once the driver has made it: what is sent, what comes back.

Who asks closes the connection after any error that is raised here: a reply that comes late,
or half, must never be taken for the answer to what somebody asks next.
"""

from __future__ import annotations

import _socket
import os
import struct
from collections.abc import Callable
from typing import Any, Protocol

_SIZE = 65536
_PENDING = object()
_TIMEVAL = struct.Struct("ll")

Errors = Callable[[str], Exception]
"""The error for what a server tells after a minus sign."""


class Wire(Protocol):
    """One connection, used by one caller at a time."""

    def ask(self, packed: bytes, count: int) -> list[Any]:
        """The replies to so many commands; an error that the server tells is one of them.

        Raises:
            OSError: not all came, or not in time.
        """

    def tell(self, packed: bytes) -> None:
        """Send commands whose replies come before those to what is asked next.

        Raises:
            OSError: not all could be sent in time.
        """

    def is_sound(self) -> bool:
        """Whether the server still holds the other end, and has said nothing unasked."""

    def close(self) -> None:
        """Part with the server."""


class PlainWire:
    """By the system's own calls, each of which waits no longer than it may.

    PERF: with a time limit of Python's a socket is asked whether it is ready before each call;
    and at each of these four a thread lets go of the interpreter, which it then has to win back.

    Args:
        connection: the driver's, which has made the socket and closes it.
        sock: one with limits of the system's.
        reader: hiredis' class.
        errors: makes the error for one that the server tells.
        wrong: makes the error for what is no Redis.
    """

    __slots__ = ("_connection", "_feed", "_has_more", "_next", "_receive", "_send")

    def __init__(
        self, connection: Any, sock: _socket.socket, reader: Any, errors: Errors, wrong: Errors
    ) -> None:
        self._connection = connection
        self._send, self._receive = sock.send, sock.recv
        read = reader(protocolError=wrong, replyError=errors, notEnoughData=_PENDING)
        self._feed, self._next, self._has_more = read.feed, read.gets, read.has_data

    def tell(self, packed: bytes) -> None:
        sent = self._send(packed)
        while sent < len(packed):
            sent += self._send(packed[sent:])

    def ask(self, packed: bytes, count: int) -> list[Any]:
        self.tell(packed)
        replies: list[Any] = []
        while len(replies) < count:
            received = self._receive(_SIZE)
            if not received:
                raise ConnectionResetError("it closed the connection")
            self._feed(received)
            while (reply := self._next()) is not _PENDING:
                replies.append(reply)
        if len(replies) > count or self._has_more():
            raise ConnectionAbortedError("it says more than it was asked")
        return replies

    def is_sound(self) -> bool:
        try:
            self._receive(1, _socket.MSG_PEEK | _socket.MSG_DONTWAIT)
        except BlockingIOError:  # there is nothing, and no end
            return True
        except OSError:
            pass
        return False

    def close(self) -> None:
        self._connection.disconnect()


class DrivenWire:
    """By the driver: over TLS, on sockets that are not the system's own, without hiredis.

    Args:
        connection: the driver's.
        told: the errors that the driver raises for what a server tells.
    """

    __slots__ = ("_connection", "_told")

    def __init__(self, connection: Any, told: type[Exception]) -> None:
        self._connection, self._told = connection, told

    def tell(self, packed: bytes) -> None:
        self._connection.send_packed_command([packed], check_health=False)

    def ask(self, packed: bytes, count: int) -> list[Any]:
        self.tell(packed)
        return [self._reply() for _ in range(count)]

    def _reply(self) -> Any:
        try:
            return self._connection.read_response()
        except self._told as error:
            return error

    def is_sound(self) -> bool:
        return not self._connection.can_read(0)

    def close(self) -> None:
        self._connection.disconnect()


def has_limits(sock: Any, seconds: float) -> bool:
    """Let the system limit how long each call on a socket takes; False if it cannot be told to.

    A call that is interrupted by a signal begins its time anew, as all such calls do.
    """
    kind: Any = type(sock)
    # A socket that waits in its own way (TLS, gevent, eventlet) heeds none of the system's limits.
    if os.name != "posix" or getattr(kind, "recv", None) is not _socket.socket.recv:
        return False
    whole = int(seconds)
    limit = _TIMEVAL.pack(whole, max(1, int((seconds - whole) * 1e6)))  # 0 is no limit
    try:
        for option in (_socket.SO_RCVTIMEO, _socket.SO_SNDTIMEO):
            sock.setsockopt(_socket.SOL_SOCKET, option, limit)
            kept = _TIMEVAL.unpack(sock.getsockopt(_socket.SOL_SOCKET, option, _TIMEVAL.size))
            if not 0 < kept[0] + kept[1] / 1e6 <= seconds + 1:
                return False
    except (OSError, struct.error):
        return False
    sock.settimeout(None)
    return True
