"""The server: who may ask it now, over which connection, and what its errors mean.

A verb is one statement, so that no lock is held over a round trip, and who comes by PgBouncer,
whatever its pooling, finds nothing of another's. What was rolled back is done again; what may
have happened is not.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from random import uniform
from time import monotonic, sleep

from kolba.errors import ConfigError
from kolba.stores.breaker import Breaker
from kolba.stores.contract import StoreDown
from kolba.stores.pool import Pool
from kolba.stores.postgres import schema
from kolba.stores.postgres.address import Address
from kolba.stores.postgres.wire import ENDED, Lost, Refused, Row, Statement, Value, Wire

logger = logging.getLogger("kolba.stores")

_LOOK = (
    "SELECT pg_is_in_recovery(), current_setting('transaction_read_only'), "
    "current_setting('default_transaction_isolation')"
)
_COLLIDED = frozenset({"40001", "40P01", "55P03"})
"""Serialization failure, deadlock, a lock that is not waited for: all was rolled back."""

_UNPREPARED = frozenset({"26000", "42P05", "0A000"})
"""A prepared statement that another server process has, or has in another way: a pooler."""

_MISSING = frozenset({"3F000", "42P01", "42883"})
"""No such schema, table or function: the database is another one than it was."""

_STANDBY, _NO_DATABASE, _FORBIDDEN = "25006", "3D000", "42501"
_AWAY = frozenset({ENDED, "57P02", "57P03", "53300", _STANDBY, _NO_DATABASE})
_DENIED = re.compile(
    "password authentication failed|no password supplied|no pg_hba.conf entry|"
    r"(?:role|database) \".*\" does not exist|not permitted to log in|permission denied for "
    "database|certificate|does not support SSL"
)
_WHERE = re.compile(r"^connection to server .*? failed: |^FATAL: +")


class Server:
    """One server, or one of some, asked by many threads."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._pool = Pool[_Idle](_close)
        self._breaker = Breaker()
        self._is_fit = False
        self._is_apart = False  # whether the role's transactions are others by default
        self._prepares = True
        self._at = 0  # which of the hosts was the right one

    def ask(self, statement: Statement, *values: Value, patience: float = 0.0) -> list[Row]:
        """The rows that a statement answers.

        Args:
            patience: seconds, if it may take longer than a verb.

        Raises:
            StoreDown: there was no answer, or the server cannot do that now.
            ConfigError: the server is none that state can be kept in.
        """
        breaker = self._breaker
        if breaker.is_open:
            breaker.enter()
        deadline = monotonic() + (patience or self.address.timeout)
        try:
            answer = self._asked(statement, values, deadline)
        except (Lost, Refused) as error:
            raise self._down(error) from error
        if breaker.is_open:
            breaker.worked()
        return answer

    def tell(self, statement: Statement, *values: Value) -> None:
        """Send a statement whose answer is not waited for; an error that it tells is logged.

        Raises:
            StoreDown: it could not be sent.
            ConfigError: the server is none that state can be kept in.
        """
        # Whether the server is back only an answer tells, and who may have to repeat needs it.
        if self._breaker.is_open or self._is_apart:
            self.ask(statement, *values)
            return
        deadline = monotonic() + self.address.timeout
        try:
            wire = self._wire(deadline)
            try:
                wire.tell(statement, values, deadline)
            except BaseException:
                wire.close()
                raise
        except (Lost, Refused) as error:
            raise self._down(error) from error
        self._pool.give_back((wire, True))

    def close(self) -> None:
        self._pool.close()

    def _asked(self, statement: Statement, values: Sequence[Value], deadline: float) -> list[Row]:
        """An answer, after as many tries as are free of risk."""
        again = {"missing", "ended", "unprepared"}
        while True:
            try:
                return self._once(statement, values, deadline)
            except Refused as error:
                if error.code in _COLLIDED and monotonic() < deadline:
                    sleep(uniform(0, 0.005))
                elif error.code in _UNPREPARED and "unprepared" in again:
                    again.remove("unprepared")  # another thread may have found that out, too
                    self._prepares = False
                elif error.code in _MISSING and "missing" in again:
                    again.remove("missing")
                    self._is_fit = False
                    self._pool.close()  # so that the next one looks
                elif error.code == ENDED and "ended" in again:
                    again.remove("ended")
                else:
                    raise

    def _once(self, statement: Statement, values: Sequence[Value], deadline: float) -> list[Row]:
        wire = self._wire(deadline)
        try:
            if self._is_apart:
                answer = wire.ask_apart(statement, values, deadline)
            elif self._prepares:
                answer = wire.ask(statement, values, deadline)
            else:
                answer = wire.ask_unprepared(statement, values, deadline)
        except Refused:
            if wire.is_idle():
                self._pool.give_back((wire, False))
            else:
                wire.close()
            raise
        except BaseException:
            wire.close()
            raise
        self._pool.give_back((wire, False))
        return answer

    def _wire(self, deadline: float) -> Wire:
        """A connection for the caller alone."""
        while (idle := self._pool.take()) is not None:
            wire, was_told = idle
            if (not was_told or _has_settled(wire, deadline)) and wire.is_sound():
                return wire
            wire.close()
        return self._new(deadline)

    def _new(self, deadline: float) -> Wire:
        """A new connection, to the first host that can be written."""
        targets, error = self.address.targets, Lost("")
        for n in range(len(targets)):
            at = (self._at + n) % len(targets)
            share = monotonic() + (deadline - monotonic()) / (len(targets) - n)
            try:
                wire = self._opened(at, share)
            except Lost as lost:
                error = lost
                continue
            self._at = at
            return wire
        raise error

    def _opened(self, at: int, deadline: float) -> Wire:
        wire = Wire(self.address.targets[at], deadline)
        try:
            [(is_standby, is_read_only, isolation)] = wire.run(_LOOK, deadline)
            if is_standby == b"t":
                raise Lost("it is a standby, which cannot be written")
            if is_read_only == b"on":
                raise Lost("this role's transactions are read-only")
            self._is_apart = isolation != b"read committed"
            if not self._is_fit:
                schema.prepare(wire, self.address)
                self._is_fit = True
        except BaseException:
            wire.close()
            raise
        return wire

    def _down(self, error: Lost | Refused) -> Exception:
        """What to raise; it names no value and no password."""
        code = error.code if isinstance(error, Refused) else None
        reason = _reason(error)
        shown = self.address.shown
        is_denied = code in (_FORBIDDEN, _NO_DATABASE) or (
            code is None and _DENIED.search(reason) is not None
        )
        message = f"the state server {shown} cannot be used: {reason}{_mend(code, reason, self)}"
        if code is None or code in _AWAY or code.startswith("08"):
            self._pool.close()
            self._breaker.failed(message)
        else:
            self._breaker.worked()
        # What worked before may work again: a password is changed, a database is restored.
        return ConfigError(message) if is_denied and not self._is_fit else StoreDown(message)


_Idle = tuple[Wire, bool]
"""A connection, and whether it was told something whose answer nobody has taken."""


def _close(idle: _Idle) -> None:
    idle[0].close()


def _has_settled(wire: Wire, deadline: float) -> bool:
    """Take the answer of what was told over a connection; False if it is of no more use."""
    try:
        wire.answer(deadline)
    except Refused as error:
        logger.error("what the state server was told has not been done: %s", _reason(error))
    except Lost:
        logger.error("the connection broke before the state server had answered what it was told")
        return False
    return True


def _mend(code: str | None, reason: str, server: Server) -> str:
    """What to do about it, where that is known."""
    schema_name = schema.quoted(server.address.schema)
    if code == _FORBIDDEN:
        return (
            f". Let the schema's owner run: GRANT USAGE ON SCHEMA {schema_name} TO the role; GRANT "
            f"SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema_name} TO the role"
        )
    if code == _NO_DATABASE or ("database" in reason and "does not exist" in reason):
        return ". Make it (createdb), or name another one in KOLBA_STATE"
    if code is None and _DENIED.search(reason):
        return ". Put user and password into KOLBA_STATE, postgresql://user:password@host/database"
    if code == _STANDBY or "standby" in reason:
        return ". Name the primary in KOLBA_STATE, or all hosts: postgresql://one,two/database"
    if code is None:
        return ". Start it, or name the server that holds the state in KOLBA_STATE"
    return ""


def _reason(error: Exception) -> str:
    """SECURITY: the server's first words; values are in what it adds to them, never in these."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return _WHERE.sub("", _WHERE.sub("", lines[0]))[:160].rstrip(".")
