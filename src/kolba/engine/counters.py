"""How requests ran, counted: compiled, matched by Werkzeug, or left to Flask.

How a request counts is known when its plan is compiled, so a plan carries the
function that counts. Invariant: each request is counted once among the three,
also when several threads count at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

Count = Callable[[], object]

# PERF: a C call that is atomic under threads; `+= 1` on an attribute is neither.
_compiled = count()
_werkzeug = count()
_fallback = count()
_reasons: dict[str, count[int]] = {}
_pieces: dict[str, count[int]] = {}


def counting(by_flask: str, by_werkzeug: bool, pieces: Iterable[object]) -> Count:
    """What counts one request of a plan.

    Args:
        by_flask: why such a request counts as a fallback; '' if it does not.
        by_werkzeug: whether Werkzeug's matcher finds its route.
        pieces: the `Fallback`s of the plan.
    """
    kind = _fallback if by_flask else _werkzeug if by_werkzeug else _compiled
    counters = [_named(_pieces, str(piece)) for piece in pieces]
    if by_flask:
        counters.append(_named(_reasons, by_flask))
    if not counters:
        return kind.__next__

    def count_all() -> None:
        for counter in (kind, *counters):
            next(counter)

    return count_all


def _named(counters: dict[str, count[int]], name: str) -> count[int]:
    return counters.setdefault(name, count())


def stats() -> Mapping[str, Any]:
    """How many requests of this process ran which way.

    Returns:
        `compiled`, `werkzeug` (compiled, but matched by Werkzeug's matcher) and
        `fallback`: numbers of requests, each counted in one of them;
        `fallback_reasons`: a `Counter` of the fallbacks by reason;
        `pieces`: a `Counter` of the pieces that Flask's own code ran, in requests
        of any kind, by `piece: reason`.
    """
    return {
        "compiled": _value(_compiled),
        "werkzeug": _value(_werkzeug),
        "fallback": _value(_fallback),
        "fallback_reasons": _values(_reasons),
        "pieces": _values(_pieces),
    }


def _values(counters: dict[str, count[int]]) -> Counter[str]:
    return +Counter({name: _value(counter) for name, counter in counters.copy().items()})


def _value(counter: count[int]) -> int:
    return int(repr(counter)[len("count(") : -1])
