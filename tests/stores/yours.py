"""The store of docs/stores.md that a user wrote."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from kolba.stores import Store
from tests.documents import blocks


@cache
def source() -> str:
    """Its code, as the page has it."""
    [code] = [block for block in blocks("docs/stores.md", "python") if "CellStore" in block]
    return code


def yours(path: Path) -> Store:
    """One of it."""
    names: dict[str, Any] = {}
    exec(source(), names)
    made: Store = names["table_store"](path)
    return made
