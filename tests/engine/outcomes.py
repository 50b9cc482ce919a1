"""What a call did, in a form in which two calls can be compared: value or error, and warnings."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from tests.fuzz import STEADY

# Derandomized: a run is the same everywhere, and what was once found is kept as an @example.
CHECKED = settings(
    derandomize=STEADY,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
# For planted bugs: finding one is enough, making it small takes longer.
FOUND = settings(CHECKED, phases=[Phase.explicit, Phase.generate])


def outcome(call: Callable[[], Any], see: Callable[[Any], Any] = repr) -> tuple[Any, ...]:
    """Return what came out, every part of it that a caller could notice."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = ("returned", see(call()))
        except Exception as error:
            result = ("raised", type(error), str(error), error.args, type(error.__context__))
    return (*result, [(w.category, str(w.message), w.filename, w.lineno) for w in caught])
