"""How the sides are asked: so that a clock that goes on meanwhile is no difference."""

from __future__ import annotations

import pytest

from kolba.compare.match import wait_for_a_new_second


@pytest.mark.parametrize(
    ("now", "waits"), [(100.0, []), (100.25, []), (100.5, [0.5]), (100.75, [0.25])]
)
def test_what_may_store_a_time_is_asked_early_in_a_second(now: float, waits: list[float]) -> None:
    """Late in a second the next one is waited for, so that all sides can store the same one."""
    slept: list[float] = []
    wait_for_a_new_second(now, slept.append)
    assert slept == waits
