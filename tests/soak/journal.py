"""What workers did with messages: which lease took which, and whether its end was reported.

A line is one `write` to a file that every worker appends to: a worker that is killed leaves all
lines that it has written. A lease is noted when the store has given it, before any answer can
hold its messages, and its end when the store has deleted them. So of a message that is shown
twice the journal knows which of its leases were never reported back, and by whom.
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kolba.stores import decode


@dataclass
class Lease:
    """One lease: who took it, when, until when, and how it ended.

    Attributes:
        worker: the process.
        until: when it ran out (seconds since the epoch).
        ended: when the store had carried out `end`; None if nobody reported.
        end: `confirm` or `release`; '' if nobody reported.
    """

    worker: int
    until: float
    ended: float | None = None
    end: str = ""


def keep(path: Path, store: type[Any]) -> None:
    """Make every store of a class write down its leases."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    claim = store.claim

    def note(*what: Any) -> None:
        os.write(file, (json.dumps([os.getpid(), time.time(), *what]) + "\n").encode())

    def claimed(self: Any, queue: str, lease: str, *, until: float, **more: Any) -> Any:
        taken = claim(self, queue, lease, until=until, **more)
        if taken:
            note("claim", lease, until, [str(decode(one.value)[1]) for one in taken])
        return taken

    def ends(verb: str, name: str) -> Any:
        end = getattr(store, verb)

        def ended(self: Any, lease: str) -> None:
            end(self, lease)
            note(name, lease)

        return ended

    store.claim = claimed
    for verb, name in (("confirm", "confirm"), ("confirm_soon", "confirm"), ("release", "release")):
        if hasattr(store, verb):
            setattr(store, verb, ends(verb, name))


def read(path: Path) -> dict[str, list[Lease]]:
    """The leases of each message, in the order in which they were taken."""
    leases: dict[str, Lease] = {}
    of: dict[str, list[Lease]] = defaultdict(list)
    for line in path.read_text().splitlines() if path.exists() else []:
        worker, moment, what, name, *more = json.loads(line)
        if what == "claim":
            lease = leases.setdefault(name, Lease(worker, more[0]))
            for message in more[1]:
                of[message].append(lease)
        elif name in leases:
            leases[name].ended, leases[name].end = moment, what
    return of
