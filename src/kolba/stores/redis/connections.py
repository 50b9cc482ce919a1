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
    NoPermissionError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
)
from redis.retry import Retry

from kolba.errors import ConfigError
from kolba.stores.contract import StoreDown
from kolba.stores.pool import Pool
from kolba.stores.redis.address import Address
from kolba.stores.redis.breaker import Breaker
from kolba.stores.redis.fitness import check

try:
    from hiredis import pack_command
except ImportError:
    _pack: Any = None
else:
    _pack = pack_command

logger = logging.getLogger("kolba.stores")

FRESH = 0.02
"""Seconds for which a connection that has just answered is taken to be sound.

PERF: a look at the socket costs a quarter of a trip (python -m bench.stores). Under load the
last one is used again much sooner; servers and proxies close what was idle for longer.
"""

_AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError, OSError)
_DENIED = (AuthenticationError, AuthorizationError, NoPermissionError)


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
        )
        self._pool = Pool[tuple[Any, float]](_disconnect)
        self._breaker = Breaker()
        self._is_fit = False

    def ask(self, *command: Any) -> Any:
        """The answer to a command.

        Raises:
            StoreDown: there was none, or it says that the server cannot do that now.
            ConfigError: the server is none that state can be kept in.
            NoScript: it does not know the script.
        """
        return self._exchange(_answer, command)

    def ask_all(self, *commands: tuple[Any, ...]) -> list[Any]:
        """The answers to some commands, in one round trip; raises as `ask` does."""
        answers: list[Any] = self._exchange(_answers, commands)
        return answers

    def _exchange(self, converse: Callable[[Any, Any], Any], said: tuple[Any, ...]) -> Any:
        self._breaker.enter()
        try:
            connection = self._connection()
            try:
                answer = converse(connection, said)
            except ResponseError:
                self._pool.give_back((connection, monotonic()))
                raise
            except BaseException:
                connection.disconnect()
                raise
            self._pool.give_back((connection, monotonic()))
        except NoScriptError:
            self._breaker.worked()  # an answer: or the text that is sent next would be refused
            raise NoScript from None
        except (*_AWAY, *_DENIED, RedisError) as error:
            raise self._down(error) from error
        self._breaker.worked()
        return answer

    def close(self) -> None:
        self._pool.close()

    def _connection(self) -> Any:
        idle = self._pool.take()
        if idle is not None and (monotonic() - idle[1] < FRESH or _is_sound(idle[0])):
            return idle[0]
        made: Any = self._maker.make_connection()
        made.connect()
        if not self._is_fit:
            self._check(made)
        return made

    def _check(self, connection: Any) -> None:
        try:
            check(_answer(connection, ("INFO",)), self.address)
        except BaseException:
            connection.disconnect()
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


class NoScript(Exception):
    """The server does not know this script: it was restarted."""


def _disconnect(idle: tuple[Any, float]) -> None:
    idle[0].disconnect()


def _answer(connection: Any, command: tuple[Any, ...]) -> Any:
    connection.send_packed_command(_packed(connection, command), check_health=False)
    return connection.read_response()


def _answers(connection: Any, commands: tuple[tuple[Any, ...], ...]) -> list[Any]:
    packed = b"".join([part for each in commands for part in _packed(connection, each)])
    connection.send_packed_command([packed], check_health=False)
    answers: list[Any] = []
    refused: ResponseError | None = None
    for _ in commands:  # all, so that the next to use the connection finds none of them
        try:
            answers.append(connection.read_response())
        except ResponseError as error:
            refused = refused or error
    if refused is not None:
        raise refused
    return answers


def _packed(connection: Any, command: tuple[Any, ...]) -> list[bytes]:
    """A command as it is sent."""
    try:
        return _packed_by_driver(connection, command)
    except UnicodeEncodeError:  # a lone surrogate, which is text in Python and nowhere else
        return _packed_by_driver(connection, tuple(map(_encoded, command)))


def _encoded(arg: Any) -> Any:
    return arg.encode("utf-8", "surrogatepass") if isinstance(arg, str) else arg


def _packed_by_driver(connection: Any, command: tuple[Any, ...]) -> list[bytes]:
    if _pack is not None:  # PERF: the driver looks at each argument before it does the same
        return [_pack(command)]
    packed: list[bytes] = connection.pack_command(*command)
    return packed


def _is_sound(connection: Any) -> bool:
    """Whether the server still holds the other end: if not, it may have been restarted."""
    try:
        sound = not connection.can_read(0)
    except _AWAY:
        sound = False
    if not sound:
        connection.disconnect()
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
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text[:120].rstrip(".")
