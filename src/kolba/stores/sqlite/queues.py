"""Queues in SQLite: one row a message, in the order of their numbers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from zlib import crc32

from kolba.stores.contract import Claimed, Message
from kolba.stores.packing import Damaged, seal, unseal
from kolba.stores.sqlite import notes
from kolba.stores.sqlite.digests import digest_of
from kolba.stores.sqlite.kept import Kept
from kolba.stores.sqlite.litter import Litter
from kolba.stores.sqlite.stamps import Stamp
from kolba.stores.sqlite.transactions import Database, Execute
from kolba.stores.texts import from_utf8, to_bytes, to_utf8

logger = logging.getLogger("kolba.stores")

_PUT = (
    "INSERT INTO messages (value, label, target, open_at, expires, queue, id) VALUES "
    "(?, ?, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) + 1 FROM messages WHERE queue = ?))"
)
_FREE = "expires > :now AND (claim IS NULL OR until <= :now)"
_TRIM = f"""
DELETE FROM messages WHERE queue = :queue AND id IN (
    SELECT id FROM messages WHERE queue = :queue AND {_FREE}
    ORDER BY id DESC LIMIT -1 OFFSET :limit)
"""
_FIND = f"""
SELECT id, value, label FROM messages WHERE queue = :queue AND {_FREE}
    AND (:target IS NULL OR target = :target OR target = '' OR open_at <= :now)
ORDER BY id
"""
_ANY = "SELECT 1 FROM messages WHERE queue = ? LIMIT 1"
_HOLD = "UPDATE messages SET claim = ?, until = ? WHERE queue = ? AND id = ?"
_CONFIRM = "DELETE FROM messages WHERE claim = ?"
_RELEASE = "UPDATE messages SET claim = NULL WHERE claim = ?"
_MOST_CLAIMS = _MOST_PUT = 4096

_Empty = tuple[str, int, Stamp | None]
"""A queue, its number, and its stamp when it was empty."""


class Queues:
    """The verbs over queues."""

    _database: Database
    _claims: dict[str, frozenset[str]]
    """Which queues this process's claims are over. PERF: an index would cost each a page."""
    _put_here: set[str]
    """Queues that this process has put something into, and nobody here has asked for since."""

    def put(self, queue: str, messages: Sequence[Message], *, now: float, limit: int = 0) -> None:
        litter = self._database.litter["notes"]
        changes = (number_of(queue),)
        self._database.write(put, queue, messages, now, limit, litter, changes=changes)
        self.note_put(queue)

    def note_put(self, queue: str) -> None:
        """Take note that there is something in a queue."""
        if len(self._put_here) >= _MOST_PUT:
            self._put_here.clear()
        self._put_here.add(queue)

    def claim(
        self,
        queue: str,
        claim: str,
        *,
        now: float,
        until: float,
        target: str | None = None,
        labels: frozenset[str] | None = None,
    ) -> list[Claimed]:
        # PERF: most pages have no messages, and finding none takes no writer's turn. The page
        # for which something was put is the next one, mostly, and need not look first.
        if queue not in self._put_here and not self._is_open(queue, now, target, labels):
            return []
        self._put_here.discard(queue)
        taken = self._database.write(_claim, queue, to_utf8(claim), now, until, target, labels)
        self._note_claim(claim, queue)
        return taken

    def _is_open(
        self, queue: str, now: float, target: str | None, labels: frozenset[str] | None
    ) -> bool:
        """Whether there is anything for a claim, without the writer's turn."""
        kept = self._database.kept
        if kept is not None and kept.is_empty(queue):
            return False
        stamp = None if kept is None else kept.stamps.settled(number_of(queue))
        found, is_empty = self._database.read(_look, queue, now, target, labels)
        if is_empty and kept is not None and self._database.kept is kept:
            kept.keep_empty(queue, number_of(queue), stamp)
        return found

    def _note_claim(self, claim: str, queue: str) -> None:
        claims = self._claims
        if len(claims) >= _MOST_CLAIMS:
            claims.clear()
        claims[claim] = claims.get(claim, frozenset()) | {queue}

    def is_idle(self, queue: str) -> bool:
        kept = self._database.kept
        return kept is not None and kept.is_empty(queue)

    def confirm(self, claim: str) -> None:
        # PERF: the next page of a visitor need not ask for more, if these were the last.
        queues = self._claims.get(claim)
        self._database.write(_confirm, to_utf8(claim), queues, knowing=True, keep=_keep_empty)
        self._claims.pop(claim, None)

    def release(self, claim: str) -> None:
        self._database.write(_end, _RELEASE, to_utf8(claim), self._claims.get(claim))
        self._claims.pop(claim, None)


def number_of(queue: str) -> int:
    """The number by which changes of a queue are known."""
    return crc32(to_bytes(queue))


def put(
    execute: Execute,
    queue: str,
    messages: Sequence[Message],
    now: float,
    limit: int,
    litter: Litter,
) -> None:
    """Append messages, and drop a few that ended long ago."""
    litter.drop(partial(notes.drop_some, execute, now), now)
    name = digest_of(queue)
    for value, label, target, open_at, expires in messages:
        texts = to_utf8(label), to_utf8(target)
        execute(_PUT, (seal(value), *texts, open_at, expires, name, name))
    for end in {message.expires for message in messages}:
        notes.note(execute, name, end)
    if limit:
        execute(_TRIM, {"queue": name, "now": now, "limit": limit})


def _look(
    execute: Execute, queue: str, now: float, target: str | None, labels: frozenset[str] | None
) -> tuple[bool, bool]:
    """Whether there is anything for this claim; and whether there is nothing at all."""
    if _find(execute, queue, now, target, labels):
        return True, False
    return False, execute(_ANY, (digest_of(queue),)).fetchone() is None


def _find(
    execute: Execute, queue: str, now: float, target: str | None, labels: frozenset[str] | None
) -> list[tuple[int, object, str]]:
    aim = None if target is None else to_utf8(target)
    rows = execute(_FIND, {"queue": digest_of(queue), "now": now, "target": aim}).fetchall()
    found = [(number, value, from_utf8(label)) for number, value, label in rows]
    return [row for row in found if labels is None or row[2] in labels]


def _claim(
    execute: Execute,
    queue: str,
    claim: str,
    now: float,
    until: float,
    target: str | None,
    labels: frozenset[str] | None,
) -> list[Claimed]:
    # PERF: two statements, as one with RETURNING takes twice as long.
    found = _find(execute, queue, now, target, labels)
    for number, _, _ in found:
        execute(_HOLD, (claim, until, digest_of(queue), number))
    return [claimed for _, value, label in found if (claimed := _claimed(value, label))]


def _claimed(sealed: object, label: str) -> Claimed | None:
    try:
        return Claimed(unseal(sealed), label)
    except Damaged:
        logger.critical("a message in the state file is damaged: it is left out")
        return None


def _end(execute: Execute, statement: str, claim: str, queues: frozenset[str] | None) -> None:
    """End a claim in its queues; in all, if another process made it."""
    if queues is None:
        execute(statement, (claim,))
        return
    for queue in queues:
        execute(f"{statement} AND queue = ?", (claim, digest_of(queue)))


def _confirm(
    execute: Execute, kept: Kept, claim: str, queues: frozenset[str] | None
) -> list[_Empty]:
    """End a claim, and see which of its queues are empty then.

    Nobody else can write now. So whatever somebody puts there after this comes with another
    stamp than the one that is taken here; and what is on its way, in this transaction too,
    leaves the stamp unsettled.
    """
    _end(execute, _CONFIRM, claim, queues)
    return [
        (queue, number := number_of(queue), kept.stamps.settled(number))
        for queue in queues or ()
        if execute(_ANY, (digest_of(queue),)).fetchone() is None
    ]


def _keep_empty(kept: Kept, stamp: Stamp, found: list[_Empty]) -> None:
    """Know queues that were found empty, each under the stamp that was settled then."""
    for queue in found:
        kept.keep_empty(*queue)
