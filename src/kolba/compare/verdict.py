"""What came of a comparison: plain values, for whoever prints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from kolba.compare.answers import Difference
from kolba.compare.asking import Request


class Verdict(StrEnum):
    """The end of one request; there is no other."""

    IDENTICAL = "identical"
    VOLATILE = "identical but for what changes by itself"
    DIFFERENT = "different"
    NOT_ASKED = "not asked"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One request on both sides.

    Attributes:
        request: what was asked; for a route that was not asked, its rule stands for the path.
        verdict: what came of it.
        status: Flask's status line.
        differences: the parts that differ, and why that is not by themselves.
        volatile: the parts that change by themselves: Flask differs from itself there.
        note: why it was not asked, or did not answer.
        flask: seconds of one answer on Flask, the median; 0 if not timed.
        kolba: seconds of one answer on Kolba, the median; 0 if not timed.
        ratio: how many times faster Kolba is, the median over the turns; 0 if not timed.
        way: how Kolba ran it: `compiled`, or `by Flask: ` and the reason.
    """

    request: Request
    verdict: Verdict
    status: str = ""
    differences: tuple[Difference, ...] = ()
    volatile: tuple[str, ...] = ()
    note: str = ""
    flask: float = 0.0
    kolba: float = 0.0
    ratio: float = 0.0
    way: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was asked, and what the application used while it was.

    Attributes:
        target: how the application was named.
        outcomes: in the order in which they were asked.
        copied: folders and files whose copies were used.
        files: files outside of them that the application wrote to.
        services: services that it connected to (with `live`).
    """

    target: str
    outcomes: tuple[Outcome, ...]
    copied: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def count(self, *verdicts: Verdict) -> int:
        """How many requests ended so."""
        return sum(outcome.verdict in verdicts for outcome in self.outcomes)

    @property
    def asked(self) -> int:
        """How many requests were answered."""
        return self.count(Verdict.IDENTICAL, Verdict.VOLATILE, Verdict.DIFFERENT)

    @property
    def ratio(self) -> float:
        """The median of the requests' ratios; 0 if nothing was timed."""
        return middle([outcome.ratio for outcome in self.outcomes if outcome.ratio])


def middle(numbers: Sequence[float]) -> float:
    """The median; 0 of nothing."""
    return median(numbers) if numbers else 0.0
