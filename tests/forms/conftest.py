"""Apps of these tests keep their state in memory, not in a file beside the tests."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _state_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOLBA_STATE", "memory:")
