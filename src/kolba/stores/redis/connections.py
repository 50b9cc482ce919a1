"""The one file that knows the Redis driver: connections, time limits, and what went wrong.

The driver's own retries are off: a verb whose answer was lost may have happened,
and doing it again would count twice. Its connections are used without its client
and its pool, which cost more than the server's whole work; they are not typed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ConnectionError,
    InvalidResponse,
    NoPermissionError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
)
from redis.retry import Retry

from kolba.errors import ConfigError
from kolba.stores.breaker import Breaker
from kolba.stores.contract import StoreDown
from kolba.stores.pool import Pool
from kolba.stores.redis.address import Address
from kolba.stores.redis.fitness import check
from kolba.stores.redis.wire import DrivenWire, PlainWire, Wire, has_limits
from kolba.stores.texts import to_bytes

hiredis: Any
try:
    import hiredis
except ImportError:
    hiredis = None

logger = logging.getLogger("kolba.stores")

FRESH = 0.02
"""Seconds for which a connection that has just answered is taken to be sound.

PERF: a look at the socket costs a quarter of a trip (python -m bench.stores). Under load the
last one is used again much sooner; servers and proxies close what was idle for longer.
"""

_ANY = 2**31  # the driver counts all that it has ever made, and stops at a hundred

_AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError, OSError)
_DENIED = (AuthenticationError, AuthorizationError, NoPermissionError)
_CODES: dict[str, type[Exception]] = {
    "LOADING": BusyLoadingError,
    "NOAUTH": AuthenticationError,
    "NOPERM": NoPermissionError,
    "NOSCRIPT": NoScriptError,
    "READONLY": ReadOnlyError,
    "WRONGPASS": AuthenticationError,
}
"""What kind of error it is that a server tells, where that matters; the others are refusals."""


class Server:
    """One server, asked by many threads."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._maker = ConnectionPool.from_url(
            address.url,
            socket_timeout=address.timeout,
            socket_connect_timeout=address.timeout,
            retry=Retry(NoBackoff(), 0),
            retry_on_error=[],
            protocol=2,
            max_connections=_ANY,
        )
        self._pool = Pool[_Idle](_close)
        self._breaker = Breaker()
        self._is_fit = False
        self._pack = _packing(self._maker)

    def ask(self, *command: Any) -> Any:
        """The answer to a command.

        Raises:
            StoreDown: there was none, or it says that the server cannot do that now.
            ConfigError: the server is none that state can be kept in.
            NoScript: it does not know the script.
        """
        return self._exchange(self._packed(command), 1)[0]

    def ask_all(self, *commands: tuple[Any, ...]) -> list[Any]:
        """The answers to some commands, in one round trip; raises as `ask` does."""
        return self._exchange(b"".join(map(self._packed, commands)), len(commands))

    def tell(self, *command: Any) -> None:
        """Send a command whose answer is not waited for; an error that it tells is logged.

        PERF: to wait for an answer is half of the trip, and all of its time.

        Raises:
            StoreDown: it could not be sent.
            ConfigError: the server is none that state can be kept in.
        """
        packed = self._packed(command)
        if self._breaker.is_open:  # whether the server is back only an answer tells
            self._exchange(packed, 1)
            return
        try:
            wire, told = self._wire()
            try:
                wire.tell(packed)
            except BaseException:
                _part(wire, told)
                raise
        except (*_AWAY, *_DENIED, RedisError) as error:
            raise self._down(error) from error
        self._pool.give_back((wire, monotonic(), told + 1))

    def _packed(self, command: tuple[Any, ...]) -> bytes:
        """A command as it is sent."""
        try:
            return self._pack(command)
        except UnicodeEncodeError:  # a lone surrogate, which is text in Python and nowhere else
            return self._pack(tuple(map(_encoded, command)))

    def _exchange(self, packed: bytes, count: int) -> list[Any]:
        breaker = self._breaker
        if breaker.is_open:
            breaker.enter()
        try:
            answers = self._answers(packed, count)
        except (*_AWAY, *_DENIED, RedisError) as error:
            raise self._down(error) from error
        for answer in answers:
            if isinstance(answer, Exception):
                raise self._told(answer) from answer
        if breaker.is_open:
            breaker.worked()
        return answers

    def _answers(self, packed: bytes, count: int) -> list[Any]:
        wire, told = self._wire()
        try:
            answers = wire.ask(packed, told + count)
        except BaseException:
            _part(wire, told)
            raise
        self._pool.give_back((wire, monotonic(), 0))
        if told:
            self._settle(answers[:told])
            del answers[:told]
        return answers

    def _settle(self, answers: list[Any]) -> None:
        """See what came of commands that nobody has waited for."""
        for answer in answers:
            if isinstance(answer, Exception):
                error = self._told(answer)
                logger.error("what the state server was told has not been done: %s", error)

    def _told(self, error: Exception) -> Exception:
        """What to raise for an error that the server has told."""
        if isinstance(error, NoScriptError):
            self._breaker.worked()  # an answer: or the text that is sent next would be refused
            return NoScript()
        return self._down(error)

    def close(self) -> None:
        self._pool.close()

    def _wire(self) -> tuple[Wire, int]:
        """A connection, and how many commands were told over it and are not yet answered."""
        idle = self._pool.take()
        if idle is not None:
            wire, since, told = idle
            if monotonic() - since < FRESH:
                return wire, told
            if self._has_settled(wire, told) and _is_sound(wire):
                return wire, 0
        made: Any = self._maker.make_connection()
        made.connect()
        wire = _wired(made, self.address.timeout)
        if not self._is_fit:
            self._check(wire)
        return wire, 0

    def _has_settled(self, wire: Wire, told: int) -> bool:
        """Whether all that was told over a connection has been answered; if not, it is closed."""
        try:
            self._settle(wire.ask(b"", told) if told else [])
        except (*_AWAY, RedisError):
            _part(wire, told)
            return False
        return True

    def _check(self, wire: Wire) -> None:
        try:
            [info] = wire.ask(self._pack(("INFO",)), 1)
            if isinstance(info, Exception):
                raise info
            check(info, self.address)
        except BaseException:
            wire.close()
            raise
        self._is_fit = True

    def _down(self, error: Exception) -> Exception:
        """What to raise for a driver's error; it names no value and no password."""
        shown = self.address.shown
        if isinstance(error, _DENIED):
            return ConfigError(
                f"the state server {shown} refuses this user ({_reason(error)}): put user and "
                "password into KOLBA_STATE, redis://user:password@host:6379/0"
            )
        message = f"the state server {shown} cannot be used: {_reason(error)}{_mend(error)}"
        if isinstance(error, _AWAY):
            self._pool.close()
            self._breaker.failed(message)
        else:
            self._breaker.worked()
        return StoreDown(message)


_Idle = tuple[Wire, float, int]
"""A connection, since when nobody uses it, and how many commands told over it have no answer."""


class NoScript(Exception):
    """The server does not know this script: it was restarted."""


def _packing(maker: ConnectionPool) -> Callable[[tuple[Any, ...]], bytes]:
    """What writes a command down."""
    if hiredis is not None:  # PERF: the driver looks at each argument before it does the same
        pack: Callable[[tuple[Any, ...]], bytes] = hiredis.pack_command
        return pack
    driver: Any = maker.make_connection()  # which connects nowhere
    return lambda command: b"".join(driver.pack_command(*command))


def _encoded(arg: Any) -> Any:
    return to_bytes(arg) if isinstance(arg, str) else arg


def _wired(connection: Any, timeout: float) -> Wire:
    """The fastest way to speak over a connection that the driver has made."""
    sock: Any = getattr(connection, "_sock", None)
    if hiredis is not None and has_limits(sock, timeout):
        return PlainWire(connection, sock, hiredis.Reader, _error_told, InvalidResponse)
    return DrivenWire(connection, ResponseError)


def _error_told(text: str) -> Exception:
    code, _, rest = text.partition(" ")
    kind = _CODES.get(code)
    return ResponseError(text) if kind is None else kind(rest)


def _part(wire: Wire, told: int) -> None:
    """Close a connection whose answers nobody can read any more."""
    wire.close()
    if told:
        logger.error("the connection broke before the state server had answered what it was told")


def _close(idle: _Idle) -> None:
    idle[0].close()


def _is_sound(wire: Wire) -> bool:
    """Whether the server still holds the other end: if not, it may have been restarted."""
    try:
        sound = wire.is_sound()
    except _AWAY:
        sound = False
    if not sound:
        wire.close()
    return sound


def _mend(error: Exception) -> str:
    """What to do about a server that is away, where that is known."""
    if isinstance(error, BusyLoadingError):
        return ". Wait until it has loaded its data"
    if isinstance(error, ReadOnlyError):
        return ". Name the primary in KOLBA_STATE"
    if isinstance(error, _AWAY):
        return ". Start it, or name the server that holds the state in KOLBA_STATE"
    return ""


def _reason(error: Exception) -> str:
    """SECURITY: the server's first words; a command's arguments are never among them."""
    if isinstance(error, BlockingIOError):  # so the system says that a time limit is over
        return "it did not answer in time"
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text[:120].rstrip(".")
