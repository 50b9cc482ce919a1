"""How requests ran, counted: compiled, matched by Werkzeug, or left to Flask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import count
from typing import Any

# PERF: a C call that is atomic under threads; `+= 1` on an attribute is neither.
_compiled = count()
_werkzeug = count()
_fallback = count()

count_compiled = _compiled.__next__
count_werkzeug = _werkzeug.__next__

_reasons: Counter[str] = Counter()


def count_fallback(reason: str) -> None:
    """Count one request that Flask's own code ran, and why."""
    next(_fallback)
    _reasons[reason] += 1


def _value(counter: Any) -> int:
    return int(repr(counter)[len("count(") : -1])


def stats() -> Mapping[str, Any]:
    """How many requests of this process ran which way.

    Returns:
        `compiled`, `werkzeug` (compiled, but matched by Werkzeug's matcher) and
        `fallback`: numbers of requests; `fallback_reasons`: a `Counter` by reason.
    """
    return {
        "compiled": _value(_compiled),
        "werkzeug": _value(_werkzeug),
        "fallback": _value(_fallback),
        "fallback_reasons": Counter(_reasons),
    }
