"""Kolba's own applications have none of the mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from kolba.check.run import check
from kolba.check.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", ["src/kolba/tour", "examples", "src"])
def test_nothing_is_found(folder: str) -> None:
    """The tour and the examples are checked, and are clean."""
    result = check([str(ROOT / folder)], Settings())
    assert result.read and not result.notes
    assert result.diagnostics == []
