"""One connection, by libpq: what is asked over it, within its time. It alone knows the driver.

The driver's cursors, adapters and transactions are left out: they cost several times what a
verb does. libpq never blocks here: who waits, and how long, is said by a deadline.
"""

from __future__ import annotations

import re
import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from time import monotonic
from typing import Any

from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import Error, ProgrammingError

_BINARY = 1
_READ, _WRITE = 1, 2
ENDED = "57P01"
"""SQLSTATE of a connection that was ended, and with it what it was at: nothing has happened."""

_ENDED = re.compile("FATAL: +terminating connection due to (administrator|idle-session)")
_FINE = frozenset({pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK})

Row = tuple[bytes | None, ...]
Value = bytes | None


class Lost(Exception):
    """The server cannot be reached, or did not answer in time."""


class Refused(Exception):
    """The server has answered with an error.

    Attributes:
        code: SQLSTATE.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Statement:
    """A statement of ours.

    Args:
        name: how it is known where it was prepared: the same name, the same text.
        text: with `$1` for the first value.
        types: of its values.
    """

    __slots__ = ("formats", "name", "text", "types")

    def __init__(self, name: str, text: str, types: Sequence[int]) -> None:
        self.name = name.encode()
        self.text = text.encode()
        self.types = types
        self.formats = [_BINARY] * len(types)


@cache
def known_options() -> frozenset[str]:
    """The names of what libpq can be told."""
    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())


def options_in(url: str) -> dict[str, str]:
    """What a URL tells libpq.

    Raises:
        ValueError: it is none.
    """
    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError:
        raise ValueError from None


class Wire:
    """A connection.

    Args:
        target: what libpq is told.
        deadline: until when it must stand, by `monotonic`.

    Raises:
        Lost: it does not.
    """

    __slots__ = ("_heard", "_known", "_pg", "_wait")

    def __init__(self, target: Mapping[str, str], deadline: float) -> None:
        told = make_conninfo(**{"fallback_application_name": "kolba", **target})
        self._pg: Any = pq.PGconn.connect_start(told.encode())
        self._known: set[bytes] = set()
        self._heard = False  # whether any of what was sent last has been done
        try:
            self._connect(deadline)
        except BaseException:
            self.close()
            raise
        self._pg.nonblocking = 1
        self._wait = _waiting(self._pg.socket)

    def _connect(self, deadline: float) -> None:
        pg, what = self._pg, _WRITE
        while True:
            if pg.status == pq.ConnStatus.BAD:
                raise self._lost()
            if not _waiting(pg.socket)(what, deadline):
                raise _late()
            match pg.connect_poll():
                case pq.PollingStatus.OK:
                    return
                case pq.PollingStatus.READING:
                    what = _READ
                case pq.PollingStatus.WRITING:
                    what = _WRITE
                case _:
                    raise self._lost()

    def ask(self, statement: Statement, values: Sequence[Value], deadline: float) -> list[Row]:
        """The rows that a statement answers; it is prepared when it is first asked.

        Raises:
            Lost: there was no answer.
            Refused: it is an error.
        """
        pg, name = self._pg, statement.name
        self._heard = False
        try:
            if name not in self._known:
                with self._together(deadline):
                    pg.send_prepare(name, statement.text, statement.types)
                    pg.send_query_prepared(name, values, statement.formats, _BINARY)
                    pg.pipeline_sync()
                    self._answer(deadline)
                    self._heard = False  # of what is asked
                    rows = self._answer(deadline)
                self._known.add(name)
                return rows
            pg.send_query_prepared(name, values, statement.formats, _BINARY)
            return self._answer(deadline)
        except Error as error:
            raise self._lost() from error

    def ask_unprepared(
        self, statement: Statement, values: Sequence[Value], deadline: float
    ) -> list[Row]:
        """The same, where the next statement may be another server process's."""
        self.tell(statement, values, deadline)
        return self.answer(deadline)

    def ask_apart(
        self, statement: Statement, values: Sequence[Value], deadline: float
    ) -> list[Row]:
        """The same, in a transaction that sees what was committed before each of its statements.

        For roles whose transactions are others by default; in one trip, too.
        """
        pg = self._pg
        self._heard = False
        try:
            with self._together(deadline):
                pg.send_query_params(b"BEGIN ISOLATION LEVEL READ COMMITTED", None)
                pg.send_query_params(
                    statement.text, values, statement.types, statement.formats, _BINARY
                )
                pg.send_query_params(b"COMMIT", None)
                pg.pipeline_sync()
                _, rows, _ = [self._answer(deadline) for _ in range(3)]
        except Error as error:
            raise self._lost() from error
        return rows

    @contextmanager
    def _together(self, deadline: float) -> Iterator[None]:
        """Some statements in one trip; if one is an error, the connection is of no more use."""
        self._pg.enter_pipeline_mode()
        yield
        end = self._result(deadline)
        if end is None or end.status != pq.ExecStatus.PIPELINE_SYNC:
            raise self._lost()
        self._pg.exit_pipeline_mode()

    def tell(self, statement: Statement, values: Sequence[Value], deadline: float) -> None:
        """Send a statement whose answer is taken later."""
        self._heard = False
        try:
            self._pg.send_query_params(
                statement.text, values, statement.types, statement.formats, _BINARY
            )
            self._send(deadline)
        except Error as error:
            raise self._lost() from error

    def answer(self, deadline: float) -> list[Row]:
        """The rows of what was told."""
        try:
            return self._answer(deadline)
        except Error as error:
            raise self._lost() from error

    def run(self, text: str, deadline: float) -> list[Row]:
        """Run some statements without values; the rows of the last one, as text."""
        self._heard = False
        try:
            self._pg.send_query(text.encode())
            return self._answer(deadline)
        except Error as error:
            raise self._lost() from error

    def is_sound(self) -> bool:
        """Whether nothing has come unasked: an idle connection is told so when it ends."""
        return not self._wait(_READ, 0.0)

    def is_idle(self) -> bool:
        """Whether the next statement begins anew."""
        pg = self._pg
        return bool(
            pg.transaction_status == pq.TransactionStatus.IDLE
            and pg.pipeline_status == pq.PipelineStatus.OFF
        )

    def close(self) -> None:
        self._pg.finish()

    def _answer(self, deadline: float) -> list[Row]:
        """The rows of one statement, or of the last of some."""
        result, last = self._result(deadline), None
        while result is not None:
            if last is None or last.status in _FINE:
                last = result
            result = self._result(deadline)
        if last is None:
            raise self._lost()
        if last.status not in _FINE:
            raise self._refused(last)
        columns, get = range(last.nfields), last.get_value
        return [tuple([get(row, n) for n in columns]) for row in range(last.ntuples)]

    def _result(self, deadline: float) -> Any:
        """The next result; None at a statement's end."""
        pg = self._pg
        self._send(deadline)
        while pg.is_busy():
            if not self._wait(_READ, deadline):
                raise _late()
            pg.consume_input()
        result = pg.get_result()
        self._heard = self._heard or (result is not None and result.status in _FINE)
        return result

    def _send(self, deadline: float) -> None:
        while self._pg.flush():
            if not self._wait(_READ | _WRITE, deadline):
                raise _late()
            self._pg.consume_input()

    def _refused(self, result: Any) -> Exception:
        code = result.error_field(pq.DiagnosticField.SQLSTATE)
        if code is None:  # libpq's own words: the connection broke
            return self._lost()
        data = result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b""
        reason = data.decode("utf-8", "replace")
        if code.decode() == ENDED:
            return self._ended(reason)
        return Refused(code.decode(), reason)

    def _lost(self) -> Exception:
        reason = self._pg.error_message.decode("utf-8", "replace")
        # libpq forgets the code of an error that the connection ends with.
        return self._ended(reason) if _ENDED.match(reason) else Lost(reason)

    def _ended(self, reason: str) -> Exception:
        """Invariant: who is told `ENDED` may do it again. What was heard of may have happened."""
        return Lost(reason) if self._heard else Refused(ENDED, reason)


def _late() -> Lost:
    return Lost("it did not answer in time")


def _waiting(socket: int) -> Callable[[int, float], bool]:
    """Gives `wait(what, deadline)`: whether a socket can be read or written in time."""
    if not hasattr(select, "poll"):
        return lambda what, deadline: _selected(socket, what, deadline)
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    watched = _READ
    events = {_READ: select.POLLIN, _WRITE: select.POLLOUT}
    events[_READ | _WRITE] = select.POLLIN | select.POLLOUT

    def wait(what: int, deadline: float) -> bool:
        nonlocal watched
        if what != watched:
            poll.modify(socket, events[what])
            watched = what
        return bool(poll.poll(max(0.0, deadline - monotonic()) * 1000))

    return wait


def _selected(socket: int, what: int, deadline: float) -> bool:
    left = max(0.0, deadline - monotonic())
    reading, writing = [socket] if what & _READ else [], [socket] if what & _WRITE else []
    return any(select.select(reading, writing, [], left))
