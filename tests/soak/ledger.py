"""What the clients were told, and what is wrong if the site says otherwise later."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

_ABOUT = 2.0


@dataclass
class Ledger:
    """The sums of all clients.

    Attributes:
        counts: how often what happened.
        faults: broken promises, as sentences; empty is the bar.
        kills: when a worker was killed.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def count(self, what: str, by: int = 1) -> None:
        """Something happened."""
        with self._lock:
            self.counts[what] += by

    def killed(self) -> None:
        """A worker was killed just now."""
        self.kills.append(monotonic())
        self.count("workers killed")

    def was_killed_about(self, moment: float) -> bool:
        """Whether a worker died when an answer had just arrived: it could not report back."""
        return any(abs(kill - moment) < _ABOUT for kill in self.kills)

    def fault(self, sentence: str) -> None:
        """A promise was broken."""
        with self._lock:
            self.faults.append(sentence)

    def report(self) -> str:
        """All sums, one a line, and the faults."""
        lines = [f"{name:<44}{number:>10,}" for name, number in sorted(self.counts.items())]
        lines += [f"{'promises broken':<44}{len(self.faults):>10,}"]
        lines += [f"  {fault}" for fault in self.faults[:20]]
        return "\n".join(lines)
