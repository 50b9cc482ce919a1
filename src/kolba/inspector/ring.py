"""The last requests, and what one has to do with another: redirects, messages, sessions.

Bounded by count and by bytes; the oldest goes first. Invariant: what is kept of a request is
its document as JSON, and a few short facts to compare it by; none of them is a secret.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from kolba.inspector import advice
from kolba.inspector.document import Document
from kolba.inspector.facts import Facts, facts_of
from kolba.inspector.record import Record

MOST_REQUESTS = 500
MOST_BYTES = 16 * 1024 * 1024
_OVERHEAD = 1024
_MOST_WAITING = 200
_MOST_NOTES = 20
_MOST_WRITERS = 50

Note = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """One request of the ring.

    Attributes:
        number: requests are numbered from 1 as they begin, and come here as they end.
        version: of the ring, when this was changed for the last time.
        summary: what the list shows.
        body: the whole document, as JSON.
        facts: what it is compared by.
        born, shown: its messages, and the numbers of the requests that showed or flashed them.
        notes: what is wrong, or may be.
        came_from, led_to: numbers along a redirect; 0 if there is none.
    """

    number: int
    version: int
    summary: Document
    body: bytes
    facts: Facts
    born: list[Note]
    shown: list[Note]
    notes: list[Note] = field(default_factory=list)
    came_from: int = 0
    led_to: int = 0

    @property
    def size(self) -> int:
        """Bytes, about."""
        return len(self.body) + _OVERHEAD

    def listed(self) -> Document:
        """The entry for the list."""
        waiting = sum(not note["other"] for note in self.born)
        return {
            "number": self.number,
            **self.summary,
            "came_from": self.came_from,
            "led_to": self.led_to,
            "notes": [note["code"] for note in self.notes],
            "messages": [len(self.born), len(self.shown), waiting],
        }

    def whole(self) -> Document:
        """The entry with all that is known."""
        known: Document = json.loads(self.body)
        links = {"came_from": self.came_from, "led_to": self.led_to}
        notes = {"notes": self.notes, "born": self.born, "shown": self.shown}
        return {"number": self.number, **known, **links, **notes}


Messages = deque[tuple[Entry, Note]]


class Ring:
    """The last requests of an app."""

    def __init__(self, requests: int = MOST_REQUESTS, most_bytes: int = MOST_BYTES) -> None:
        self.name = secrets.token_hex(8)  # another one after each start of the worker
        self._most, self._most_bytes = requests, most_bytes
        self._lock = threading.Lock()
        self._entries: OrderedDict[int, Entry] = OrderedDict()
        # Weak: a request that is never ended, as by a broken server, goes with its record.
        self._running: WeakValueDictionary[int, Record] = WeakValueDictionary()
        self._bytes = self._version = 0
        self._writers: deque[Entry] = deque(maxlen=_MOST_WRITERS)
        self._leading: OrderedDict[bytes, Entry] = OrderedDict()
        self._arrived: OrderedDict[bytes, Entry] = OrderedDict()
        self._unshown: Messages = deque(maxlen=_MOST_WAITING)
        self._unborn: Messages = deque(maxlen=_MOST_WAITING)

    def begin(self, record: Record) -> None:
        """A request runs; it is told of until it has ended."""
        self._running[record.number] = record

    def add(self, record: Record, document: Document, cookie_name: str) -> None:
        """Keep a request, and find out what it has to do with those before it."""
        facts = facts_of(record, document, cookie_name)
        born = [{**one, "other": 0} for one in document.pop("born")]
        shown = [{**one, "other": 0} for one in document.pop("shown")]
        body = json.dumps(document).encode()
        with self._lock:
            entry = Entry(record.number, 0, _summary(document), body, facts, born, shown)
            self._follow(entry)
            self._deliver(entry)
            entry.notes += advice.alone(document, facts, entry.shown)
            self._compare(entry)
            self._entries[entry.number] = entry
            self._bytes += entry.size
            self._touch(entry)
            self._forget()

    def _touch(self, entry: Entry) -> None:
        self._version += 1
        entry.version = self._version

    def _note(self, entry: Entry, note: Note) -> None:
        if len(entry.notes) < _MOST_NOTES:
            entry.notes.append(note)
            self._touch(entry)

    def _compare(self, entry: Entry) -> None:
        """Note what two requests that wrote at the same time did to each other."""
        if not (entry.facts.wrote or entry.facts.saved):
            return
        for other in self._writers:
            pair = (other.number, other.facts), (entry.number, entry.facts)
            for number, note in advice.together(*pair):
                self._note(other if number == other.number else entry, note)
        self._writers.append(entry)

    def _follow(self, entry: Entry) -> None:
        """Link a request with the redirect that led to it, whichever of them has ended first."""
        before = self._leading.pop(entry.facts.here, None)
        if before is not None:
            self._lead(before, entry)
        _put(self._arrived, entry.facts.here, entry)
        onward = entry.facts.onward
        if onward is None:
            return
        after = self._arrived.get(onward)
        if after is not None and after.number > entry.number and not after.came_from:
            self._lead(entry, after)
        else:
            _put(self._leading, onward, entry)

    def _lead(self, before: Entry, after: Entry) -> None:
        before.led_to, after.came_from = after.number, before.number
        self._touch(before)
        self._touch(after)

    def _deliver(self, entry: Entry) -> None:
        """Link messages that were flashed with the requests that showed them."""
        for mine, there, here in (
            (entry.born, self._unborn, self._unshown),
            (entry.shown, self._unshown, self._unborn),
        ):
            for note in mine:
                pair = next((pair for pair in there if _is_same(pair, (entry, note))), None)
                if pair is None:
                    here.append((entry, note))
                    continue
                there.remove(pair)
                other, noted = pair
                note["other"], noted["other"] = other.number, entry.number
                self._touch(other)

    def _forget(self) -> None:
        while len(self._entries) > self._most or self._bytes > self._most_bytes:
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= oldest.size
            oldest.body = b""  # a redirect or a message of it may still be waited for

    def since(self, version: int, *, whole: bool = False) -> Document:
        """What has come or changed since a version of the ring, as listed or whole."""
        with self._lock:
            return {
                "ring": self.name,
                "running": self._still_running(),
                "version": self._version,
                "oldest": min(self._entries, default=0),
                "requests": [
                    entry.listed() | ({"whole": entry.whole()} if whole else {})
                    for entry in self._entries.values()
                    if entry.version > version
                ],
            }

    def _still_running(self) -> list[Document]:
        records = (ref() for ref in self._running.valuerefs())  # a list: others come meanwhile
        return [one.running() for one in records if one is not None and not one.ended]

    def one(self, number: int) -> Document | None:
        """A request whole, or None if it is not there any more."""
        with self._lock:
            entry = self._entries.get(number)
            return None if entry is None else entry.whole()


def _is_same(one: tuple[Entry, Note], other: tuple[Entry, Note]) -> bool:
    """Whether two messages are one, of one browser."""
    return _told(*one) == _told(*other)


def _told(entry: Entry, note: Note) -> tuple[str, str, str]:
    return entry.facts.visitor, note["category"], note["text"]


def _put(entries: OrderedDict[bytes, Entry], key: bytes, entry: Entry) -> None:
    """Keep an entry by a key, and not more than some."""
    entries.pop(key, None)
    entries[key] = entry
    if len(entries) > _MOST_WAITING:
        entries.popitem(last=False)


def _summary(document: Document) -> Document:
    """What the list shows of a request."""
    route = document["route"] or {}
    session = document["session"] or {}
    names = ("at", "ms", "method", "target", "status", "size", "destination", "is_background")
    return {name: document[name] for name in names} | {
        "endpoint": route.get("endpoint", ""),
        "how": route.get("how", ""),
        "changes": len(session.get("changes", ())),
        "logs": len(document["logs"]),
        "is_error": document["exception"] is not None,
        "visitor": document["visitor"],
    }
