"""How far the random tests search: `make fuzz` (`FUZZ=50 make fuzz`).

As a rule they try what they always try, the same on each machine of CI: there a change must be
judged by what it changes. With `FUZZ=n` each tries n times as many cases, new ones each time.
What that finds is kept as an `@example`.
"""

from __future__ import annotations

import os

from hypothesis import settings

TIMES = int(os.environ.get("FUZZ", "1"))
SEARCHING = TIMES > 1
STEADY = not SEARCHING  # whether tests that are the same everywhere are so now, too


def examples(usual: int) -> int:
    """How many cases to try, where `usual` are tried as a rule."""
    return usual * TIMES


def load() -> None:
    """Let tests that name no number try more, too."""
    if SEARCHING:
        usual = settings.default.max_examples
        settings.register_profile(
            "search", max_examples=examples(usual), derandomize=False, deadline=None
        )
        settings.load_profile("search")
