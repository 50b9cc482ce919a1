"""What the clients were told, and what is wrong if the site says otherwise later."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from tests.soak.journal import Lease


@dataclass
class Ledger:
    """The sums of all clients.

    Attributes:
        counts: how often what happened.
        faults: broken promises, as sentences; empty is the bar.
        killed: the workers that were killed.
        again: how often a message was shown after its first time.
        cut_off: messages that waited when a page broke, and never came.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    killed: set[int] = field(default_factory=set)
    again: Counter[str] = field(default_factory=Counter)
    cut_off: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def count(self, what: str, by: int = 1) -> None:
        """Something happened."""
        with self._lock:
            self.counts[what] += by

    def kill(self, worker: int) -> None:
        """A worker is killed just now."""
        self.killed.add(worker)
        self.count("workers killed")

    def shown_again(self, message: str) -> None:
        """A page shows what another has shown."""
        with self._lock:
            self.again[message] += 1

    def audit(self, leases: dict[str, list[Lease]]) -> None:
        """Hold what was shown twice, and what was cut off, against the workers' own journal.

        A message may be shown once more for each of its leases that was never reported back
        because its worker was killed, and for each that had run out when its page reported.
        """
        self.count("leases", len({id(lease) for of in leases.values() for lease in of}))
        for message, times in self.again.items():
            died = sum(lease.worker in self.killed and not lease.end for lease in leases[message])
            late = sum(bool(lease.ended and lease.ended > lease.until) for lease in leases[message])
            self.count("shown again: worker killed before it reported", min(times, died))
            self.count("shown again: page slower than its lease", min(max(times - died, 0), late))
            if times > died + late:
                self.fault(f"message shown {times + 1} times: {message}: {leases[message]}")
        for message in self.cut_off:
            if any(lease.end == "confirm" for lease in leases[message]):
                self.count("messages cut off with their page's answer")
            else:
                self.fault(f"message lost: {message}: {leases[message]}")

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
