"""What guards have refused, or would have, added up: what `kolba report` prints.

Reads the rows that `kolba.safety` leaves in the state store. Data in, text out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import Flask

from kolba.errors import ConfigError
from kolba.safety import GROUP
from kolba.stores import is_stateless, store_of
from kolba.stores.memory import MemoryStore

SCHEMA = 1
_HEAD = ("COUNT", "GUARD", "MODE", "ENDPOINT", "WHAT", "LAST")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was refused, or would have been, as often as it was.

    Attributes:
        guard: which guard.
        mode: `enforce`, or `report` where it was let through.
        endpoint: of the requests; None if they had none.
        what: what was refused.
        why: the reason, as of the last time.
        mend: the line that would allow it.
        count: how often.
        first: when for the first time, in seconds since the epoch.
        last: when for the last time.
    """

    guard: str
    mode: str
    endpoint: str | None
    what: str
    why: str
    mend: str
    count: int
    first: float
    last: float


def rows_of(app: Flask) -> list[Row]:
    """All rows of an app, most frequent first.

    Raises:
        ConfigError: it is no Kolba app, or its state is of one process or in cookies: there is
            nothing to read.
        StoreDown: the store cannot be reached.
    """
    if getattr(app, "safety", None) is None:
        raise ConfigError(
            f"{app.import_name!r} is a plain flask.Flask: no guard watches over it, and there is"
            " nothing to report. Write app = kolba.Kolba(__name__, safety='report')."
        )
    if is_stateless(app):
        raise ConfigError("KOLBA_STATE is 'cookie:': there is no store that refusals are kept in.")
    store = store_of(app)
    if isinstance(store, MemoryStore):
        raise ConfigError(
            "KOLBA_STATE is 'memory:', which is each process's own: the refusals of a running"
            " server cannot be read from here. They are in its log."
        )
    return rows_in(store)


def rows_in(store: Any) -> list[Row]:
    """All rows in a store, most frequent first."""
    guards = [index.name for index in store.tallies(GROUP)]
    found = [
        _row(json.loads(tally.detail), tally.count, tally.first, tally.last)
        for guard in guards
        for tally in store.tallies(f"{GROUP}:{guard}")
    ]
    return sorted(found, key=lambda row: (-row.count, row.guard, row.what))


def _row(detail: dict[str, Any], count: int, first: float, last: float) -> Row:
    named = {key: detail[key] for key in ("guard", "mode", "endpoint", "what", "why", "mend")}
    return Row(**named, count=count, first=first, last=last)


def document(rows: Sequence[Row], target: str) -> dict[str, Any]:
    """The report as plain data, ready for JSON."""
    return {"schema": SCHEMA, "target": target, "refusals": [asdict(row) for row in rows]}


def text(rows: Sequence[Row], target: str) -> str:
    """The report for people: a line for each row, and below it what would allow it."""
    if not rows:
        return f"{target}: no guard has refused anything, or would have.\n"
    cells = [_HEAD, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(_HEAD, widths)]
    for row, line in zip(rows, cells[1:], strict=True):
        below = " " * (widths[0] + 2)
        lines += [_line(line, widths), below + row.why, below + row.mend]
    refused = sum(row.count for row in rows if row.mode == "enforce")
    would = sum(row.count for row in rows) - refused
    return "\n".join([f"{target}: {refused} refused, {would} would have been", "", *lines]) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    last = datetime.fromtimestamp(row.last).strftime("%Y-%m-%d %H:%M")
    return (str(row.count), row.guard, row.mode, row.endpoint or "-", row.what, last)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].rjust(widths[0])
    rest = (cell.ljust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join([first, *rest]).rstrip()
