"""State of these tests' apps lives in memory: nothing is left behind, nothing is shared."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def state_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOLBA_STATE", "memory:")
